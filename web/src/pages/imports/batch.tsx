// One file: what it would change, the step that is next, and its rows.
import { Alert } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link, useParams } from "react-router";
import { useImport, type RowAction } from "../../api/base-data";
import type { ImportBatch } from "../../api/types";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Loaded } from "../../parts/loaded";
import { Page } from "../../parts/page";
import { Rows } from "./rows";
import { StateMark } from "./state";
import { Step } from "./step";
import { useSubject } from "./use-subject";
import words, { type ImportWord } from "./words";

const Positions = lazy(() => import("./positions")); // the map is large

export default function Import() {
  const subject = useSubject();
  const { id = "" } = useParams();
  const batch = useImport(subject, id);
  return <Loaded query={batch}>{(data) => <Shown key={data.id} batch={data} heard={batch.dataUpdatedAt} />}</Loaded>;
}

function Shown({ batch, heard }: { batch: ImportBatch; heard: number }) {
  const { t, pick } = useDictionary<ImportWord>(words);
  const [action, setAction] = useState<RowAction | "">(batch.state === "preview" && batch.counts.error > 0 ? "error" : "");
  const lead = (
    <span className="row">
      <StateMark state={batch.state} />
      {batch.by_name} · {dateTime(batch.at)} · {t("mergeRule")}: {t(`rule_${batch.rule}` as ImportWord)}
    </span>
  );
  return (
    <Page title={batch.name} lead={lead} extra={<Link to={`/${batch.subject}/imports`}>← {t("back")}</Link>}>
      <div className="stack">
        {batch.warnings.length > 0 ? (
          <Alert type="warning" showIcon message={t("wholeFile")} description={<ul className="changes">{batch.warnings.map((w) => <li key={w.zh}>{pick(w.zh, w.en)}</li>)}</ul>} />
        ) : null}
        <Step batch={batch} heard={heard} />
        {batch.state === "preview" ? <OnMap batch={batch} /> : null}
        <Counts batch={batch} action={action} onChoose={setAction} />
        <Rows batch={batch} action={action} />
      </div>
    </Page>
  );
}

function OnMap({ batch }: { batch: ImportBatch }) {
  const { t } = useDictionary<ImportWord>(words);
  const [open, setOpen] = useState(false);
  return (
    <section className="panel">
      <details className="panel-body" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t("positions")}</summary>
        {open ? <Suspense fallback={null}><Positions batch={batch} /></Suspense> : null}
      </details>
    </section>
  );
}

const actions: RowAction[] = ["create", "merge", "same", "skip", "error", "conflict"];
const always: RowAction[] = ["create", "merge", "error"];

function Counts({ batch, action, onChoose }: { batch: ImportBatch; action: RowAction | ""; onChoose: (action: RowAction | "") => void }) {
  const { t } = useDictionary<ImportWord>(words);
  const { counts, total } = batch;
  const shown = actions.filter((a) => counts[a] > 0 || always.includes(a));
  return (
    <div role="group" aria-label={t("show")} className="counts">
      <button type="button" className="count" aria-pressed={action === ""} onClick={() => onChoose("")}><strong>{total}</strong><span>{t("count_all")}</span></button>
      {shown.map((a) => (
        <button key={a} type="button" className={`count ${counts[a] > 0 ? a : "none"}`} aria-pressed={action === a} title={t(`countWhy_${a}`)} onClick={() => onChoose(a)}>
          <strong>{counts[a]}</strong>
          <span>{t(`count_${a}`)}</span>
        </button>
      ))}
    </div>
  );
}
