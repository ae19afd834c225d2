// Four points of the picture and the same four on the ground in metres fix the
// map between both. Used to draw a metre grid back onto the picture, so that the
// operator sees whether the points were set well.
import type { Point } from "./polygon";

type Matrix = [number, number, number, number, number, number, number, number, number];

// solve reduces an 8×8 system (rows with their right side last) by Gauss-Jordan
// with pivoting; null when it has no single answer.
function solve(rows: number[][]): number[] | null {
  const n = rows.length;
  for (let col = 0; col < n; col++) {
    let pivot = col;
    for (let row = col + 1; row < n; row++) if (Math.abs(rows[row]![col]!) > Math.abs(rows[pivot]![col]!)) pivot = row;
    if (Math.abs(rows[pivot]![col]!) < 1e-10) return null;
    [rows[col], rows[pivot]] = [rows[pivot]!, rows[col]!];
    const head = rows[col]!;
    for (let row = 0; row < n; row++) {
      if (row === col) continue;
      const factor = rows[row]![col]! / head[col]!;
      for (let k = col; k <= n; k++) rows[row]![k]! -= factor * head[k]!;
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}

// homography maps the four points of `from` onto those of `to`; null when three
// of them lie on a line.
export function homography(from: Point[], to: Point[]): Matrix | null {
  if (from.length !== 4 || to.length !== 4) return null;
  const rows: number[][] = [];
  from.forEach((p, i) => {
    const q = to[i]!;
    rows.push([p.x, p.y, 1, 0, 0, 0, -q.x * p.x, -q.x * p.y, q.x]);
    rows.push([0, 0, 0, p.x, p.y, 1, -q.y * p.x, -q.y * p.y, q.y]);
  });
  const h = solve(rows);
  if (!h || h.some((v) => !Number.isFinite(v))) return null;
  return [...h, 1] as Matrix;
}

export function project(h: Matrix, p: Point): Point {
  const w = h[6] * p.x + h[7] * p.y + h[8];
  return { x: (h[0] * p.x + h[1] * p.y + h[2]) / w, y: (h[3] * p.x + h[4] * p.y + h[5]) / w };
}

// metreGrid returns lines, in picture coordinates, one metre apart (or more, so
// that there are never over 40 each way) across the rectangle the points span.
export function metreGrid(picture: Point[], groundM: Point[]): [Point, Point][] {
  const back = homography(groundM, picture);
  if (!back) return [];
  const xs = groundM.map((p) => p.x);
  const ys = groundM.map((p) => p.y);
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const step = Math.max(1, Math.ceil(Math.max(x1 - x0, y1 - y0) / 40));
  const lines: [Point, Point][] = [];
  for (let x = Math.ceil(x0); x <= x1; x += step) lines.push([project(back, { x, y: y0 }), project(back, { x, y: y1 })]);
  for (let y = Math.ceil(y0); y <= y1; y += step) lines.push([project(back, { x: x0, y }), project(back, { x: x1, y })]);
  return lines;
}
