// What is being drawn on a camera's picture, and the steps that change it. Pure,
// so that mouse, touch and keyboard share it.
import { clamp, insertionIndex, rounded, type Point } from "./polygon";

export type Tool = "outline" | "door" | "ground";

export interface Drawing {
  outline: Point[];
  closed: boolean; // the outline is finished; further points go into its edges
  door: Point[]; // two points or none
  ground: Point[]; // up to four
}

const limits: Record<Tool, number> = { outline: 32, door: 2, ground: 4 };

export function drawingOf(outline: Point[] = [], door: Point[] = [], ground: Point[] = []): Drawing {
  return { outline, closed: outline.length >= 3, door, ground };
}

// closesAt tells whether a click at p, within reach of the first point, finishes
// the outline.
export function closesAt(drawing: Drawing, p: Point, reach: number): boolean {
  const first = drawing.outline[0];
  return !drawing.closed && drawing.outline.length >= 3 && !!first && Math.hypot(first.x - p.x, first.y - p.y) <= reach;
}

// place adds a point with a tool; what would be one too many changes nothing.
export function place(drawing: Drawing, tool: Tool, at: Point): Drawing {
  const p = rounded(clamp(at));
  if (drawing[tool].length >= limits[tool]) return drawing;
  if (tool !== "outline") return { ...drawing, [tool]: [...drawing[tool], p] };
  if (!drawing.closed) return { ...drawing, outline: [...drawing.outline, p] };
  const index = insertionIndex(drawing.outline, p);
  return { ...drawing, outline: [...drawing.outline.slice(0, index), p, ...drawing.outline.slice(index)] };
}

export function move(drawing: Drawing, tool: Tool, index: number, to: Point): Drawing {
  return { ...drawing, [tool]: drawing[tool].map((p, i) => (i === index ? rounded(clamp(to)) : p)) };
}

// take removes a point; an outline left with fewer than three is open again.
export function take(drawing: Drawing, tool: Tool, index: number): Drawing {
  const rest = drawing[tool].filter((_, i) => i !== index);
  return { ...drawing, [tool]: rest, closed: tool === "outline" ? drawing.closed && rest.length >= 3 : drawing.closed };
}

export function close(drawing: Drawing): Drawing {
  return drawing.outline.length >= 3 ? { ...drawing, closed: true } : drawing;
}

export function clear(drawing: Drawing, tool: Tool): Drawing {
  return { ...drawing, [tool]: [], closed: tool === "outline" ? false : drawing.closed };
}
