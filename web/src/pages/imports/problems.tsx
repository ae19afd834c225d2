// The rows of a file that are wrong, as a table to work through beside it.
import { DownloadOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { useMutation } from "@tanstack/react-query";
import { importRows, type Subject } from "../../api/base-data";
import { sentenceOf } from "../../api/problem";
import type { ImportBatch, ImportRow } from "../../api/types";
import { useDictionary } from "../../i18n/translate";
import { csv } from "./csv";
import words, { type ImportWord } from "./words";

const pageLength = 500;

async function wrongRows(subject: Subject, id: string): Promise<ImportRow[]> {
  const all: ImportRow[] = [];
  for (let after = 0; ; ) {
    const { items, next_cursor: next } = await importRows(subject, id, "error", after, pageLength);
    all.push(...items);
    if (!next) return all;
    after = Number(next);
  }
}

function save(name: string, text: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

export function ProblemsButton({ batch }: { batch: ImportBatch }) {
  const { t, language, pick } = useDictionary<ImportWord>(words);
  const { message } = App.useApp();
  const download = useMutation({
    mutationFn: () => wrongRows(batch.subject as Subject, batch.id),
    onSuccess: (rows) => {
      const lines = rows.flatMap((row) => row.problems.map((p) => [String(row.n), row.camera?.name ?? row.object.name, p.column ?? "", t(p.warning ? "warningWord" : "errorWord"), pick(p.zh, p.en)]));
      save(`${batch.name}.problems.csv`, csv([[t("row"), t("object"), t("column"), t("becomes"), t("problem")], ...lines]));
    },
    onError: (error) => message.error(sentenceOf(error, language)),
  });
  return <Button icon={<DownloadOutlined />} loading={download.isPending} onClick={() => download.mutate()}>{t("errorsFile")}</Button>;
}
