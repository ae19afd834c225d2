// What was handed over to other authorities, and how far it is there.
import { App, Button, Form, Input } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sentenceOf } from "../../api/problem";
import { useSession } from "../../app/session";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Dialog } from "../../parts/dialog";
import { FieldSelect } from "../../parts/field-select";
import { Listing } from "../../parts/listing";
import { Failure, Nothing } from "../../parts/loaded";
import { Mark, type Tone } from "../../parts/mark";
import { Page } from "../../parts/page";
import { Authorities } from "./authorities";
import { sendTransfer, useAuthorities, useSubjects, useTransfers, type Transfer, type TransferDraft } from "./calls";
import { TransferOpened } from "./transfer";
import words, { type TransferWord } from "./words";

const tones: Record<Transfer["state"], Tone> = { sent: "act", received: "wait", accepted: "wait", returned: "bad", closed: "ok" };

export default function Transfers() {
  const { t } = useDictionary<TransferWord>(words);
  const { can } = useSession();
  const list = useTransfers();
  const [sending, setSending] = useState(false);
  return (
    <Page title={t("title")} lead={t("lead")} extra={can("head") ? <Button type="primary" onClick={() => setSending(true)}>{t("send")}</Button> : null}>
      <div className="stack">
        <section className="panel flush">
          <header><h2>{t("title")}</h2></header>
          {list.error ? <Failure error={list.error} retry={() => void list.refetch()} /> : null}
          <Listing<Transfer>
            rowKey="id" loading={list.isPending} dataSource={list.data?.pages.flatMap((page) => page.items)} locale={{ emptyText: <Nothing>{t("none")}</Nothing> }}
            expandable={{ expandedRowRender: (transfer) => <TransferOpened id={transfer.id} /> }}
            columns={[
              { title: t("number"), dataIndex: "number" },
              { title: t("to"), dataIndex: "authority" },
              { title: t("subject"), dataIndex: "subject_kind", render: (kind: Transfer["subject_kind"]) => t(`subject_${kind}`) },
              { title: t("sentAt"), key: "sent", render: (_, transfer) => `${dateTime(transfer.sent_at)} · ${transfer.sent_by}` },
              { title: t("state"), dataIndex: "state", render: (state: Transfer["state"]) => <Mark tone={tones[state]}>{t(state)}</Mark> },
              { title: t("receipt"), key: "receipt", render: (_, transfer) => (transfer.received_at ? `${transfer.receiver} · ${dateTime(transfer.received_at)} · ${t(transfer.signed ? "signed" : "onPaper")}` : "—") },
            ]}
          />
          {list.hasNextPage ? <div className="form-foot"><Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>{t("more")}</Button></div> : null}
        </section>
        <Authorities />
      </div>
      {sending ? <Send onClose={() => setSending(false)} /> : null}
    </Page>
  );
}

function Send({ onClose }: { onClose: () => void }) {
  const { t, language } = useDictionary<TransferWord>(words);
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<TransferDraft>();
  const kind = Form.useWatch("subject_kind", form) ?? "case";
  const subjects = useSubjects(kind);
  const authorities = useAuthorities();
  const send = useMutation({
    mutationFn: sendTransfer,
    onSuccess: async () => {
      onClose();
      await Promise.all([queries.invalidateQueries({ queryKey: ["transfers"] }), queries.invalidateQueries({ queryKey: ["leads"] })]);
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  const chosen = { required: true, message: t("choose") };
  return (
    <Dialog open title={t("send")} okText={t("send")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={send.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ subject_kind: "case" }} onFinish={(values) => send.mutate(values)}>
        <Form.Item name="subject_kind" label={t("subject")}><FieldSelect options={(["case", "lead"] as const).map((value) => ({ value, label: t(`subject_${value}`) }))} onChange={() => form.resetFields(["subject"])} /></Form.Item>
        <Form.Item name="subject" label={t(`subject_${kind}`)} rules={[chosen]}><FieldSelect loading={subjects.isPending} options={subjects.data} showSearch optionFilterProp="label" /></Form.Item>
        <Form.Item name="authority_id" label={t("to")} rules={[chosen]}><FieldSelect loading={authorities.isPending} options={authorities.data?.map((a) => ({ value: a.id, label: a.name }))} showSearch optionFilterProp="label" /></Form.Item>
        <Form.Item name="reason" label={t("reason")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input.TextArea rows={3} maxLength={2000} /></Form.Item>
      </Form>
    </Dialog>
  );
}
