import { useDictionary } from "../../i18n/translate";
import objectWords, { type ObjectWord } from "../objects/words";
import { signed } from "../objects/why";
import type { Difference, Say } from "./formula";
import words, { type GradeWord } from "./words";

// useDifferenceWords names what two formulas say differently.
export function useDifferenceWords() {
  const { t, pick } = useDictionary<GradeWord>(words);
  const objects = useDictionary<ObjectWord>(objectWords);
  const label = ({ kind, key, en }: Difference) => {
    if (kind === "bound") return t(`diff_${key}` as GradeWord);
    if (kind === "days") return t("diff_days", { grade: objects.t(`grade_${key}` as ObjectWord) });
    return key === "order" ? t("diff_order") : pick(key, en);
  };
  const say: Say = {
    business: ({ points, kind, words: w }) => [signed(points), kind ? t(`kind_${kind}` as GradeWord) : "", w.join("、")].filter(Boolean).join(" · "),
    event: ({ kind, points, days, most }) => t("eventSays", { points: kind === "adjustment" ? t("own") : signed(points), days, most: most || t("noLimit") }),
  };
  return { label, say };
}
