import { expect, test } from "vitest";
import type { Raise } from "../../../api/types";
import { along, compared } from "./compare";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 24, 4, minute)).toISOString();
const raise = (first: number, raised: number, last: number): Raise => ({ first: at(first), raised: at(raised), last: at(last), ended: true, why: { zh: "因", en: "why" } });

test("what overlaps is kept, the rest is added or dropped, in order of time", () => {
  const told = compared([raise(10, 13, 20), raise(40, 43, 50)], [raise(2, 3, 5), raise(12, 14, 20)]);
  expect(told.map(({ change, raise }) => [change, raise.raised])).toEqual([["added", at(3)], ["kept", at(14)], ["dropped", at(43)]]);
  expect(compared([], [])).toEqual([]);
});

test("a span lies where its times are, and never beside the bar", () => {
  expect(along(at(0), at(60), at(15), at(30))).toEqual({ left: 25, width: 25 });
  expect(along(at(0), at(60), at(-30), at(90))).toEqual({ left: 0, width: 100 });
  expect(along(at(0), at(0), at(0), at(0))).toEqual({ left: 0, width: 0 });
});
