// When the camera was watched in the last days and when not, and why.
import { useQuery } from "@tanstack/react-query";
import { Segmented, Tooltip } from "antd";
import { useState } from "react";
import { api, ok, type Schemas } from "../../../api/client";
import { dateTime } from "../../../format/format";
import { useDictionary } from "../../../i18n/translate";
import { Loaded } from "../../../parts/loaded";
import { length, percent } from "./length";
import words, { type TimelineWord } from "./words";

type Timeline = Schemas["Timeline"];
type Span = Schemas["Span"];

const listed = 8; // interruptions, the latest
const choices = [1, 7, 30];

const useTimeline = (camera: string, days: number) =>
  useQuery({
    queryKey: ["camera", camera, "timeline", days],
    queryFn: (): Promise<Timeline> =>
      ok(api.GET("/api/v1/cameras/{id}/timeline", { params: { path: { id: camera }, query: { from: new Date(Date.now() - days * 86_400_000).toISOString() } } })),
  });

export function WatchRecord({ camera }: { camera: string }) {
  const { t } = useDictionary<TimelineWord>(words);
  const [days, setDays] = useState(7);
  const timeline = useTimeline(camera, days);
  return (
    <section className="panel">
      <header>
        <h2>{t("head")}</h2>
        <Segmented<number> size="small" value={days} onChange={setDays} aria-label={t("head")} options={choices.map((n) => ({ value: n, label: n === 1 ? t("day") : t("days", { n }) }))} />
      </header>
      <div className="panel-body stack" style={{ gap: 10 }}>
        <Loaded query={timeline}>{(data) => <Shown timeline={data} />}</Loaded>
      </div>
    </section>
  );
}

const seconds = (span: Span) => (Date.parse(span.to) - Date.parse(span.from)) / 1000;

function Shown({ timeline }: { timeline: Timeline }) {
  const { t, pick } = useDictionary<TimelineWord>(words);
  const { from, to, spans, watched_s: watched } = timeline;
  const whole = (Date.parse(to) - Date.parse(from)) / 1000;
  const label = (state: string) => (`is_${state}` in words.zh ? t(`is_${state}` as TimelineWord) : state);
  const lasts = (s: number) => {
    const { unit, n } = length(s);
    return t(unit, { n });
  };
  const share = percent(watched, whole);
  const breaks = spans.filter((span) => span.state !== "watched").reverse();
  return (
    <>
      <div className="watch-bar" role="img" aria-label={t("bar", { from: dateTime(from), to: dateTime(to), share, n: breaks.length })}>
        {spans.map((span) => (
          <Tooltip key={span.from} title={`${label(span.state)} · ${dateTime(span.from)} – ${dateTime(span.to)}`}>
            <span className={`watch-span ${span.state === "watched" ? "watched" : span.state === "off" || span.state === "unknown" ? "quiet" : "away"}`} style={{ flexGrow: seconds(span) }} />
          </Tooltip>
        ))}
      </div>
      <div className="between muted" style={{ flexWrap: "wrap" }}><span className="nowrap">{dateTime(from)}</span><strong>{t("share", { share })}</strong><span className="nowrap">{dateTime(to)}</span></div>
      {breaks.length === 0 ? <p className="muted" style={{ margin: 0 }}>{t("none")}</p> : null}
      <ul className="plain-list">
        {breaks.slice(0, listed).map((span) => (
          <li key={span.from}>
            <strong>{label(span.state)}</strong>{" "}
            <span className="muted">
              {span.to === to ? t("lasting", { from: dateTime(span.from), length: lasts(seconds(span)) }) : t("until", { from: dateTime(span.from), to: dateTime(span.to), length: lasts(seconds(span)) })}
              {span.bundles?.length ? ` · ${t("sealed")}` : ""}
            </span>
            {span.why_zh ? <div className="muted">{pick(span.why_zh, span.why_en)}</div> : null}
          </li>
        ))}
      </ul>
      {breaks.length > listed ? <p className="muted" style={{ margin: 0 }}>{t("more", { n: breaks.length - listed })}</p> : null}
    </>
  );
}
