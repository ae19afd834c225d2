// The rows of a file: what becomes of each, what it changes, what is wrong with it.
import { Button, Table } from "antd";
import { Link } from "react-router";
import { useImportRows, type RowAction, type Subject } from "../../api/base-data";
import type { ImportBatch, ImportRow } from "../../api/types";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import { Became } from "../../parts/became";
import { Failure, Nothing } from "../../parts/loaded";
import { Mark, type Tone } from "../../parts/mark";
import { useFieldWords } from "../objects/field-words";
import { changesOf } from "./changes";
import words, { type ImportWord } from "./words";

const tones: Record<string, Tone> = { create: "ok", merge: "act", error: "bad", conflict: "wait" };

export function Rows({ batch, action }: { batch: ImportBatch; action: RowAction | "" }) {
  const { t } = useDictionary<ImportWord>(words);
  const frame = useWords();
  const list = useImportRows(batch.subject as Subject, batch.id, action);
  const rows = (list.data?.pages ?? []).flatMap((page) => page.items);
  const linked = batch.state === "applied";
  return (
    <>
      {list.error ? <Failure error={list.error} retry={() => void list.refetch()} /> : null}
      <section className="panel flush">
        <Table<ImportRow>
          rowKey="n" size="middle" pagination={false} loading={list.isPending} dataSource={rows}
          locale={{ emptyText: list.isPending ? " " : <Nothing>{t("noRows")}</Nothing> }}
          columns={[
            { title: t("row"), dataIndex: "n", width: 64, align: "right" },
            { title: t("becomes"), dataIndex: "action", width: 100, responsive: ["sm"], render: (a: string) => <Mark tone={tones[a] ?? "quiet"}>{t(`count_${a}` as ImportWord)}</Mark> },
            { title: t("object"), key: "object", width: "36%", render: (_, row) => <Named row={row} linked={linked} /> },
            { title: t("what"), key: "what", render: (_, row) => <What row={row} /> },
          ]}
        />
      </section>
      {list.hasNextPage ? <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{frame.t("more")}</Button> : null}
    </>
  );
}

function Named({ row, linked }: { row: ImportRow; linked: boolean }) {
  const registered = row.object_id && (row.before || row.camera_before || linked);
  if (row.camera) {
    return (
      <div className="import-cell">
        {registered ? <Link to={`/cameras/${row.object_id}`}>{row.camera.name}</Link> : <strong>{row.camera.name || "—"}</strong>}
        <div className="muted">{row.camera.place}</div>
      </div>
    );
  }
  return (
    <div className="import-cell">
      {registered ? <Link to={`/objects/${row.object_id}`}>{row.object.name}</Link> : <strong>{row.object.name || "—"}</strong>}
      <div className="muted">{row.object.address}</div>
    </div>
  );
}

function What({ row }: { row: ImportRow }) {
  const { t, pick } = useDictionary<ImportWord>(words);
  const { fieldLabel, valueLabel } = useFieldWords();
  const label = (field: string) => (row.camera && `camera_${field}` in words.zh ? t(`camera_${field}` as ImportWord) : fieldLabel(field));
  const changes = changesOf(row);
  const says = row.camera ? row.camera.url : [valueLabel("kind", row.object.kind), row.object.business, row.object.licence_no, row.party ? t("partyIs", { name: row.party.name }) : ""].filter(Boolean).join(" · ");
  return (
    <div className="import-cell">
      {changes.length > 0 ? (
        <ul className="changes">
          {changes.map((c) => <li key={c.field}>{label(c.field)}: <Became before={valueLabel(c.field, c.before)} after={valueLabel(c.field, c.after)} nothing={t("nothing")} /></li>)}
        </ul>
      ) : <div className="muted">{says}</div>}
      {row.problems.map((p) => (
        <div key={p.zh} className={p.warning ? "import-note" : "import-error"}>{p.column ? <strong>{p.column}: </strong> : null}{pick(p.zh, p.en)}</div>
      ))}
    </div>
  );
}
