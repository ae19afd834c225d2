// One transfer: its letter, its receipt, what the authority says of it.
import { Button, Form, Input, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { DatePicker } from "../../parts/dates";
import { Dialog } from "../../parts/dialog";
import { Loaded } from "../../parts/loaded";
import { useStep } from "../../parts/step";
import { enterReceipt, reportTransfer, useTransfer, type Transfer, type TransferStatus } from "./calls";
import words, { type TransferWord } from "./words";

export function TransferOpened({ id }: { id: string }) {
  const { t } = useDictionary<TransferWord>(words);
  const found = useTransfer(id);
  return (
    <Loaded query={found}>
      {({ transfer, letter, steps }) => (
        <div className="stack">
          <div><strong>{t("digest")}</strong> <span className="mono break">{transfer.sha256}</span></div>
          <details><summary>{t("letter")}</summary><pre className="mono break">{letter}</pre></details>
          <Tools transfer={transfer} />
          <div>
            <strong>{t("steps")}</strong>
            <ul className="plain-list">
              {steps.map((step) => <li key={step.at + step.event}>{dateTime(step.at)} · {step.by} · {t(`step_${step.event}` as TransferWord)} {step.note}</li>)}
            </ul>
          </div>
        </div>
      )}
    </Loaded>
  );
}

function Tools({ transfer }: { transfer: Transfer }) {
  const { t } = useDictionary<TransferWord>(words);
  const { can } = useSession();
  const [asking, setAsking] = useState<"receipt" | "report" | null>(null);
  const close = () => setAsking(null);
  const acts = can("officer", "head");
  return (
    <div className="row">
      {can("officer", "legal", "head", "auditor", "supervisor") ? <Button href={`/api/v1/transfers/${transfer.id}/file.zip`}>{t("file")}</Button> : null}
      {transfer.received_at && !transfer.signed ? <Button href={`/api/v1/transfers/${transfer.id}/paper-receipt`}>{t("scan")}</Button> : null}
      {acts && transfer.state === "sent" ? <Button onClick={() => setAsking("receipt")}>{t("enterReceipt")}</Button> : null}
      {acts && (transfer.state === "received" || transfer.state === "accepted") ? <Button onClick={() => setAsking("report")}>{t("report")}</Button> : null}
      {asking === "receipt" ? <Receipt id={transfer.id} onClose={close} /> : null}
      {asking === "report" ? <Report transfer={transfer} onClose={close} /> : null}
    </div>
  );
}

// base64 reads a file as the API takes it.
function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(typeof reader.result === "string" ? reader.result.replace(/^[^,]*,/, "") : "");
    reader.onerror = () => reject(reader.error ?? new Error(file.name));
    reader.readAsDataURL(file);
  });
}

interface ReceiptValues { receiver: string; received_at: Dayjs }

function Receipt({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useDictionary<TransferWord>(words);
  const frame = useWords();
  const [form] = Form.useForm<ReceiptValues>();
  const [file, setFile] = useState<File | null>(null);
  const step = useStep("transfers", async (values: ReceiptValues) => enterReceipt(id, { receiver: values.receiver, received_at: values.received_at.toISOString(), scan: file ? await base64(file) : "" }), onClose);
  return (
    <Dialog open title={t("enterReceipt")} okText={frame.t("save")} onCancel={onClose} onOk={() => form.submit()} okButtonProps={{ disabled: !file }} confirmLoading={step.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ received_at: dayjs() }} onFinish={(values) => step.mutate(values)}>
        <Form.Item name="receiver" label={t("receiver")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input maxLength={120} /></Form.Item>
        <Form.Item name="received_at" label={t("receivedAt")} rules={[{ required: true, message: t("missing") }]}><DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" allowClear={false} /></Form.Item>
        <label>{t("scan")} <input type="file" accept="application/pdf,image/jpeg,image/png" onChange={(event) => setFile(event.target.files?.[0] ?? null)} /></label>
      </Form>
    </Dialog>
  );
}

type ReportValues = Omit<TransferStatus, "on"> & { on?: Dayjs };

function Report({ transfer, onClose }: { transfer: Transfer; onClose: () => void }) {
  const { t } = useDictionary<TransferWord>(words);
  const frame = useWords();
  const [form] = Form.useForm<ReportValues>();
  const step = useStep("transfers", ({ on, ...values }: ReportValues) => reportTransfer(transfer.id, { ...values, on: on?.format("YYYY-MM-DD") }), onClose);
  const entered = (transfer.subject_kind === "annotation" || transfer.subject_kind === "lifting") && transfer.state === "received";
  const next: TransferStatus["state"][] = transfer.state === "received" ? ["accepted", "returned"] : ["closed"];
  return (
    <Dialog open title={t("report")} okText={frame.t("save")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={step.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ state: next[0] }} onFinish={(values) => step.mutate(values)}>
        <Form.Item name="state" label={t("state")}><Select options={next.map((value) => ({ value, label: t(value) }))} /></Form.Item>
        <Form.Item name="ref" label={`${t("ref")}（${frame.t("optional")}）`}><Input maxLength={80} /></Form.Item>
        {entered ? <Form.Item name="on" label={t("entryDay")} extra={t("entryNeeds")}><DatePicker /></Form.Item> : null}
        <Form.Item name="note" label={t("note")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input.TextArea rows={3} maxLength={2000} /></Form.Item>
      </Form>
    </Dialog>
  );
}
