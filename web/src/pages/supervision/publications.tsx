// Publication: what is late, due, not yet looked at by a person, or withdrawn.
import { App, Button, Form, Input, Segmented, Table } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { sentenceOf } from "../../api/problem";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { date, dateTime, yuan } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Dialog } from "../../parts/dialog";
import { Loaded } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { checkPublication, usePublications, type Publication, type PublicationState } from "./calls";
import { Frame } from "./frame";
import words, { type SupervisionWord } from "./words";

const states: PublicationState[] = ["late", "due", "unchecked", "withdrawn"];

export default function Publications() {
  const { t, pick } = useDictionary<SupervisionWord>(words);
  const { can } = useSession();
  const [state, setState] = useState<PublicationState>("unchecked");
  const [checking, setChecking] = useState<Publication | null>(null);
  const list = usePublications(state);
  const columns = [
    { title: t("number"), key: "number", render: (_: unknown, p: Publication) => <><Link to={`/cases/${p.case_id}`} className="mono">{p.number}</Link><div className="muted mono">{p.shown.number}</div></> },
    { title: t("publicSees"), key: "shown", render: (_: unknown, { shown }: Publication) => (shown.withdrawn_at ? <Mark tone="quiet">{shown.reason_zh || "—"}</Mark> : <>{pick(shown.matter_zh, shown.matter_en)} · {shown.party} · {yuan(shown.fine_fen)}</>) },
    { title: t("publishBy"), dataIndex: "publish_by", render: (at: string) => date(at) },
    { title: t("checked"), key: "check", render: (_: unknown, { check }: Publication) => (check ? <span className="muted">{check.by} · {dateTime(check.at)}</span> : <Mark tone="wait">{t("notChecked")}</Mark>) },
    ...(can("legal", "head") && (state === "unchecked" || state === "withdrawn")
      ? [{ title: "", key: "act", render: (_: unknown, p: Publication) => <Button size="small" onClick={() => setChecking(p)}>{t("check")}</Button> }] : []),
  ];
  return (
    <Frame title={t("publications")} lead={t("publicationsLead")}>
      <Segmented value={state} onChange={setState} aria-label={t("publications")} options={states.map((value) => ({ value, label: t(`publication_${value}`) }))} />
      <Loaded query={list} isEmpty={({ pages }) => pages.every((page) => page.items.length === 0)} empty={t("noItems")}>
        {({ pages }) => (
          <>
            <Table<Publication> size="middle" rowKey="case_id" columns={columns} dataSource={pages.flatMap((page) => page.items)} pagination={false} scroll={{ x: true }} />
            {list.hasNextPage ? <Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>{t("more")}</Button> : null}
          </>
        )}
      </Loaded>
      {checking ? <Check publication={checking} onDone={() => setChecking(null)} /> : null}
    </Frame>
  );
}

function Check({ publication, onDone }: { publication: Publication; onDone: () => void }) {
  const { t, language, pick } = useDictionary<SupervisionWord>(words);
  const { t: frame } = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<{ reason: string }>();
  const check = useMutation({
    mutationFn: ({ sound, reason }: { sound: boolean; reason: string }) => checkPublication(publication.case_id, { sound, reason }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["publications"] });
      void message.success(t("saved"));
      onDone();
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  const { shown } = publication;
  return (
    <Dialog
      open
      title={shown.number}
      onCancel={onDone}
      footer={[
        <Button key="cancel" onClick={onDone}>{frame("cancel")}</Button>,
        <Button key="withdraw" danger loading={check.isPending} onClick={() => form.submit()}>{t("withdraw")}</Button>,
        <Button key="sound" type="primary" loading={check.isPending} onClick={() => check.mutate({ sound: true, reason: "" })}>{t("mayStay")}</Button>,
      ]}
    >
      {shown.withdrawn_at ? <p>{shown.reason_zh}</p> : <p>{pick(shown.matter_zh, shown.matter_en)} · {shown.party} · {yuan(shown.fine_fen)} · {date(shown.decided_at)}</p>}
      <Form form={form} layout="vertical" onFinish={({ reason }) => check.mutate({ sound: false, reason })}>
        <Form.Item name="reason" label={t("withdrawReason")} rules={[{ required: true, whitespace: true, message: t("withdrawReason") }]}><Input.TextArea rows={2} maxLength={1000} /></Form.Item>
      </Form>
    </Dialog>
  );
}
