// Geometry of zones in a picture. Points are normalised to 0..1, origin top left.

export interface Point {
  x: number;
  y: number;
}

export type Problem = "too-few-points" | "crosses-itself" | "too-small";

export function clamp(p: Point): Point {
  const unit = (v: number) => Math.min(1, Math.max(0, v));
  return { x: unit(p.x), y: unit(p.y) };
}

// rounded keeps four decimals: a tenth of a pixel of a 1080p picture.
export function rounded(p: Point): Point {
  const four = (v: number) => Math.round(v * 10000) / 10000;
  return { x: four(p.x), y: four(p.y) };
}

export function area(polygon: Point[]): number {
  let twice = 0;
  polygon.forEach((p, i) => {
    const q = polygon[(i + 1) % polygon.length]!;
    twice += p.x * q.y - q.x * p.y;
  });
  return Math.abs(twice) / 2;
}

function turn(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

function within(a: Point, b: Point, p: Point): boolean {
  return Math.min(a.x, b.x) <= p.x && p.x <= Math.max(a.x, b.x) && Math.min(a.y, b.y) <= p.y && p.y <= Math.max(a.y, b.y);
}

// segmentsMeet tells whether ab and cd share a point, ends included.
export function segmentsMeet(a: Point, b: Point, c: Point, d: Point): boolean {
  const [o1, o2, o3, o4] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (o1 > 0 !== o2 > 0 && o3 > 0 !== o4 > 0 && o1 !== 0 && o2 !== 0 && o3 !== 0 && o4 !== 0) return true;
  return (o1 === 0 && within(a, b, c)) || (o2 === 0 && within(a, b, d)) || (o3 === 0 && within(c, d, a)) || (o4 === 0 && within(c, d, b));
}

export function crossesItself(polygon: Point[]): boolean {
  const n = polygon.length;
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue; // neighbours across the seam
      if (segmentsMeet(polygon[i]!, polygon[(i + 1) % n]!, polygon[j]!, polygon[(j + 1) % n]!)) return true;
    }
  }
  return false;
}

// problemOf says why a polygon cannot be a zone, or null if it can.
export function problemOf(polygon: Point[]): Problem | null {
  if (polygon.length < 3) return "too-few-points";
  if (crossesItself(polygon)) return "crosses-itself";
  if (area(polygon) < 0.0005) return "too-small";
  return null;
}

export function contains(polygon: Point[], p: Point): boolean {
  let inside = false;
  polygon.forEach((a, i) => {
    const b = polygon[(i + 1) % polygon.length]!;
    if (a.y > p.y !== b.y > p.y && p.x < ((b.x - a.x) * (p.y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  });
  return inside;
}

// insertionIndex finds where a new point belongs: after the start of the edge it
// lies nearest to.
export function insertionIndex(polygon: Point[], p: Point): number {
  let best = polygon.length;
  let nearest = Infinity;
  polygon.forEach((a, i) => {
    const b = polygon[(i + 1) % polygon.length]!;
    const length2 = (b.x - a.x) ** 2 + (b.y - a.y) ** 2;
    const along = length2 === 0 ? 0 : Math.min(1, Math.max(0, ((p.x - a.x) * (b.x - a.x) + (p.y - a.y) * (b.y - a.y)) / length2));
    const distance = Math.hypot(p.x - a.x - along * (b.x - a.x), p.y - a.y - along * (b.y - a.y));
    if (distance < nearest) {
      nearest = distance;
      best = i + 1;
    }
  });
  return best;
}
