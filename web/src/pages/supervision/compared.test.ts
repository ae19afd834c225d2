import dayjs from "dayjs";
import { describe, expect, it } from "vitest";
import { beside, changeOf, earlierOf, periodOf, type Earlier, type Span } from "./compared";

describe("an earlier period", () => {
  it.each<[Span, string, Earlier, string]>([
    ["month", "2026-03-31", "before", "2026-02"],
    ["month", "2026-01-15", "before", "2025-12"],
    ["month", "2028-02-29", "yearBefore", "2027-02"],
    ["quarter", "2026-02-10", "before", "2025-Q4"],
    ["quarter", "2026-12-31", "before", "2026-Q3"],
    ["quarter", "2026-05-31", "yearBefore", "2025-Q2"],
    ["year", "2026-12-31", "before", "2025"],
    ["year", "2026-06-01", "yearBefore", "2025"],
  ])("%s of %s, %s, is %s", (span, day, which, want) => {
    expect(periodOf(span, earlierOf(span, dayjs(day), which))).toBe(want);
  });
});

describe("rows beside what they were", () => {
  const row = (key: string, points: number, counts: Record<string, number>) => ({ key, name: key, place: 1, points, counts, months: [points] });
  const rows = beside([row("a", 5, { filed: 2 }), row("b", 1, { filed: 1 })], [row("a", 3, { filed: 4 }), row("c", 9, { filed: 9 })]);
  it("keep their order, and who is gone follows with nothing", () => {
    expect(rows.map(({ key, points, was }) => [key, points, was?.points])).toEqual([["a", 5, 3], ["b", 1, undefined], ["c", 0, 9]]);
    expect(rows[2]).toMatchObject({ place: 0, counts: {}, months: [0] });
  });
  it("say by how much they have moved", () => {
    expect([changeOf(5, 3), changeOf(2, 4), changeOf(1, 1)]).toEqual(["+2", "−2", "±0"]);
  });
});
