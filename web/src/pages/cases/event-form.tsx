// The fields that a step needs, as its table names them. A field new to us is a
// line of text under its own name.
import { Button, Checkbox, Form, Input, Space } from "antd";
import type { Dayjs } from "dayjs";
import { useState, type ReactNode } from "react";
import { useMatters, useOfficers, useParties } from "../../api/queries";
import { sentenceOf } from "../../api/problem";
import type { CaseEvent } from "../../api/types";
import { useWords } from "../../app/use-words";
import { fenOf } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { DatePicker } from "../../parts/dates";
import { FieldSelect } from "../../parts/field-select";
import { InputNumber } from "../../parts/input-number";
import { packed, papersTaken } from "../../parts/papers";
import words, { type CaseWord } from "./words";

export type EventFields = Record<string, unknown>;

interface Props {
  event: CaseEvent;
  busy: boolean;
  onSubmit: (fields: EventFields) => void;
  onCancel: () => void;
}

const long = new Set(["reason", "note", "facts", "conclusion", "opinion", "text"]);

// sent turns what the form holds into what the API takes: yuan into fen, times
// into RFC 3339, empty optional fields left out.
function sent(fields: EventFields): EventFields {
  const entry = ([key, value]: [string, unknown]): [string, unknown] => {
    if (key.endsWith("_fen") && typeof value === "number") return [key, fenOf(value)];
    if (value && typeof value === "object" && "toISOString" in value) return [key, (value as Dayjs).toISOString()];
    return [key, value];
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== "").map(entry));
}

export function EventForm({ event, busy, onSubmit, onCancel }: Props) {
  const { t, language } = useDictionary<CaseWord>(words);
  const frame = useWords();
  const [files, setFiles] = useState<File[]>([]);
  const [unfit, setUnfit] = useState(""); // why the files cannot be sent
  const submit = async (fields: EventFields) => {
    try {
      onSubmit(files.length ? { ...sent(fields), papers: await packed(files) } : sent(fields));
    } catch (error) {
      setUnfit(sentenceOf(error, language));
    }
  };
  const named = (key: string) => key === "until" && event.event === "instalments" ? t("need_first") : (`need_${key}` in words.zh ? t(`need_${key}` as CaseWord) : key);
  return (
    <Form<EventFields> layout="vertical" requiredMark={false} onFinish={submit}>
      {(event.needs ?? []).map((key) => (
        <Form.Item key={key} name={key} label={named(key)} rules={[{ required: true, message: t("fieldMissing", { name: named(key) }) }]}>
          {controlOf(key)}
        </Form.Item>
      ))}
      {event.event === "investigated" ? <Form.Item name="complex" valuePropName="checked" extra={t("complexWhy")}><Checkbox>{t("complex")}</Checkbox></Form.Item> : null}
      {event.papers ? (
        <Form.Item label={t("papers")} htmlFor="papers" validateStatus={unfit ? "error" : undefined} help={unfit || undefined}>
          <input id="papers" type="file" multiple accept={papersTaken} onChange={(change) => { setUnfit(""); setFiles([...(change.target.files ?? [])]); }} />
        </Form.Item>
      ) : null}
      <Space>
        <Button type="primary" htmlType="submit" loading={busy} autoFocus={(event.needs ?? []).length === 0}>{t("submit")}</Button>
        <Button onClick={onCancel}>{frame.t("cancel")}</Button>
      </Space>
    </Form>
  );
}

function controlOf(key: string): ReactNode {
  if (key === "officers") return <OfficerSelect />;
  if (key === "party_id") return <PartySelect />;
  if (key === "matter") return <MatterSelect />;
  if (key === "parts") return <InputNumber min={2} max={24} precision={0} style={{ width: "100%" }} />;
  if (key.endsWith("_fen")) return <InputNumber min={0} step={50} precision={2} prefix="¥" style={{ width: "100%" }} />;
  if (key.endsWith("_at") || key === "at" || key === "until") return <DatePicker showTime style={{ width: "100%" }} />;
  if (key === "method") return <MethodSelect />;
  if (long.has(key)) return <Input.TextArea rows={4} maxLength={4000} showCount />;
  return <Input />;
}

type Control<V> = { id?: string; value?: V; onChange?: (value: V) => void };

function OfficerSelect(props: Control<string[]>) {
  const officers = useOfficers();
  return (
    <FieldSelect {...props} mode="multiple" maxCount={2} loading={officers.isPending} optionFilterProp="label"
      options={(officers.data ?? []).map((o) => ({ value: o.id, label: o.licence_no ? `${o.name}（${o.licence_no}）` : o.name }))} />
  );
}

function PartySelect(props: Control<string>) {
  const parties = useParties();
  return <FieldSelect {...props} showSearch loading={parties.isPending} optionFilterProp="label" options={(parties.data ?? []).map((p) => ({ value: p.id, label: p.name }))} />;
}

function MatterSelect(props: Control<string>) {
  const { pick } = useDictionary<CaseWord>(words);
  const matters = useMatters();
  return (
    <FieldSelect {...props} showSearch loading={matters.isPending} optionFilterProp="label"
      options={(matters.data ?? []).map((m) => ({ value: m.key, label: pick(m.name_zh, m.name_en) }))} />
  );
}

function MethodSelect(props: Control<string>) {
  const { t } = useDictionary<CaseWord>(words);
  const methods = ["electronic", "direct", "mail", "public"] as const;
  return <FieldSelect {...props} options={methods.map((m) => ({ value: m, label: t(`method_${m}`) }))} />;
}
