import { date, daysLeft } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Mark } from "../../parts/mark";
import words, { type PartWord } from "../../parts/words";

// Due shows a deadline's day and how long is left, in days of Shanghai.
export function Due({ at }: { at: string }) {
  const { t } = useDictionary<PartWord>(words);
  const left = daysLeft(at, new Date());
  const text = left < 0 ? t("overdue", { n: -left }) : left === 0 ? t("today") : t("daysLeft", { n: left });
  return (
    <span className="row" style={{ gap: 6 }}>
      {date(at)}
      <Mark tone={left < 0 ? "bad" : left <= 2 ? "wait" : "quiet"}>{text}</Mark>
    </span>
  );
}
