// One step on many cases. The server judges each alone; what became of each stands
// in one report.
import { Alert, Button } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { sentenceOf } from "../../api/problem";
import { useCase } from "../../api/queries";
import type { CaseEvent, CaseItem } from "../../api/types";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import { articleOf } from "../../parts/article";
import { Dialog } from "../../parts/dialog";
import { Listing } from "../../parts/listing";
import { Failure } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { takeBulkStep, type Outcome } from "./calls";
import { EventForm, type EventFields } from "./event-form";
import words, { type CaseWord } from "./words";

export const bulkMost = 200; // cases in one request

export interface Report {
  event: CaseEvent;
  chosen: CaseItem[];
  outcomes: Outcome[];
}

interface BulkProps {
  chosen: CaseItem[];
  onReport: (report: Report) => void; // it outlives us: the cases may leave the list by the step
  onClear: () => void;
}

// Bulk offers, for cases that stand in one state, the steps that the first of them
// allows.
export function Bulk({ chosen, onReport, onClear }: BulkProps) {
  const { t, pick } = useDictionary<CaseWord>(words);
  const frame = useWords();
  const first = useCase(chosen[0]!.id);
  const [open, setOpen] = useState<CaseEvent | null>(null);
  const allowed = first.data?.events.filter((e) => e.allowed) ?? [];
  return (
    <section className="bulk" aria-label={t("bulk")}>
      <strong role="status">{t("bulkChosen", { n: chosen.length, state: frame.stateLabel(chosen[0]!.state) })}</strong>
      {first.error ? <Failure error={first.error} retry={() => void first.refetch()} /> : null}
      {first.data && allowed.length === 0 ? <span className="muted">{t("bulkNone")}</span> : null}
      {allowed.map((e) => <Button key={e.event} data-event={e.event} onClick={() => setOpen(e)}>{pick(e.label_zh, e.label_en)}</Button>)}
      <Button type="text" onClick={onClear}>{t("bulkClear")}</Button>
      {open ? <BulkDialog event={open} chosen={chosen} onDone={(outcomes) => { setOpen(null); if (outcomes) onReport({ event: open, chosen, outcomes }); }} /> : null}
    </section>
  );
}

function BulkDialog({ event, chosen, onDone }: { event: CaseEvent; chosen: CaseItem[]; onDone: (outcomes?: Outcome[]) => void }) {
  const { t, language, pick } = useDictionary<CaseWord>(words);
  const queries = useQueryClient();
  const step = useMutation({
    mutationFn: (fields: EventFields) => takeBulkStep(event.event, chosen.map(({ id, version }) => ({ id, version })), fields),
    onSettled: () => Promise.all([["case"], ["cases"], ["findings"], ["overview"], ["alarms"]].map((queryKey) => queries.invalidateQueries({ queryKey }))),
    onSuccess: (outcomes) => onDone(outcomes),
  });
  return (
    <Dialog open title={t("bulkTitle", { name: pick(event.label_zh, event.label_en), n: chosen.length })} footer={null} onCancel={() => onDone()} width={560}>
      {step.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(step.error, language)} className="form-alert" /> : null}
      <p className="muted">{t("bulkLead")}{event.article ? ` ${t("law")}: ${articleOf(event.article, language)}` : ""}</p>
      <EventForm event={event} busy={step.isPending} onSubmit={(fields) => step.mutate(fields)} onCancel={() => onDone()} />
    </Dialog>
  );
}

export function ReportDialog({ report, onDone }: { report: Report; onDone: () => void }) {
  const { t, pick, language } = useDictionary<CaseWord>(words);
  const done = report.outcomes.filter((o) => o.done).length;
  const byID = new Map(report.chosen.map((item) => [item.id, item]));
  const rows = report.outcomes.toSorted((a, b) => Number(a.done) - Number(b.done));
  return (
    <Dialog open title={t("bulkReport", { name: pick(report.event.label_zh, report.event.label_en) })} cancelButtonProps={{ hidden: true }} onOk={onDone} onCancel={onDone} width={760}>
      <Alert type={done === rows.length ? "success" : "warning"} showIcon role="status" message={t("bulkCounts", { done, refused: rows.length - done })} className="form-alert" />
      <Listing<Outcome>
        rowKey="id" dataSource={rows} scroll={{ y: 360 }}
        columns={[
          { title: t("number"), dataIndex: "id", render: (id: string) => <Link to={`/cases/${id}`} target="_blank">{byID.get(id)?.number || byID.get(id)?.place || id}</Link> },
          { title: t("bulkOutcome"), dataIndex: "done", render: (ok: boolean) => <Mark tone={ok ? "ok" : "bad"}>{t(ok ? "bulkDone" : "bulkRefused")}</Mark> },
          { title: t("reason"), key: "why", render: (_: unknown, o) => <>{pick(o.why_zh, o.why_en)}{o.article ? <div className="muted">{articleOf(o.article, language)}</div> : null}</> },
        ]}
      />
    </Dialog>
  );
}
