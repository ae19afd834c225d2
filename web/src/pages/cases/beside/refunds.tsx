// Money that goes back to the party: whole orders, which the provider pays back by itself,
// and what people enter, confirm and have the treasury pay.
import { Alert, Button, Form, Input, Radio } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import type { CaseFile } from "../../../api/types";
import { useSession } from "../../../app/session";
import { useWords } from "../../../app/use-words";
import { dateTime, fenOf, yuan } from "../../../format/format";
import { useDictionary } from "../../../i18n/translate";
import { DatePicker } from "../../../parts/dates";
import { Dialog } from "../../../parts/dialog";
import { InputNumber } from "../../../parts/input-number";
import { Mark, type Tone } from "../../../parts/mark";
import { askRefund, decideRefund, enterRefundPayment, type Refund, type RefundDraft } from "../calls";
import { useCaseStep } from "../use-case-step";
import { VerdictDialog } from "../verdict-dialog";
import { decided } from "./decided";
import words, { type BesideWord } from "./words";

const tones: Record<Refund["state"], Tone> = { asked: "act", confirmed: "act", declined: "quiet", paid: "ok" };

type What = { kind: "ask" } | { kind: "decide" | "pay"; refund: Refund };

export function Refunds({ file }: { file: CaseFile }) {
  const { t } = useDictionary<BesideWord>(words);
  const { can } = useSession();
  const [doing, setDoing] = useState<What | null>(null);
  const close = () => setDoing(null);
  const may = can("officer", "head") && decided.has(file.state);
  if (file.refunds.length === 0 && file.owed_back_fen === 0 && !may) return null;
  return (
    <section className="panel" aria-labelledby="refunds">
      <header>
        <h2 id="refunds">{t("refunds")}</h2>
        {may && file.refunds.every((r) => r.state !== "asked") ? <Button size="small" onClick={() => setDoing({ kind: "ask" })}>{t("refundAsk")}</Button> : null}
      </header>
      <div className="panel-body">
        {file.unasked_fen > 0 ? <Alert type="warning" message={t("refundUnasked", { fen: yuan(file.unasked_fen) })} style={{ marginBottom: 8 }} /> : null}
        {file.refunds.length === 0 ? <span className="muted">{t("refundNone")}</span> : null}
        <ul className="plain-list">
          {file.refunds.map((r) => (
            <li key={r.id}>
              <div className="between">
                <span><strong>{yuan(r.amount_fen)}</strong> <Mark tone={tones[r.state]}>{t(`refund_${r.state}`)}</Mark></span>
                {r.state === "asked" && can("head") && !r.own ? <Button size="small" type="primary" onClick={() => setDoing({ kind: "decide", refund: r })}>{t("refundDecide")}</Button> : null}
                {r.state === "confirmed" && r.by === "treasury" && can("officer", "head") ? <Button size="small" onClick={() => setDoing({ kind: "pay", refund: r })}>{t("refundPay")}</Button> : null}
              </div>
              <p>{t(`refundCause_${r.cause}`)} · {r.reason}{r.receipt_no ? ` · ${t("refundReceipt")} ${r.receipt_no}` : ""}</p>
              <p className="muted">{t(`refundBy_${r.by}`)} · {r.asked_by ? `${r.asked_by} · ` : ""}{dateTime(r.asked_at)}</p>
              {r.decided_by ? <p className="muted">{t("decided", { name: r.decided_by, text: r.grounds })}</p> : null}
              {r.paid_on ? <p className="muted">{t("refundPaid", { day: r.paid_on })}{r.treasury_no ? ` · ${r.treasury_no}` : ""}</p> : null}
            </li>
          ))}
        </ul>
      </div>
      {doing?.kind === "ask" ? <Ask file={file} onClose={close} /> : null}
      {doing?.kind === "decide" ? <Decide file={file} refund={doing.refund} onClose={close} /> : null}
      {doing?.kind === "pay" ? <Pay file={file} refund={doing.refund} onClose={close} /> : null}
    </section>
  );
}

type Asked = { cause: RefundDraft["cause"]; amount: number; reason: string; receipt_no?: string; received?: number };

function Ask({ file, onClose }: { file: CaseFile; onClose: () => void }) {
  const { t } = useDictionary<BesideWord>(words);
  const frame = useWords();
  const [form] = Form.useForm<Asked>();
  const counter = Form.useWatch("cause", form) === "counter";
  const save = useCaseStep(file.id, (v: Asked) => askRefund(file.id, {
    cause: v.cause, amount_fen: fenOf(v.amount), reason: v.reason, receipt_no: v.receipt_no ?? "", received_fen: fenOf(v.received),
  }), onClose);
  const needed = [{ required: true, message: t("missing") }];
  const first = file.unasked_fen > 0 ? { cause: "owed" as const, amount: file.unasked_fen / 100 } : { cause: "lowered" as const };
  return (
    <Dialog open title={t("refundAsk")} okText={frame.t("save")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <Alert type="info" message={t("refundWhy")} style={{ marginBottom: 12 }} />
      <Form form={form} layout="vertical" requiredMark={false} initialValues={first} onFinish={(v) => save.mutate(v)}>
        <Form.Item name="cause" label={t("refundCause")}>
          <Radio.Group options={(["owed", "lowered", "counter"] as const).map((c) => ({ value: c, label: t(`refundCause_${c}`), disabled: c === "owed" && file.unasked_fen === 0 }))} />
        </Form.Item>
        {counter ? <Form.Item name="receipt_no" label={t("refundReceipt")} rules={needed}><Input maxLength={100} /></Form.Item> : null}
        {counter ? <Form.Item name="received" label={t("refundReceived")} rules={needed}><InputNumber min={0.01} precision={2} prefix="¥" style={{ width: 200 }} /></Form.Item> : null}
        <Form.Item name="amount" label={t("refundAmount")} rules={needed}><InputNumber min={0.01} precision={2} prefix="¥" style={{ width: 200 }} /></Form.Item>
        <Form.Item name="reason" label={t("grounds")} rules={[{ required: true, whitespace: true, message: t("groundsMissing") }]}><Input.TextArea rows={2} maxLength={2000} /></Form.Item>
      </Form>
    </Dialog>
  );
}

function Decide({ file, refund, onClose }: { file: CaseFile; refund: Refund; onClose: () => void }) {
  const { t } = useDictionary<BesideWord>(words);
  const said = { confirm: t("refundConfirm"), decline: t("refundDecline"), grounds: t("grounds"), missing: t("groundsMissing") };
  return (
    <VerdictDialog of={file.id} title={t("refundDecide")} words={said} decide={(v) => decideRefund(file.id, refund.id, v)} onClose={onClose}>
      <p>{yuan(refund.amount_fen)} · {t(`refundCause_${refund.cause}`)} · {refund.reason}</p>
    </VerdictDialog>
  );
}

function Pay({ file, refund, onClose }: { file: CaseFile; refund: Refund; onClose: () => void }) {
  const { t } = useDictionary<BesideWord>(words);
  const frame = useWords();
  const [form] = Form.useForm<{ treasury_no: string; paid_on: Dayjs }>();
  const save = useCaseStep(file.id, (v: { treasury_no: string; paid_on: Dayjs }) => enterRefundPayment(file.id, refund.id, { treasury_no: v.treasury_no, paid_on: v.paid_on.format("YYYY-MM-DD") }), onClose);
  return (
    <Dialog open title={t("refundPay")} okText={frame.t("save")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <p>{yuan(refund.amount_fen)} · {refund.reason}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(v) => save.mutate(v)}>
        <Form.Item name="treasury_no" label={t("refundTreasuryNo")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input maxLength={100} /></Form.Item>
        <Form.Item name="paid_on" label={t("refundPaidOn")} rules={[{ required: true, message: t("missing") }]}><DatePicker allowClear={false} /></Form.Item>
      </Form>
    </Dialog>
  );
}
