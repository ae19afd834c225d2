// The zone and the boxes of a finding, drawn over a still. Normalised
// coordinates; the drawing has the still's shape.
import { useSeenWords } from "../../parts/seen/use-seen-words";
import { path } from "../../parts/zone-canvas";
import type { Point } from "../../geometry/polygon";

export interface Box {
  label: string;
  score: number;
  box: { x1: number; y1: number; x2: number; y2: number };
}

interface Props {
  polygon: Point[];
  door: Point[];
  boxes: Box[];
  ratio: number;
}

export function Overlay({ polygon, door, boxes, ratio }: Props) {
  const named = useSeenWords();
  const height = 1600 / ratio;
  return (
    <svg viewBox={`0 0 1600 ${height}`} aria-hidden>
      {polygon.length > 2 ? <polygon className="zone-shape faint" points={path(polygon, height)} /> : null}
      {door.length > 1 ? <polyline className="zone-door" points={path(door, height)} /> : null}
      {boxes.map(({ label, score, box }, i) => (
        <g key={i}>
          <rect className="zone-box" x={box.x1 * 1600} y={box.y1 * height} width={(box.x2 - box.x1) * 1600} height={(box.y2 - box.y1) * height} />
          <text className="zone-box-label" x={box.x1 * 1600 + 4} y={Math.max(24, box.y1 * height - 8)}>
            {named(label)} {score > 0 ? score.toFixed(2) : ""}
          </text>
        </g>
      ))}
    </svg>
  );
}
