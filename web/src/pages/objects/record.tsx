// Recording what happened with an object, and adjusting its points. The grade that
// follows is told at once.
import { Alert, App, Form, Input, Select } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import dayjs, { type Dayjs } from "dayjs";
import { adjustGrade, recordEvent } from "../../api/base-data";
import { sentenceOf } from "../../api/problem";
import type { Assessment, ObjectEventDraft } from "../../api/types";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import { DatePicker } from "../../parts/dates";
import { Dialog } from "../../parts/dialog";
import { InputNumber } from "../../parts/input-number";
import words, { type ObjectWord } from "./words";

interface Props { id: string; onDone: () => void }

// useRecording sends, tells the grade that follows, and closes.
function useRecording<D>(send: (draft: D) => Promise<Assessment>, { id, onDone }: Props) {
  const { t, pick } = useDictionary<ObjectWord>(words);
  const { message } = App.useApp();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: async (a) => {
      await Promise.all([["object", id], ["objects"], ["inspections"]].map((queryKey) => queries.invalidateQueries({ queryKey })));
      void message.success(t("recorded", { why: pick(a.zh, a.en) }), 6);
      onDone();
    },
  });
}

const kinds = ["inspection_passed", "inspection_failed", "complaint", "finding", "media"] as const;

interface RecordFields { kind: ObjectEventDraft["kind"]; at: Dayjs; source: string; note?: string }

export function RecordDialog(props: Props) {
  const { t, language } = useDictionary<ObjectWord>(words);
  const frame = useWords();
  const [form] = Form.useForm<RecordFields>();
  const send = useRecording((f: RecordFields) => recordEvent(props.id, { kind: f.kind, at: f.at.toISOString(), source: f.source.trim(), note: f.note?.trim() || undefined }), props);
  const required = [{ required: true, message: t("missing") }];
  return (
    <Dialog open width={480} title={t("record")} onCancel={props.onDone} onOk={() => form.submit()} okText={frame.t("save")} confirmLoading={send.isPending}>
      {send.error ? <Alert className="form-alert" type="error" showIcon role="alert" message={sentenceOf(send.error, language)} /> : null}
      <Form<RecordFields> form={form} layout="vertical" requiredMark={false} initialValues={{ kind: "inspection_passed", at: dayjs() }} onFinish={(fields) => send.mutate(fields)}>
        <Form.Item name="kind" label={t("eventKind")}><Select options={kinds.map((kind) => ({ value: kind, label: t(`event_${kind}`) }))} /></Form.Item>
        <Form.Item name="at" label={t("eventAt")} rules={required}><DatePicker className="wide" showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" disabledDate={(day) => day.isAfter(dayjs())} /></Form.Item>
        <Form.Item name="source" label={t("eventSource")} extra={t("eventSourceWhy")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input maxLength={120} className="mono" /></Form.Item>
        <Form.Item name="note" label={t("eventNote")}><Input.TextArea rows={3} maxLength={500} showCount /></Form.Item>
      </Form>
    </Dialog>
  );
}

interface AdjustFields { points: number; reason: string }

export function AdjustDialog(props: Props) {
  const { t, language } = useDictionary<ObjectWord>(words);
  const frame = useWords();
  const [form] = Form.useForm<AdjustFields>();
  const send = useRecording((fields: AdjustFields) => adjustGrade(props.id, fields), props);
  return (
    <Dialog open width={480} title={t("adjust")} onCancel={props.onDone} onOk={() => form.submit()} okText={frame.t("save")} confirmLoading={send.isPending}>
      {send.error ? <Alert className="form-alert" type="error" showIcon role="alert" message={sentenceOf(send.error, language)} /> : null}
      <p className="muted">{t("adjustWhy")}</p>
      <Form<AdjustFields> form={form} layout="vertical" requiredMark={false} onFinish={(fields) => send.mutate(fields)}>
        <Form.Item name="points" label={t("points")} rules={[{ required: true, message: t("missing") }, { validator: (_, value) => (value === 0 ? Promise.reject(new Error(t("notZero"))) : Promise.resolve()) }]}>
          <InputNumber className="wide" min={-100} max={100} precision={0} autoFocus />
        </Form.Item>
        <Form.Item name="reason" label={t("reason")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input.TextArea rows={3} maxLength={500} showCount /></Form.Item>
      </Form>
    </Dialog>
  );
}
