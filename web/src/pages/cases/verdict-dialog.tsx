// What one has entered or asked for is confirmed or declined by another, with grounds.
import { Form, Input, Radio } from "antd";
import type { ReactNode } from "react";
import { useWords } from "../../app/use-words";
import { Dialog } from "../../parts/dialog";
import { useCaseStep } from "./use-case-step";

export interface Verdict { confirm: boolean; grounds: string }

interface Props {
  of: string; // the case
  title: string;
  words: { confirm: string; decline: string; grounds: string; missing: string };
  rows?: number;
  decide: (verdict: Verdict) => Promise<unknown>;
  onClose: () => void;
  children: ReactNode; // what it is about
}

export function VerdictDialog({ of, title, words, rows = 2, decide, onClose, children }: Props) {
  const frame = useWords();
  const [form] = Form.useForm<Verdict>();
  const save = useCaseStep(of, decide, onClose);
  return (
    <Dialog open title={title} okText={frame.t("save")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={save.isPending}>
      {children}
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ confirm: true }} onFinish={(v) => save.mutate(v)}>
        <Form.Item name="confirm"><Radio.Group options={[{ value: true, label: words.confirm }, { value: false, label: words.decline }]} /></Form.Item>
        <Form.Item name="grounds" label={words.grounds} rules={[{ required: true, whitespace: true, message: words.missing }]}><Input.TextArea rows={rows} maxLength={2000} /></Form.Item>
      </Form>
    </Dialog>
  );
}
