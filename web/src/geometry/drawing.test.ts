import { expect, test } from "vitest";
import { clear, close, closesAt, drawingOf, move, place, take, type Drawing } from "./drawing";

const corners = [{ x: 0.1, y: 0.1 }, { x: 0.9, y: 0.1 }, { x: 0.9, y: 0.9 }, { x: 0.1, y: 0.9 }];
const drawn = (points = corners): Drawing => points.reduce((d, p) => place(d, "outline", p), drawingOf());

test("points are appended until the outline is closed, then go into the nearest edge", () => {
  const open = drawn();
  expect(open.outline).toEqual(corners);
  expect(open.closed).toBe(false);
  const more = place(close(open), "outline", { x: 0.5, y: 0.08 });
  expect(more.outline[1]).toEqual({ x: 0.5, y: 0.08 });
});

test("an outline closes only with three points, by clicking the first", () => {
  expect(close(drawn(corners.slice(0, 2))).closed).toBe(false);
  expect(closesAt(drawn(corners.slice(0, 2)), corners[0]!, 0.02)).toBe(false);
  expect(closesAt(drawn(), { x: 0.11, y: 0.1 }, 0.02)).toBe(true);
  expect(closesAt(drawn(), { x: 0.5, y: 0.1 }, 0.02)).toBe(false);
});

test("taking points away opens what is no outline any more", () => {
  let triangle = close(drawn(corners.slice(0, 3)));
  triangle = take(triangle, "outline", 1);
  expect(triangle.closed).toBe(false);
  expect(triangle.outline).toEqual([corners[0], corners[2]]);
});

test("a door line has two points, the ground four; more change nothing", () => {
  let d = drawingOf(corners);
  for (let i = 0; i < 6; i++) d = place(place(d, "door", { x: i / 10, y: 0 }), "ground", { x: i / 10, y: 0 });
  expect(d.door).toHaveLength(2);
  expect(d.ground).toHaveLength(4);
  expect(clear(d, "ground").ground).toEqual([]);
  expect(clear(d, "ground").closed).toBe(true);
});

test("a point cannot leave the picture", () => {
  expect(move(drawn(), "outline", 0, { x: -1, y: 2 }).outline[0]).toEqual({ x: 0, y: 1 });
});
