import { expect, test } from "vitest";
import { nextTime } from "./timing";

test.each([
  { start: 0, end: 1, now: 0, want: undefined, why: "it has just begun" },
  { start: 100, end: 101.5, now: 0, want: 101.2, why: "the stream began before this viewer came" },
  { start: 10, end: 10.1, now: 0, want: 10, why: "less has come than is kept before the newest picture" },
  { start: 0, end: 20, now: 16.9, want: 19.7, why: "it fell behind" },
  { start: 0, end: 20, now: 18, want: undefined, why: "it keeps up" },
  { start: 30, end: 31, now: 25, want: 30.7, why: "pictures before the newest were left out" },
])("where playing goes on: $why", ({ start, end, now, want }) => {
  expect(nextTime(start, end, now)).toEqual(want === undefined ? undefined : expect.closeTo(want, 6));
});
