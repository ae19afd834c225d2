// Every formula that was made to hold: by whom, why, and what it changed.
import type { Formula, Formulas, FormulaVersion } from "../../api/types";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Became } from "../../parts/became";
import { Mark } from "../../parts/mark";
import { differences } from "./formula";
import { useDifferenceWords } from "./difference-words";
import words, { type GradeWord } from "./words";

export function Versions({ formulas: { now, initial, versions } }: { formulas: Formulas }) {
  const { t } = useDictionary<GradeWord>(words);
  return (
    <section className="panel">
      <header><h2>{t("versions")}</h2></header>
      <div className="panel-body">
        {versions.length === 0 ? <span className="muted">{t("noVersions")}</span> : null}
        <ul className="plain-list">
          {versions.map((v, i) => <Version key={v.formula.version} version={v} now={now.version} before={versions[i + 1]?.formula ?? initial} />)}
        </ul>
      </div>
    </section>
  );
}

function Version({ version: v, now, before }: { version: FormulaVersion; now: number; before: Formula }) {
  const { t } = useDictionary<GradeWord>(words);
  const n = v.formula.version;
  return (
    <li>
      <div className="between">
        <span className="row"><strong>{t("version", { n })}</strong>{n === now ? <Mark tone="ok">{t("now")}</Mark> : n > now ? <Mark tone="wait">{t("later")}</Mark> : null}</span>
        <span className="muted">{t("sinceWhen", { at: dateTime(v.active_from) })}</span>
      </div>
      <div>{v.reason}</div>
      <div className="muted">{v.by_name} · {dateTime(v.at)}</div>
      {v.trial ? <div className="muted">{t("triedBefore", { at: dateTime(v.trial.at), n: v.trial.objects, changed: v.trial.changed })}</div> : null}
      <Differences before={before} after={v.formula} />
    </li>
  );
}

export function Differences({ before, after }: { before: Formula; after: Formula }) {
  const { t } = useDictionary<GradeWord>(words);
  const { label, say } = useDifferenceWords();
  const list = differences(before, after, say);
  if (list.length === 0) return <div className="muted">{t("same")}</div>;
  return (
    <ul className="changes">
      {list.map((d) => <li key={d.kind + d.key}>{label(d)}: <Became before={d.before} after={d.after} nothing={t("nothing")} /></li>)}
    </ul>
  );
}
