// Two stills of the same picture, one over the other, parted by a slider.
import { useState } from "react";

interface Props {
  before: string;
  after: string;
  beforeLabel: string;
  afterLabel: string;
  sliderLabel: string;
  children?: React.ReactNode; // drawn above both
}

export function BeforeAfter({ before, after, beforeLabel, afterLabel, sliderLabel, children }: Props) {
  const [split, setSplit] = useState(50);
  return (
    <div className="before-after" style={{ "--split": `${split}%` } as React.CSSProperties}>
      <img src={after} alt={afterLabel} decoding="sync" className="after" />
      <img src={before} alt={beforeLabel} decoding="sync" className="before" />
      {children}
      <span className="tag left" style={{ opacity: split > 14 ? 1 : 0 }}>{beforeLabel}</span>
      <span className="tag right" style={{ opacity: split < 86 ? 1 : 0 }}>{afterLabel}</span>
      <span className="split" aria-hidden />
      <input type="range" min={0} max={100} value={split} aria-label={sliderLabel} onChange={(event) => setSplit(Number(event.target.value))} />
    </div>
  );
}
