import { expect, test } from "vitest";
import { lookAt, looksOf } from "./looks";

const box = { x1: 0, y1: 0, x2: 1, y2: 1 };
const text = [
  JSON.stringify({ unit: 1, at: "2026-11-25T09:00:00Z", light: 0.5, tracks: [{ id: 3, label: "person", score: 0.9, box, first: "2026-11-25T09:00:00Z" }] }),
  JSON.stringify({ unit: 2, at: "2026-11-25T09:00:02Z", light: 0.5 }),
  JSON.stringify({ unit: 3, at: "2026-11-25T09:00:04Z", light: 0.5, tracks: null }),
].join("\n") + "\n";

test("looks are read line by line; one that saw nothing is a look too", () => {
  const looks = looksOf(text);
  expect(looks.map((l) => l.seen.length)).toEqual([1, 0, 0]);
  expect(looks[0]?.seen[0]).toEqual({ label: "person", score: 0.9, box });
});

test.each([[-1, -1], [0, 0], [1999, 0], [2000, 1], [3999, 1], [99_000, 2]])("%i ms after the first the latest look is number %i", (after, index) => {
  expect(lookAt(looksOf(text), Date.parse("2026-11-25T09:00:00Z") + after)).toBe(index);
});
