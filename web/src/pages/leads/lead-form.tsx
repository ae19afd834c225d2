import { App, Checkbox, Form, Input } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { sentenceOf } from "../../api/problem";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import { Dialog } from "../../parts/dialog";
import { FieldSelect } from "../../parts/field-select";
import { receiveLead, type LeadDraft } from "./calls";
import { kinds, sources } from "./kinds";
import words, { type LeadWord } from "./words";

export function LeadForm({ onClose }: { onClose: () => void }) {
  const { t, language } = useDictionary<LeadWord>(words);
  const frame = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<LeadDraft>();
  const kind = Form.useWatch("kind", form);
  const save = useMutation({
    mutationFn: receiveLead,
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: ["leads"] });
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  const required = { required: true, whitespace: true, message: t("missing") };
  const optional = (word: LeadWord) => `${t(word)}（${frame.t("optional")}）`;
  return (
    <Dialog open title={t("add")} okText={frame.t("save")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ source: "hotline", kind: "waste", urgent: false }} onFinish={(values) => save.mutate(values)}>
        <Form.Item name="source" label={t("source")}><FieldSelect options={sources.map((value) => ({ value, label: t(value) }))} /></Form.Item>
        <Form.Item name="source_name" label={t("sourceName")} rules={[required]}><Input maxLength={80} /></Form.Item>
        <Form.Item name="source_ref" label={optional("sourceRef")}><Input maxLength={80} /></Form.Item>
        <Form.Item name="kind" label={t("kind")}><FieldSelect options={kinds.map((value) => ({ value, label: t(value) }))} /></Form.Item>
        <Form.Item name="what" label={t("what")} rules={[required]}><Input.TextArea rows={3} maxLength={2000} /></Form.Item>
        <Form.Item name="place" label={t("place")} rules={[required]}><Input maxLength={200} /></Form.Item>
        <Form.Item name="township" label={optional("township")}><Input maxLength={60} /></Form.Item>
        {kind === "waste" ? (
          <>
            <Form.Item name="plate" label={optional("plate")}><Input maxLength={20} /></Form.Item>
            <Form.Item name="hauler" label={optional("hauler")}><Input maxLength={80} /></Form.Item>
            <Form.Item name="site" label={optional("site")}><Input maxLength={120} /></Form.Item>
          </>
        ) : null}
        <Form.Item name="contact" label={optional("contact")}><Input maxLength={200} autoComplete="off" /></Form.Item>
        <Form.Item name="urgent" valuePropName="checked"><Checkbox>{t("urgent")}</Checkbox></Form.Item>
      </Form>
    </Dialog>
  );
}
