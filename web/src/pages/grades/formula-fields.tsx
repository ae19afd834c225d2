// The fields of a formula: bounds, businesses in their order, events.
import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input, Select } from "antd";
import type { Formula } from "../../api/types";
import { useDictionary } from "../../i18n/translate";
import { GradeMark } from "../objects/grade-mark";
import { InputNumber } from "../../parts/input-number";
import { kinds, type Kind } from "./formula";
import words, { type GradeWord } from "./words";

// FormulaFields needs to say when factors were added, moved or removed, since the
// form does not.
export function FormulaFields({ onMoved }: { onMoved: () => void }) {
  return (
    <div className="stack">
      <Bounds />
      <Businesses onMoved={onMoved} />
      <Events onMoved={onMoved} />
    </div>
  );
}

function Bounds() {
  const { t } = useDictionary<GradeWord>(words);
  const required = { required: true, message: t("missing") };
  const every = (grade: string) => <Form.Item name={["inspect_every_days", grade]} label={t("every")} rules={[required]}><InputNumber className="wide" min={1} max={3650} precision={0} /></Form.Item>;
  return (
    <section className="panel">
      <header><h2>{t("bounds")}</h2></header>
      <div className="panel-body bounds">
        <div><GradeMark grade="red" /><Form.Item name="red" label={t("from")} dependencies={["yellow"]} rules={[required, ({ getFieldValue }) => ({ validator: (_, red: number) => (red > getFieldValue("yellow") ? Promise.resolve() : Promise.reject(new Error(t("redAbove")))) })]}><InputNumber className="wide" min={1} precision={0} /></Form.Item>{every("red")}</div>
        <div><GradeMark grade="yellow" /><Form.Item name="yellow" label={t("from")} rules={[required]}><InputNumber className="wide" min={1} precision={0} /></Form.Item>{every("yellow")}</div>
        <div><GradeMark grade="green" /><span className="muted">{t("lowest")}</span>{every("green")}</div>
      </div>
    </section>
  );
}

function Names({ at }: { at: number }) {
  const { t } = useDictionary<GradeWord>(words);
  const required = { required: true, whitespace: true, message: t("missing") };
  return (
    <>
      <Form.Item name={[at, "zh"]} label={t("nameZh")} rules={[required]}><Input maxLength={40} /></Form.Item>
      <Form.Item name={[at, "en"]} label={t("nameEn")} rules={[required]}><Input maxLength={60} /></Form.Item>
    </>
  );
}

function Businesses({ onMoved }: { onMoved: () => void }) {
  const { t, pick } = useDictionary<GradeWord>(words);
  const form = Form.useFormInstance<Formula>();
  const objectKinds = (["shop", "site", "land"] as const).map((k) => ({ value: k, label: t(`kind_${k}`) }));
  return (
    <section className="panel">
      <header><h2>{t("business")}</h2><span className="muted">{t("businessLead")}</span></header>
      <div className="panel-body">
        <Form.List name="business">
          {(rows, { add, remove, move }) => {
            const named = (at: number) => { const b = (form.getFieldValue("business") as Formula["business"])[at]; return b ? pick(b.zh, b.en) : ""; };
            const after = (change: () => void) => () => { change(); setTimeout(onMoved); };
            return (
              <>
                {rows.map((row, i) => (
                  <fieldset key={row.key} className="factor" aria-label={named(row.name)}>
                    <Names at={row.name} />
                    <Form.Item name={[row.name, "kind"]} label={t("kindOf")} getValueProps={(kind?: string) => ({ value: kind || undefined })}><Select allowClear placeholder={t("kind_any")} options={objectKinds} /></Form.Item>
                    <Form.Item name={[row.name, "points"]} label={t("pointsOnce")} rules={[{ required: true, message: t("missing") }]}><InputNumber className="wide" min={-100} max={100} precision={0} /></Form.Item>
                    <Form.Item className="factor-words" name={[row.name, "words"]} label={t("words")}><Select mode="tags" open={false} suffixIcon={null} tokenSeparators={["、", "，", ",", " "]} placeholder={t("wordsAny")} /></Form.Item>
                    <div className="factor-tools">
                      <Button type="text" icon={<ArrowUpOutlined />} disabled={i === 0} aria-label={`${t("up")}: ${named(row.name)}`} onClick={after(() => move(i, i - 1))} />
                      <Button type="text" icon={<ArrowDownOutlined />} disabled={i === rows.length - 1} aria-label={`${t("down")}: ${named(row.name)}`} onClick={after(() => move(i, i + 1))} />
                      <Button type="text" icon={<DeleteOutlined />} aria-label={`${t("remove")}: ${named(row.name)}`} onClick={after(() => remove(row.name))} />
                    </div>
                  </fieldset>
                ))}
                <Button icon={<PlusOutlined />} onClick={after(() => add({ words: [], points: 5, zh: "", en: "" }, 0))}>{t("add")}</Button>
              </>
            );
          }}
        </Form.List>
      </div>
    </section>
  );
}

function Events({ onMoved }: { onMoved: () => void }) {
  const { t, language } = useDictionary<GradeWord>(words);
  const form = Form.useFormInstance<Formula>();
  const whole = (name: (string | number)[], word: GradeWord, min: number, max: number, placeholder?: string) => (
    <Form.Item name={name} label={t(word)} rules={placeholder ? [] : [{ required: true, message: t("missing") }]} getValueProps={(value?: number) => ({ value: placeholder && !value ? undefined : value })}>
      <InputNumber className="wide" min={min} max={max} precision={0} placeholder={placeholder} />
    </Form.Item>
  );
  return (
    <section className="panel">
      <header><h2>{t("happened")}</h2><span className="muted">{t("happenedLead")}</span></header>
      <div className="panel-body">
        <Form.List name="events">
          {(rows, { add, remove }) => {
            const counted = rows.map((row) => (form.getFieldValue("events") as Formula["events"])[row.name]?.kind as Kind);
            const after = (change: () => void) => () => { change(); setTimeout(onMoved); };
            const named = (kind: Kind) => t(`event_${kind}`);
            return (
              <>
                {rows.map((row, i) => {
                  const kind = counted[i] ?? "adjustment";
                  return (
                    <fieldset key={row.key} className="factor event" aria-label={named(kind)}>
                      <strong aria-hidden>{named(kind)}</strong>
                      {kind === "adjustment" ? <span className="muted own">{t("own")}</span> : whole([row.name, "points"], "points", -100, 100)}
                      {whole([row.name, "days"], "days", 1, 3650)}
                      {whole([row.name, "most"], "most", 0, 1000, t("noLimit"))}
                      <div className="factor-tools"><Button type="text" icon={<DeleteOutlined />} aria-label={`${t("remove")}: ${named(kind)}`} onClick={after(() => remove(row.name))} /></div>
                    </fieldset>
                  );
                })}
                <div className="row">
                  {kinds.filter((kind) => !counted.includes(kind)).map((kind) => (
                    <Button key={kind} icon={<PlusOutlined />} onClick={after(() => add({ kind, points: 5, days: 365, most: 0, zh: words.zh[`event_${kind}`], en: words.en[`event_${kind}`] }))}>
                      {t("count")}{language === "zh" ? "" : " "}{named(kind)}
                    </Button>
                  ))}
                </div>
              </>
            );
          }}
        </Form.List>
      </div>
    </section>
  );
}
