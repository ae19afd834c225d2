// A report of a period beside the same report of an earlier one.
import type dayjs from "dayjs";
import type { ScoreRow } from "./calls";

export const spans = ["month", "quarter", "year"] as const;
export type Span = (typeof spans)[number];

// The earlier periods: the one before, or the same a year before.
export const earlier = ["before", "yearBefore"] as const;
export type Earlier = (typeof earlier)[number];

const months: Record<Span, number> = { month: 1, quarter: 3, year: 12 };

// periodOf names the month, quarter or year of a day, as the API does.
export function periodOf(span: Span, at: dayjs.Dayjs): string {
  if (span === "month") return at.format("YYYY-MM");
  return span === "year" ? at.format("YYYY") : `${at.format("YYYY")}-Q${Math.floor(at.month() / 3) + 1}`;
}

// earlierOf is a day in the earlier period. It counts from the period's first day: of 31 March
// the month before is February.
export function earlierOf(span: Span, at: dayjs.Dayjs, which: Earlier): dayjs.Dayjs {
  const first = at.startOf("month").subtract(span === "month" ? 0 : at.month() % months[span], "month");
  return first.subtract(which === "before" ? months[span] : 12, "month");
}

// A row as it is and as it was; was is missing where nothing was recorded then.
export type ComparedRow = ScoreRow & { was?: ScoreRow };

// beside sets each row beside what it was. Who worked in the earlier period alone follows after
// the others, with nothing now and without a place.
export function beside(now: ScoreRow[], then: ScoreRow[]): ComparedRow[] {
  const was = new Map(then.map((row) => [row.key, row]));
  const here = new Set(now.map((row) => row.key));
  const gone = then.filter((row) => !here.has(row.key)).map((row) => ({ ...row, place: 0, points: 0, counts: {}, months: row.months.map(() => 0), was: row }));
  return [...now.map((row) => ({ ...row, was: was.get(row.key) })), ...gone];
}

// changeOf writes by how much a number has moved: "+3", "−2", "±0".
export function changeOf(now: number, then: number): string {
  const by = now - then;
  return by === 0 ? "±0" : `${by > 0 ? "+" : "−"}${Math.abs(by)}`;
}
