// What a case gives the bureau to suggest to other bodies and companies, and the replies.
import { Alert, Button, Form, Input, Radio } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import type { CaseFile } from "../../../api/types";
import { useSession } from "../../../app/session";
import { useWords } from "../../../app/use-words";
import { dateTime } from "../../../format/format";
import { useDictionary } from "../../../i18n/translate";
import { DatePicker } from "../../../parts/dates";
import { Dialog } from "../../../parts/dialog";
import { Mark, type Tone } from "../../../parts/mark";
import { answerSuggestion, issueSuggestion, type Suggestion, type SuggestionDraft, type SuggestionReply } from "../calls";
import { useCaseStep } from "../use-case-step";
import words, { type BesideWord } from "./words";

const tones: Record<Suggestion["outcome"], Tone> = { waiting: "act", adopted: "ok", partly: "ok", declined: "quiet" };

export function Suggestions({ file }: { file: CaseFile }) {
  const { t } = useDictionary<BesideWord>(words);
  const { can } = useSession();
  const [issuing, setIssuing] = useState(false);
  const [answering, setAnswering] = useState<Suggestion | null>(null);
  const may = can("head") && file.number !== "";
  if (file.suggestions.length === 0 && !may) return null;
  return (
    <section className="panel" aria-labelledby="suggestions">
      <header>
        <h2 id="suggestions">{t("suggestions")}</h2>
        {may ? <Button size="small" onClick={() => setIssuing(true)}>{t("suggestionIssue")}</Button> : null}
      </header>
      <div className="panel-body">
        {file.suggestions.length === 0 ? <span className="muted">{t("suggestionNone")}</span> : null}
        <ul className="plain-list">
          {file.suggestions.map((s) => (
            <li key={s.id}>
              <div className="between">
                <span><strong>{s.recipient}</strong> <Mark tone={s.overdue ? "bad" : tones[s.outcome]}>{t(s.overdue ? "suggestionOverdue" : `suggestion_${s.outcome}`)}</Mark></span>
                {s.outcome === "waiting" && can("officer", "head") ? <Button size="small" onClick={() => setAnswering(s)}>{t("suggestionAnswer")}</Button> : null}
              </div>
              <p style={{ whiteSpace: "pre-line" }}>{s.text}</p>
              <p className="muted"><a href={`/api/v1/documents/${encodeURIComponent(s.document_id)}/pdf`} target="_blank" rel="noreferrer">{s.number}</a> · {s.issued_by} · {dateTime(s.issued_at)} · {t("suggestionBy", { day: s.reply_by })}</p>
              {s.reply ? <p>{t("suggestionReplied", { day: s.replied_on, text: s.reply })}</p> : null}
            </li>
          ))}
        </ul>
      </div>
      {issuing ? <Issue file={file} onClose={() => setIssuing(false)} /> : null}
      {answering ? <Answer file={file} suggestion={answering} onClose={() => setAnswering(null)} /> : null}
    </section>
  );
}

type Drafted = Omit<SuggestionDraft, "reply_by"> & { reply_by: Dayjs };

function Issue({ file, onClose }: { file: CaseFile; onClose: () => void }) {
  const { t } = useDictionary<BesideWord>(words);
  const [form] = Form.useForm<Drafted>();
  const save = useCaseStep(file.id, (v: Drafted) => issueSuggestion(file.id, { ...v, reply_by: v.reply_by.format("YYYY-MM-DD") }), onClose);
  const needed = [{ required: true, whitespace: true, message: t("missing") }];
  return (
    <Dialog open width={640} title={t("suggestionIssue")} okText={t("suggestionIssue")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <Alert type="info" message={t("suggestionWhy")} style={{ marginBottom: 12 }} />
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(v) => save.mutate(v)}>
        <Form.Item name="recipient" label={t("suggestionRecipient")} rules={needed}><Input maxLength={200} /></Form.Item>
        <Form.Item name="facts" label={t("suggestionFacts")} rules={needed}><Input.TextArea rows={3} maxLength={4000} /></Form.Item>
        <Form.Item name="text" label={t("suggestionText")} rules={needed}><Input.TextArea rows={4} maxLength={4000} /></Form.Item>
        <Form.Item name="basis" label={t("suggestionBasis")} rules={needed}><Input maxLength={1000} /></Form.Item>
        <Form.Item name="reply_by" label={t("suggestionReplyBy")} rules={[{ required: true, message: t("missing") }]}><DatePicker allowClear={false} /></Form.Item>
      </Form>
    </Dialog>
  );
}

type Answered = Omit<SuggestionReply, "replied_on"> & { replied_on: Dayjs };

function Answer({ file, suggestion, onClose }: { file: CaseFile; suggestion: Suggestion; onClose: () => void }) {
  const { t } = useDictionary<BesideWord>(words);
  const frame = useWords();
  const [form] = Form.useForm<Answered>();
  const save = useCaseStep(file.id, (v: Answered) => answerSuggestion(file.id, suggestion.id, { ...v, replied_on: v.replied_on.format("YYYY-MM-DD") }), onClose);
  return (
    <Dialog open title={t("suggestionAnswer")} okText={frame.t("save")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <p>{suggestion.number} · {suggestion.recipient}</p>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ outcome: "adopted" }} onFinish={(v) => save.mutate(v)}>
        <Form.Item name="outcome"><Radio.Group options={(["adopted", "partly", "declined"] as const).map((o) => ({ value: o, label: t(`suggestion_${o}`) }))} /></Form.Item>
        <Form.Item name="reply" label={t("suggestionReply")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input.TextArea rows={3} maxLength={4000} /></Form.Item>
        <Form.Item name="replied_on" label={t("suggestionRepliedOn")} rules={[{ required: true, message: t("missing") }]}><DatePicker allowClear={false} /></Form.Item>
      </Form>
    </Dialog>
  );
}
