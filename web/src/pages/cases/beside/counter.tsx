// What was paid at a bank's or the treasury's counter: the receipt is entered with its
// picture, and booked once another has checked it.
import { Alert, Button, Form, Input } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import type { CaseFile } from "../../../api/types";
import { sentenceOf } from "../../../api/problem";
import { useSession } from "../../../app/session";
import { useWords } from "../../../app/use-words";
import { dateTime, fenOf, yuan } from "../../../format/format";
import { useDictionary } from "../../../i18n/translate";
import { DatePicker } from "../../../parts/dates";
import { InputNumber } from "../../../parts/input-number";
import { Dialog } from "../../../parts/dialog";
import { Mark, type Tone } from "../../../parts/mark";
import { packed, papersTaken } from "../../../parts/papers";
import { decideCounterPayment, enterCounterPayment, type CounterPayment } from "../calls";
import { useCaseStep } from "../use-case-step";
import { VerdictDialog } from "../verdict-dialog";
import { decided } from "./decided";
import words, { type BesideWord } from "./words";

const tones: Record<CounterPayment["state"], Tone> = { asked: "act", confirmed: "ok", declined: "quiet" };

export function CounterPayments({ file }: { file: CaseFile }) {
  const { t } = useDictionary<BesideWord>(words);
  const { can } = useSession();
  const [entering, setEntering] = useState(false);
  const [checked, setChecked] = useState<CounterPayment | null>(null);
  const list = file.counter_payments;
  const may = can("officer", "head") && decided.has(file.state);
  if (list.length === 0 && !may) return null;
  return (
    <section className="panel" aria-labelledby="counter">
      <header>
        <h2 id="counter">{t("counter")}</h2>
        {may && list.every((p) => p.state !== "asked") ? <Button size="small" onClick={() => setEntering(true)}>{t("counterEnter")}</Button> : null}
      </header>
      <div className="panel-body">
        {list.length === 0 ? <span className="muted">{t("counterNone")}</span> : null}
        <ul className="plain-list">
          {list.map((p) => (
            <li key={p.id}>
              <div className="between">
                <span><strong>{yuan(p.amount_fen)}</strong> <Mark tone={tones[p.state]}>{t(`counter_${p.state}`)}</Mark></span>
                {p.state === "asked" && can("head") && !p.own ? <Button size="small" type="primary" onClick={() => setChecked(p)}>{t("counterDecide")}</Button> : null}
              </div>
              <p>{t("counterReceipt")} {p.receipt_no} · {t("counterPaidOn")} {p.paid_on}</p>
              <Papers file={file} payment={p} />
              <p className="muted">{p.asked_by} · {dateTime(p.asked_at)}</p>
              {p.decided_by ? <p className="muted">{t("decided", { name: p.decided_by, text: p.grounds })}</p> : null}
              {p.owed_back_fen > 0 ? <p>{t("counterBack", { fen: yuan(p.owed_back_fen) })}</p> : null}
            </li>
          ))}
        </ul>
      </div>
      {entering ? <Enter file={file} onClose={() => setEntering(false)} /> : null}
      {checked ? <Check file={file} payment={checked} onClose={() => setChecked(null)} /> : null}
    </section>
  );
}

function Papers({ file, payment }: { file: CaseFile; payment: CounterPayment }) {
  const { t } = useDictionary<BesideWord>(words);
  return (
    <p className="row">
      {payment.papers.map((paper, i) => (
        <a key={paper.id} href={`/api/v1/cases/${encodeURIComponent(file.id)}/papers/${encodeURIComponent(paper.id)}`} download title={paper.sha256}>{t("counterPaper", { n: i + 1 })}</a>
      ))}
    </p>
  );
}

type Entered = { receipt_no: string; paid_on: Dayjs; amount: number };

function Enter({ file, onClose }: { file: CaseFile; onClose: () => void }) {
  const { t, language } = useDictionary<BesideWord>(words);
  const frame = useWords();
  const [form] = Form.useForm<Entered>();
  const [files, setFiles] = useState<File[]>([]);
  const [unfit, setUnfit] = useState("");
  const save = useCaseStep(file.id, async (v: Entered & { papers: string[] }) => enterCounterPayment(file.id, {
    receipt_no: v.receipt_no, paid_on: v.paid_on.format("YYYY-MM-DD"), amount_fen: fenOf(v.amount), papers: v.papers,
  }), onClose);
  const send = async (v: Entered) => {
    if (files.length === 0) {
      setUnfit(t("missing"));
      return;
    }
    try {
      save.mutate({ ...v, papers: await packed(files) });
    } catch (error) {
      setUnfit(sentenceOf(error, language));
    }
  };
  const needed = [{ required: true, message: t("missing") }];
  return (
    <Dialog open title={t("counterEnter")} okText={frame.t("save")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <Alert type="info" message={t("counterWhy")} style={{ marginBottom: 12 }} />
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(v) => void send(v)}>
        <Form.Item name="receipt_no" label={t("counterReceipt")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input maxLength={100} /></Form.Item>
        <Form.Item name="paid_on" label={t("counterPaidOn")} rules={needed}><DatePicker allowClear={false} /></Form.Item>
        <Form.Item name="amount" label={t("counterAmount")} rules={needed}><InputNumber min={0.01} precision={2} prefix="¥" style={{ width: 200 }} /></Form.Item>
        <Form.Item label={t("counterPapers")} htmlFor="counter-papers" validateStatus={unfit ? "error" : undefined} help={unfit || undefined}>
          <input id="counter-papers" type="file" multiple accept={papersTaken} onChange={(change) => { setUnfit(""); setFiles([...(change.target.files ?? [])]); }} />
        </Form.Item>
      </Form>
    </Dialog>
  );
}

function Check({ file, payment, onClose }: { file: CaseFile; payment: CounterPayment; onClose: () => void }) {
  const { t } = useDictionary<BesideWord>(words);
  const said = { confirm: t("counterConfirm"), decline: t("counterDecline"), grounds: t("grounds"), missing: t("groundsMissing") };
  return (
    <VerdictDialog of={file.id} title={t("counterDecide")} words={said} decide={(v) => decideCounterPayment(file.id, payment.id, v)} onClose={onClose}>
      <p>{yuan(payment.amount_fen)} · {t("counterReceipt")} {payment.receipt_no} · {t("counterPaidOn")} {payment.paid_on}</p>
      <Papers file={file} payment={payment} />
    </VerdictDialog>
  );
}
