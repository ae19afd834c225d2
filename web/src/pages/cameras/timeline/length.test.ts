import { expect, test } from "vitest";
import { length, percent } from "./length";

test.each([
  [12.4, "seconds", "12"],
  [600, "minutes", "10"],
  [7200, "hours", "2.0"],
])("%d s", (seconds, unit, n) => {
  expect(length(seconds)).toEqual({ unit, n });
});

test.each([
  [100, 100, "100%"],
  [99_999, 100_000, "99.9%"],
  [0, 100, "0%"],
  [1, 100_000, "0.1%"],
  [50, 100, "50.0%"],
  [0, 0, "—"],
])("%d of %d", (part, whole, want) => {
  expect(percent(part, whole)).toBe(want);
});
