import { daysLeft, longDate } from "../format/format";
import { usePortalWords } from "./use-portal-words";

// Until says by when, in plain words.
export function Until({ at }: { at: string | undefined }) {
  const { t, language } = usePortalWords();
  if (!at) return null;
  const n = daysLeft(at, new Date());
  const day = longDate(at, language);
  return <p className="until">{n > 0 ? t("untilDay", { date: day, n }) : n === 0 ? t("untilToday", { date: day }) : t("past", { date: day })}</p>;
}
