// Why an object has its grade: the sentence, the sum on its scale, the points.
import { Link } from "react-router";
import { useFormulas, useGrade } from "../../api/base-data";
import type { Assessment, Formula, ObjectRow } from "../../api/types";
import { useDictionary } from "../../i18n/translate";
import { Loaded } from "../../parts/loaded";
import { GradeMark } from "./grade-mark";
import words, { type ObjectWord } from "./words";

export function Why({ object }: { object: ObjectRow }) {
  const { t } = useDictionary<ObjectWord>(words);
  const why = useGrade(object.id);
  const formulas = useFormulas();
  return (
    <section className="panel">
      <header><h2>{t("why")}</h2>{why.data ? <Link to="/grades">{t("byFormula", { n: why.data.formula })}</Link> : null}</header>
      <div className="panel-body stack">
        <Loaded query={why}>{(a) => <Reasons object={object} assessment={a} formula={formulas.data?.now} />}</Loaded>
      </div>
    </section>
  );
}

function Reasons({ object, assessment: a, formula }: { object: ObjectRow; assessment: Assessment; formula?: Formula }) {
  const { t, pick } = useDictionary<ObjectWord>(words);
  return (
    <>
      <p className="why">{pick(a.zh, a.en)}</p>
      {a.grade !== object.grade ? <p className="muted">{t("soonGrade")} <GradeMark grade={a.grade} /></p> : null}
      {formula ? <Scale score={a.score} yellow={formula.yellow} red={formula.red} /> : null}
      <ul className="points">
        {a.parts.map((part) => (
          <li key={part.zh + (part.days ?? 0)}>
            <span>{pick(part.zh, part.en)}{part.count ? <span className="muted"> · {t("timesInDays", { n: part.count, days: part.days ?? 0 })}</span> : null}</span>
            <strong>{signed(part.points)}</strong>
          </li>
        ))}
        <li className="sum"><span>{t("sum")}</span><strong>{a.score}</strong></li>
      </ul>
    </>
  );
}

export const signed = (points: number) => (points > 0 ? `+${points}` : points < 0 ? `−${-points}` : "0");

// Scale draws the sum between the bounds of the grades.
function Scale({ score, yellow, red }: { score: number; yellow: number; red: number }) {
  const { t } = useDictionary<ObjectWord>(words);
  const end = Math.max(red + yellow, score);
  const at = (points: number) => (points / end) * 100;
  return (
    <div className="scale">
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={t("scale", { n: score, yellow, red })}>
        <rect className="green" x="0" y="3" width={at(yellow)} height="4" />
        <rect className="yellow" x={at(yellow)} y="3" width={at(red) - at(yellow)} height="4" />
        <rect className="red" x={at(red)} y="3" width={100 - at(red)} height="4" />
        <line x1={at(score)} x2={at(score)} y1="0" y2="10" />
      </svg>
      <p className="muted" aria-hidden>{t("scaleWords", { yellow, before: red - 1, red })}</p>
    </div>
  );
}
