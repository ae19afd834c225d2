// What was found at the same shop or site before: a first time, or once more?
import { Link } from "react-router";
import { useFindingsOf } from "../../api/queries";
import { useWords } from "../../app/use-words";
import { date } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { caseTone, Mark } from "../../parts/mark";
import type { FindingView } from "./view";
import words, { type FindingWord } from "./words";

export function History({ finding }: { finding: FindingView }) {
  const { t, pick } = useDictionary<FindingWord>(words);
  const frame = useWords();
  const found = useFindingsOf(finding.objectID);
  if (!finding.objectID || !found.data) return null;
  const others = found.data.filter((f) => f.id !== finding.id);
  return (
    <section className="panel">
      <header><h2>{t("before_here")}</h2><Link to={`/objects/${finding.objectID}`}>{finding.object}</Link></header>
      <div className="panel-body">
        {others.length === 0 ? <span className="muted">{t("firstTime")}</span> : null}
        <ul className="plain-list">
          {others.map((f) => (
            <li key={f.id} className="between">
              <Link to={`/findings/${f.id}?stage=all`}>{date(f.raised)} {pick(f.matter_zh, f.matter_en)}</Link>
              <Mark tone={caseTone(f.state)}>{frame.stateLabel(f.state)}</Mark>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
