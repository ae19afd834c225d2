// A formula as people read it.
import type { Formula } from "../../api/types";
import { useDictionary } from "../../i18n/translate";
import { GradeMark, grades } from "../objects/grade-mark";
import { signed } from "../objects/why";
import words, { type GradeWord } from "./words";

export function FormulaShown({ formula }: { formula: Formula }) {
  const { t, pick } = useDictionary<GradeWord>(words);
  const from: Record<string, string> = { red: String(formula.red), yellow: String(formula.yellow), green: t("lowest") };
  return (
    <div className="stack formula">
      <table>
        <caption>{t("bounds")}</caption>
        <thead><tr><th scope="col">{t("grade")}</th><th scope="col">{t("from")}</th><th scope="col">{t("every")}</th></tr></thead>
        <tbody>
          {grades.map((grade) => (
            <tr key={grade}><td><GradeMark grade={grade} /></td><td>{from[grade]}</td><td>{formula.inspect_every_days[grade]}</td></tr>
          ))}
        </tbody>
      </table>
      <table>
        <caption>{t("business")} <span>{t("businessLead")}</span></caption>
        <thead><tr><th scope="col">{t("factor")}</th><th scope="col">{t("fits")}</th><th scope="col">{t("pointsOnce")}</th></tr></thead>
        <tbody>
          {formula.business.map((b) => (
            <tr key={b.zh}>
              <td>{pick(b.zh, b.en)}</td>
              <td className="muted">{[b.kind ? t(`kind_${b.kind}` as GradeWord) : "", b.words.join("、")].filter(Boolean).join("：") || t("anyBusiness")}</td>
              <td>{signed(b.points)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table>
        <caption>{t("happened")} <span>{t("happenedLead")}</span></caption>
        <thead><tr><th scope="col">{t("factor")}</th><th scope="col">{t("points")}</th><th scope="col">{t("days")}</th><th scope="col">{t("most")}</th></tr></thead>
        <tbody>
          {formula.events.map((e) => (
            <tr key={e.kind}><td>{pick(e.zh, e.en)}</td><td>{e.kind === "adjustment" ? t("own") : signed(e.points)}</td><td>{e.days}</td><td>{e.most || t("noLimit")}</td></tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
