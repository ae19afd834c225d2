// The clip with what the models saw drawn over it, and all looks on a line: the
// line moves the clip, the clip moves the line.
import { forwardRef, useEffect, useImperativeHandle, useRef, useState } from "react";
import { useLooks } from "../../api/queries";
import { lookAt } from "../../bundle/looks";
import { clock } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Overlay } from "./overlay";
import type { FindingView } from "./view";
import words, { type FindingWord } from "./words";

export const Clip = forwardRef<HTMLVideoElement, { finding: FindingView; boxes: boolean }>(function Clip({ finding, boxes }, given) {
  const { t } = useDictionary<FindingWord>(words);
  const video = useRef<HTMLVideoElement>(null);
  useImperativeHandle(given, () => video.current!, []);
  const looks = (useLooks(finding.bundle).data ?? []).filter((look) => look.at >= finding.clipFrom);
  const [now, setNow] = useState(0); // seconds into the clip
  useEffect(() => setNow(0), [finding.clip]);
  const index = lookAt(looks, finding.clipFrom + now * 1000);
  const look = looks[index];
  const go = (to: number) => {
    const wanted = looks[to];
    if (video.current && wanted) video.current.currentTime = (wanted.at - finding.clipFrom) / 1000 + 0.01;
  };
  return (
    <div>
      <div className="clip">
        <video
          ref={video} src={finding.clip} controls muted loop playsInline preload="metadata" aria-label={t("clip")}
          onTimeUpdate={(event) => setNow(event.currentTarget.currentTime)}
        />
        {boxes && look ? <Overlay polygon={finding.polygon} door={finding.door} boxes={look.seen} ratio={finding.ratio} /> : null}
      </div>
      {looks.length > 1 ? (
        <div className="looks">
          <input
            type="range" min={0} max={looks.length - 1} value={Math.max(0, index)} aria-label={t("looks")}
            aria-valuetext={look ? t("lookAt", { n: index + 1, of: looks.length, time: clock(new Date(look.at)), things: look.seen.length }) : ""}
            onChange={(event) => go(Number(event.target.value))}
          />
          <svg viewBox={`0 0 ${looks.length} 10`} preserveAspectRatio="none" aria-hidden>
            {looks.map((l, i) => <rect key={l.at} x={i + 0.15} width={0.7} y={10 - Math.min(10, 2 + l.seen.length * 2)} height={Math.min(10, 2 + l.seen.length * 2)} className={i === index ? "now" : undefined} />)}
          </svg>
          <span className="muted">{look ? t("lookAt", { n: index + 1, of: looks.length, time: clock(new Date(look.at)), things: look.seen.length }) : t("looks")}</span>
        </div>
      ) : null}
    </div>
  );
});

// What the clip and the looks should show and do not, and why.
export function Missing({ finding }: { finding: FindingView }) {
  const { t, pick } = useDictionary<FindingWord>(words);
  return finding.missing.map((gap) => (
    <p key={gap.of + gap.from} className="muted" style={{ margin: 0 }}>
      {t(gap.of === "clip" ? "missingClip" : "missingLooks", { from: clock(new Date(gap.from)), to: clock(new Date(gap.to)) })} {pick(gap.why_zh, gap.why_en)}
    </p>
  ));
}
