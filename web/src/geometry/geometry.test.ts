import { describe, expect, test } from "vitest";
import { homography, metreGrid, project } from "./homography";
import { area, clamp, contains, crossesItself, insertionIndex, problemOf, segmentsMeet, type Point } from "./polygon";

const square: Point[] = [{ x: 0.2, y: 0.2 }, { x: 0.8, y: 0.2 }, { x: 0.8, y: 0.8 }, { x: 0.2, y: 0.8 }];
const bowTie: Point[] = [square[0]!, square[2]!, square[1]!, square[3]!];

describe("polygon", () => {
  test("area does not depend on direction", () => {
    expect(area(square)).toBeCloseTo(0.36);
    expect(area([...square].reverse())).toBeCloseTo(0.36);
  });

  test("a bow tie crosses itself, a square and a concave outline do not", () => {
    expect(crossesItself(bowTie)).toBe(true);
    expect(crossesItself(square)).toBe(false);
    expect(crossesItself([{ x: 0, y: 0 }, { x: 1, y: 0 }, { x: 0.5, y: 0.3 }, { x: 1, y: 1 }, { x: 0, y: 1 }])).toBe(false);
  });

  test("a point lying on another edge counts as crossing", () => {
    expect(segmentsMeet({ x: 0, y: 0 }, { x: 1, y: 0 }, { x: 0.5, y: 0 }, { x: 0.5, y: 1 })).toBe(true);
    expect(segmentsMeet({ x: 0, y: 0 }, { x: 1, y: 0 }, { x: 0, y: 0.1 }, { x: 1, y: 0.1 })).toBe(false);
  });

  test("what cannot be a zone says why", () => {
    expect(problemOf(square.slice(0, 2))).toBe("too-few-points");
    expect(problemOf(bowTie)).toBe("crosses-itself");
    expect(problemOf([{ x: 0.1, y: 0.1 }, { x: 0.11, y: 0.1 }, { x: 0.1, y: 0.11 }])).toBe("too-small");
    expect(problemOf(square)).toBeNull();
  });

  test("inside and outside", () => {
    expect(contains(square, { x: 0.5, y: 0.5 })).toBe(true);
    expect(contains(square, { x: 0.1, y: 0.5 })).toBe(false);
  });

  test("a new point goes into the nearest edge", () => {
    expect(insertionIndex(square, { x: 0.81, y: 0.5 })).toBe(2);
    expect(insertionIndex(square, { x: 0.19, y: 0.5 })).toBe(4);
  });

  test("points stay inside the picture", () => {
    expect(clamp({ x: -0.2, y: 1.7 })).toEqual({ x: 0, y: 1 });
  });
});

describe("homography", () => {
  const trapezoid: Point[] = [{ x: 0.4, y: 0.3 }, { x: 0.6, y: 0.3 }, { x: 0.9, y: 0.9 }, { x: 0.1, y: 0.9 }];
  const ground: Point[] = [{ x: 0, y: 10 }, { x: 4, y: 10 }, { x: 4, y: 0 }, { x: 0, y: 0 }];

  test("maps the four points exactly, and back", () => {
    const there = homography(trapezoid, ground)!;
    const back = homography(ground, trapezoid)!;
    trapezoid.forEach((p, i) => {
      expect(project(there, p).x).toBeCloseTo(ground[i]!.x, 6);
      expect(project(there, p).y).toBeCloseTo(ground[i]!.y, 6);
      const again = project(back, project(there, { x: 0.5, y: 0.5 }));
      expect(again.x).toBeCloseTo(0.5, 6);
      expect(again.y).toBeCloseTo(0.5, 6);
    });
  });

  test("four points on a line have none", () => {
    const line = [0, 1, 2, 3].map((i) => ({ x: i / 10, y: i / 10 }));
    expect(homography(line, ground)).toBeNull();
    expect(metreGrid(line, line)).toEqual([]);
  });

  test("the grid has a line for every metre, and never too many", () => {
    expect(metreGrid(trapezoid, ground)).toHaveLength(5 + 11);
    const wide = ground.map((p) => ({ x: p.x * 1000, y: p.y * 1000 }));
    expect(metreGrid(trapezoid, wide).length).toBeLessThan(90);
  });
});
