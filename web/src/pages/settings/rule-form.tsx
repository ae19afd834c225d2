// Entering a rule: the YAML that holds, changed, read by the server as it would be put into
// force, and entered with a reason. Another person puts it into force.
import { Alert, App, Button, Form, Input, Skeleton } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { sentenceOf } from "../../api/problem";
import { useDictionary } from "../../i18n/translate";
import { Dialog } from "../../parts/dialog";
import { Failure } from "../../parts/loaded";
import { Bands } from "./bands";
import { checkRule, enterRule, ruleText, type RuleKind } from "./calls";
import words, { type SettingsWord } from "./words";

// A year that nobody has entered yet begins with what a notice says.
const blankYear = (year: number) => `year: ${year}\nsource: \nholidays:\n  - {name: 元旦, from: ${year}-01-01, to: ${year}-01-01}\nmake_up: []\n`;

interface Values { text: string; reason: string }

export function RuleForm({ kind, name, fresh, onDone }: { kind: RuleKind; name: string; fresh?: boolean; onDone: () => void }) {
  const held = useQuery({ queryKey: ["rule", kind, name], queryFn: () => ruleText(kind, name), enabled: !fresh, gcTime: 0 });
  const text = fresh ? blankYear(Number(name)) : held.data;
  const { t, language } = useDictionary<SettingsWord>(words);
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();
  const check = useMutation({ mutationFn: (value: string) => checkRule(kind, value) });
  const enter = useMutation({
    mutationFn: (v: Values) => enterRule(kind, v.text, v.reason),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["rules"] });
      void message.success(t("ruleEntered"));
      onDone();
    },
  });
  const wrong = enter.error ?? check.error;
  return (
    <Dialog open width={860} title={t("enterRule", { name })} okText={t("enter")} okButtonProps={{ disabled: text === undefined }} onCancel={onDone} onOk={() => form.submit()} confirmLoading={enter.isPending}>
      {text !== undefined ? null : held.error ? <Failure error={held.error} retry={() => void held.refetch()} /> : <Skeleton active />}
      {text === undefined ? null : (
        <Form form={form} layout="vertical" initialValues={{ text }} onFinish={(v) => enter.mutate(v)}>
          <Form.Item name="text" label={t("ruleText")} rules={[{ required: true, message: t("missing") }]}><Input.TextArea className="mono" rows={18} maxLength={60000} spellCheck={false} /></Form.Item>
          <div className="stack">
            {wrong ? <Alert type="error" showIcon message={sentenceOf(wrong, language)} /> : null}
            {check.data && !wrong ? <Alert type="success" showIcon message={t("ruleSound", { name: check.data.key })} description={check.data.matter ? <Bands matter={check.data.matter} /> : null} /> : null}
            <div><Button loading={check.isPending} onClick={() => check.mutate(form.getFieldValue("text") as string)}>{t("check")}</Button></div>
          </div>
          <Form.Item name="reason" label={t("ruleReason")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input.TextArea rows={2} maxLength={2000} /></Form.Item>
        </Form>
      )}
    </Dialog>
  );
}
