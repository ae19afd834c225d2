// The step that is next for a file: apply it, wait for it, take it back.
import { Alert, App, Button, Progress } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { applyImport, undoImport, type Subject } from "../../api/base-data";
import { sentenceOf } from "../../api/problem";
import type { ImportBatch } from "../../api/types";
import { useSession } from "../../app/session";
import { useDictionary } from "../../i18n/translate";
import { Sure } from "../../parts/dialog";
import { ProblemsButton } from "./problems";
import words, { type ImportWord } from "./words";

// Step knows by heard when the server last said how far the file is.
export function Step({ batch, heard }: { batch: ImportBatch; heard: number }) {
  const { t, language } = useDictionary<ImportWord>(words);
  const { can } = useSession();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const subject = batch.subject as Subject;
  const begin = useMutation({
    mutationFn: (step: typeof applyImport) => step(subject, batch.id),
    // Progress may have been told before this answer came: what stands is asked for.
    onSettled: () => Promise.all([["import", batch.id], ["imports"]].map((queryKey) => queries.invalidateQueries({ queryKey }))),
    onError: (error) => message.error(sentenceOf(error, language)),
  });
  const mayAct = can(subject === "cameras" ? "operator" : "collector");
  switch (batch.state) {
    case "preview":
      return <Preview batch={batch} mayAct={mayAct} busy={begin.isPending} onApply={() => begin.mutate(applyImport)} />;
    case "applied":
      return <Applied batch={batch} mayAct={mayAct} busy={begin.isPending} onUndo={() => begin.mutate(undoImport)} />;
    case "undone":
      return <Alert type="info" showIcon role="status" message={t("undone")} description={batch.counts.kept > 0 ? t("undoneKept", { n: batch.counts.kept }) : undefined} />;
    default:
      return <Working key={batch.state} batch={batch} heard={heard} onResume={mayAct ? () => begin.mutate(batch.state === "undoing" ? undoImport : applyImport) : undefined} />;
  }
}

// toDo counts the rows that applying writes.
const toDo = ({ counts }: ImportBatch) => counts.create + counts.merge;

function Preview({ batch, mayAct, busy, onApply }: { batch: ImportBatch; mayAct: boolean; busy: boolean; onApply: () => void }) {
  const { t } = useDictionary<ImportWord>(words);
  const { error } = batch.counts;
  const n = toDo(batch);
  return (
    <section className="panel">
      <div className="panel-body import-step">
        <div>
          <strong>{t("ready")}</strong>
          {n === 0 ? <p className="muted">{t("nothingToApply")}</p> : error > 0 ? <p className="muted">{t("errorsLeft", { n: error })}</p> : null}
        </div>
        <div className="row">
          {error > 0 ? <ProblemsButton batch={batch} /> : null}
          {mayAct ? <Button type="primary" disabled={n === 0} loading={busy} onClick={onApply} autoFocus={n > 0}>{t("apply", { n })}</Button> : null}
        </div>
      </div>
    </section>
  );
}

function Applied({ batch, mayAct, busy, onUndo }: { batch: ImportBatch; mayAct: boolean; busy: boolean; onUndo: () => void }) {
  const { t } = useDictionary<ImportWord>(words);
  const { create, merge, conflict, error } = batch.counts;
  const undo = (
    <Sure title={t("undoAsk")} description={t("undoWhy")} okText={t("undo")} onConfirm={onUndo}>
      <Button danger loading={busy}>{t("undo")}</Button>
    </Sure>
  );
  return (
    <section className="panel done">
      <div className="panel-body import-step">
        <div role="status">
          <strong>{t("applied", { create, merge })}</strong>
          {conflict > 0 ? <p className="muted">{t("appliedConflict", { n: conflict })}</p> : null}
        </div>
        <div className="row">{error > 0 ? <ProblemsButton batch={batch} /> : null}{mayAct ? undo : null}</div>
      </div>
    </section>
  );
}

const patience = 60_000; // without progress, the worker is taken to be gone

function Working({ batch, heard, onResume }: { batch: ImportBatch; heard: number; onResume?: () => void }) {
  const { t } = useDictionary<ImportWord>(words);
  const [stuckAt, setStuckAt] = useState(0);
  const { done } = batch;
  useEffect(() => {
    const timer = setTimeout(() => setStuckAt(heard), patience);
    return () => clearTimeout(timer);
  }, [heard]);
  const all = Math.max(toDo(batch), done);
  return (
    <section className="panel">
      <div className="panel-body">
        <strong role="status">{t(batch.state === "undoing" ? "undoing" : "applying", { done, all })}</strong>
        <Progress percent={all === 0 ? 0 : Math.floor((done / all) * 100)} status="active" aria-label={t(`state_${batch.state}` as ImportWord)} />
        {stuckAt === heard && onResume ? <p className="row"><span className="muted">{t("stuck")}</span><Button onClick={onResume}>{t("resume")}</Button></p> : null}
      </div>
    </section>
  );
}
