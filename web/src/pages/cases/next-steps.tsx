// What may lawfully follow, as buttons; what may not, greyed with its sentence
// and article. The server's table of states decides, nothing here does.
import { Alert, App, Button } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem, sentenceOf } from "../../api/problem";
import { caseEvent } from "../../api/queries";
import type { CaseEvent, CaseFile } from "../../api/types";
import { useDictionary } from "../../i18n/translate";
import { articleOf } from "../../parts/article";
import { Dialog } from "../../parts/dialog";
import { EventForm, type EventFields } from "./event-form";
import words, { type CaseWord } from "./words";

// Nobody is waited for in these.
export const ended = new Set(["closed", "archived", "corrected", "no_penalty", "dismissed", "transferred", "rejected", "revoked"]);

export function NextSteps({ file }: { file: CaseFile }) {
  const { t, pick, language } = useDictionary<CaseWord>(words);
  const [open, setOpen] = useState<CaseEvent | null>(null);
  const allowed = file.events.filter((e) => e.allowed);
  const refused = file.events.filter((e) => !e.allowed);
  return (
    <section className="panel next-steps">
      <header><h2>{t("whatNext")}</h2></header>
      <div className="panel-body">
        {file.events.length === 0 ? <span className="muted">{t("allowedNone")}</span> : null}
        {allowed.length === 0 && refused.length > 0 ? <Alert type="info" showIcon message={t(ended.has(file.state) ? "allowedNone" : "waitsForParty")} style={{ marginBottom: 8 }} /> : null}
        {allowed.map((e, i) => (
          <div key={e.event} className="step-row">
            <Button type={i === 0 ? "primary" : "default"} onClick={() => setOpen(e)} data-event={e.event}>{pick(e.label_zh, e.label_en)}</Button>
            {e.article ? <p>{articleOf(e.article, language)}</p> : null}
          </div>
        ))}
        {refused.map((e) => (
          <div key={e.event} className="step-row">
            <Button disabled aria-describedby={`why-${e.event}`}>{pick(e.label_zh, e.label_en)}</Button>
            <p id={`why-${e.event}`}>{pick(e.why_zh, e.why_en)}{e.article ? <span className="article">{articleOf(e.article, language)}</span> : null}</p>
          </div>
        ))}
      </div>
      {open ? <StepDialog file={file} event={open} onDone={() => setOpen(null)} /> : null}
    </section>
  );
}

function StepDialog({ file, event, onDone }: { file: CaseFile; event: CaseEvent; onDone: () => void }) {
  const { t, language, pick } = useDictionary<CaseWord>(words);
  const { message } = App.useApp();
  const queries = useQueryClient();
  const name = pick(event.label_zh, event.label_en);
  const step = useMutation({
    mutationFn: (fields: EventFields) => caseEvent(file, event.event, fields),
    onSettled: () => Promise.all([["case", file.id], ["cases"], ["findings"], ["finding", file.id], ["overview"]].map((queryKey) => queries.invalidateQueries({ queryKey }))),
    onSuccess: () => {
      void message.success(t("eventDone", { name }));
      onDone();
    },
  });
  const conflict = step.error instanceof Problem && step.error.status === 412;
  return (
    <Dialog open title={name} footer={null} onCancel={onDone} width={560}>
      {step.error ? (
        <Alert type="error" showIcon role="alert" message={conflict ? t("eventConflict") : sentenceOf(step.error, language)} style={{ marginBottom: 12 }} />
      ) : null}
      {event.article ? <p className="muted">{t("law")}: {articleOf(event.article, language)}</p> : null}
      <EventForm event={event} busy={step.isPending} onSubmit={(fields) => step.mutate(fields)} onCancel={onDone} />
    </Dialog>
  );
}
