// The picture of a camera with what is drawn on it. Mouse and touch: click to
// set points, drag them, click the first one to close. Keyboard: focus the
// picture, move the cross with the arrows (Shift: far), Enter sets a point; tab to
// a point, move it with the arrows, Delete removes it.
import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";
import { close, closesAt, move, place, take, type Drawing, type Tool } from "../geometry/drawing";
import { clamp, type Point } from "../geometry/polygon";
import { metreGrid } from "../geometry/homography";

const width = 1600;
const reach = 0.014;

interface CanvasLabels {
  picture: string;
  point: (tool: Tool, number: number) => string;
}

interface Props {
  src: string;
  ratio: number; // width / height
  drawing: Drawing;
  tool: Tool | null; // null: only shown
  groundM?: Point[];
  others?: { name: string; polygon: Point[] }[];
  labels: CanvasLabels;
  onChange?: (drawing: Drawing) => void;
  children?: ReactNode;
}

const arrows: Record<string, Point> = {
  ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 },
};

export function path(points: Point[], height: number): string {
  return points.map((p) => `${(p.x * width).toFixed(1)},${(p.y * height).toFixed(1)}`).join(" ");
}

export function ZoneCanvas({ src, ratio, drawing, tool, groundM, others = [], labels, onChange, children }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  const [dragged, setDragged] = useState<{ tool: Tool; index: number } | null>(null);
  const [cross, setCross] = useState<Point | null>(null);
  const height = width / ratio;

  const pointAt = (event: PointerEvent): Point => {
    const box = svg.current!.getBoundingClientRect();
    return clamp({ x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height });
  };
  const setPoint = (p: Point) => {
    if (!tool || !onChange) return;
    onChange(tool === "outline" && closesAt(drawing, p, reach) ? close(drawing) : place(drawing, tool, p));
  };
  const onDown = (event: PointerEvent<SVGSVGElement>) => {
    if (!tool || event.button !== 0) return;
    setPoint(pointAt(event));
  };
  const onMove = (event: PointerEvent<SVGSVGElement>) => {
    if (dragged) onChange?.(move(drawing, dragged.tool, dragged.index, pointAt(event)));
  };
  const onKey = (event: KeyboardEvent<SVGSVGElement>) => {
    if (!tool || event.target !== svg.current) return;
    const step = arrows[event.key];
    if (step) {
      const by = event.shiftKey ? 0.05 : 0.008;
      const from = cross ?? { x: 0.5, y: 0.5 };
      setCross(clamp({ x: from.x + step.x * by, y: from.y + step.y * by }));
    } else if (event.key === "Enter" || event.key === " ") {
      setPoint(cross ?? { x: 0.5, y: 0.5 });
    } else if (event.key === "Backspace") {
      onChange?.(take(drawing, tool, drawing[tool].length - 1));
    } else return;
    event.preventDefault();
  };
  const handle = (kind: Tool) => (point: Point, index: number) => (
    <Handle
      key={`${kind}${index}`}
      at={{ x: point.x * width, y: point.y * height }}
      kind={kind}
      text={kind === "ground" ? String(index + 1) : ""}
      label={labels.point(kind, index + 1)}
      onGrab={(event) => {
        if (kind === "outline" && index === 0 && closesAt(drawing, point, reach)) return onChange?.(close(drawing));
        svg.current?.setPointerCapture(event.pointerId);
        setDragged({ tool: kind, index });
      }}
      onStep={(dx, dy) => onChange?.(move(drawing, kind, index, { x: point.x + dx, y: point.y + dy }))}
      onTake={() => onChange?.(take(drawing, kind, index))}
    />
  );
  const outline = path(drawing.outline, height);
  return (
    <div className="zone-canvas" style={{ aspectRatio: String(ratio) }}>
      <img src={src} alt={labels.picture} draggable={false} />
      <svg
        ref={svg}
        viewBox={`0 0 ${width} ${height}`}
        role="application"
        aria-label={labels.picture}
        tabIndex={tool ? 0 : undefined}
        className={tool ? "drawing" : ""}
        onPointerDown={onDown}
        onPointerMove={onMove}
        onPointerUp={() => setDragged(null)}
        onPointerCancel={() => setDragged(null)}
        onKeyDown={onKey}
        onBlur={() => setCross(null)}
      >
        {others.map((other) => (
          <g key={other.name + path(other.polygon, height)} className="zone-other">
            <polygon points={path(other.polygon, height)} />
            <text x={(other.polygon[0]?.x ?? 0) * width + 8} y={(other.polygon[0]?.y ?? 0) * height + 26}>{other.name}</text>
          </g>
        ))}
        {groundM && drawing.ground.length === 4
          ? metreGrid(drawing.ground, groundM).map(([a, b], i) => (
              <line key={i} className="zone-grid" x1={a.x * width} y1={a.y * height} x2={b.x * width} y2={b.y * height} />
            ))
          : null}
        {drawing.closed ? <polygon className="zone-shape" points={outline} /> : <polyline className="zone-shape open" points={outline} />}
        {drawing.door.length > 1 ? <polyline className="zone-door" points={path(drawing.door, height)} /> : null}
        {children}
        {tool && onChange ? [...drawing.outline.map(handle("outline")), ...drawing.door.map(handle("door")), ...drawing.ground.map(handle("ground"))] : null}
        {tool && cross ? (
          <path className="zone-cross" d={`M${cross.x * width - 22} ${cross.y * height}h44M${cross.x * width} ${cross.y * height - 22}v44`} />
        ) : null}
      </svg>
    </div>
  );
}

interface HandleProps {
  at: Point;
  kind: Tool;
  text: string;
  label: string;
  onGrab: (event: PointerEvent) => void;
  onStep: (dx: number, dy: number) => void;
  onTake: () => void;
}

function Handle({ at, kind, text, label, onGrab, onStep, onTake }: HandleProps) {
  const onKey = (event: KeyboardEvent) => {
    const step = arrows[event.key];
    const by = event.shiftKey ? 0.03 : 0.003;
    if (step) onStep(step.x * by, step.y * by);
    else if (event.key === "Delete" || event.key === "Backspace") onTake();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <g
      className={`zone-handle ${kind}`}
      role="button"
      tabIndex={0}
      aria-label={label}
      onPointerDown={(event) => {
        event.stopPropagation();
        onGrab(event);
      }}
      onKeyDown={onKey}
    >
      <circle className="zone-hit" cx={at.x} cy={at.y} r={24} />
      <circle cx={at.x} cy={at.y} r={text ? 14 : 10} />
      {text ? <text x={at.x} y={at.y + 6} textAnchor="middle">{text}</text> : null}
    </g>
  );
}
