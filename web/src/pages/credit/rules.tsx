// The rules of duration: data, every version kept.
import { App, Button, Form, Input } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sentenceOf } from "../../api/problem";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import { Dialog } from "../../parts/dialog";
import { InputNumber } from "../../parts/input-number";
import { Loaded } from "../../parts/loaded";
import { activateRules, useRules, type CreditRules, type Rules } from "./calls";
import words, { type CreditWord } from "./words";

const fields: (keyof Rules & CreditWord)[] = ["light_most_fen", "serious_least_fen", "repeat_days", "light_days", "ordinary_least_days", "ordinary_most_days", "serious_least_days", "serious_most_days", "decide_days"];
const fen = 100; // amounts are shown in yuan
const shown = (field: string, value: number) => (field.endsWith("_fen") ? value / fen : value);

export function RulesPanel() {
  const { t } = useDictionary<CreditWord>(words);
  const { can } = useSession();
  const rules = useRules();
  const [changing, setChanging] = useState(false);
  return (
    <section className="panel">
      <header className="between"><h2>{t("rules")}</h2>{can("head") ? <Button onClick={() => setChanging(true)}>{t("change")}</Button> : null}</header>
      <div className="panel-body">
        <Loaded query={rules}>
          {(holds) => (
            <>
              <p className="muted">{holds.version === 0 ? t("rulesShipped") : t("rulesHold", { n: holds.version, by: holds.by, reason: holds.reason })}</p>
              <dl className="facts">{fields.map((field) => <div key={field} style={{ display: "contents" }}><dt>{t(field)}</dt><dd>{shown(field, holds.rules[field])}</dd></div>)}</dl>
              {changing ? <Change holds={holds} onClose={() => setChanging(false)} /> : null}
            </>
          )}
        </Loaded>
      </div>
    </section>
  );
}

type Values = Record<keyof Rules, number> & { reason: string };

function Change({ holds, onClose }: { holds: CreditRules; onClose: () => void }) {
  const { t, language } = useDictionary<CreditWord>(words);
  const frame = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();
  const save = useMutation({
    mutationFn: ({ reason, ...values }: Values) => activateRules({ reason, rules: { ...holds.rules, ...Object.fromEntries(fields.map((field) => [field, field.endsWith("_fen") ? Math.round(values[field] * fen) : values[field]])) } }),
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: ["credit"] });
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  const start = Object.fromEntries(fields.map((field) => [field, shown(field, holds.rules[field])]));
  return (
    <Dialog open title={t("change")} okText={frame.t("save")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={start} onFinish={(values) => save.mutate(values)}>
        {fields.map((field) => <Form.Item key={field} name={field} label={t(field)} rules={[{ required: true, message: t("missing") }]}><InputNumber min={0} /></Form.Item>)}
        <Form.Item name="reason" label={t("basis")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input maxLength={1000} /></Form.Item>
      </Form>
    </Dialog>
  );
}
