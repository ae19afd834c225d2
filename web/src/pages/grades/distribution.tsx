// How the objects are spread over the grades, as one bar.
import { useDictionary } from "../../i18n/translate";
import { grades } from "../objects/grade-mark";
import words, { type GradeWord } from "./words";

export function DistributionBar({ objects }: { objects: Record<string, number> }) {
  const { t } = useDictionary<GradeWord>(words);
  const n = (grade: string) => objects[grade] ?? 0;
  const all = Math.max(1, grades.reduce((sum, grade) => sum + n(grade), 0));
  let before = 0;
  const parts = grades.map((grade) => {
    const part = { grade, x: (before / all) * 100, width: (n(grade) / all) * 100 };
    before += n(grade);
    return part;
  });
  return (
    <svg className="distribution" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={t("distribution", { red: n("red"), yellow: n("yellow"), green: n("green") })}>
      {parts.map((p) => <rect key={p.grade} className={p.grade} x={p.x} y="0" width={p.width} height="10" />)}
    </svg>
  );
}
