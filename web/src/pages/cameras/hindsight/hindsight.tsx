// What the rule would have raised in the last hour, had the zone been as it is drawn
// now, beside what it raises as it stands.
import { Alert, Spin } from "antd";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { sentenceOf } from "../../../api/problem";
import { tryZone } from "../../../api/queries";
import type { Hindsight, Raise, ZoneDraft } from "../../../api/types";
import { clock } from "../../../format/format";
import { useDictionary } from "../../../i18n/translate";
import { Mark, type Tone } from "../../../parts/mark";
import { along, compared, type Change } from "./compare";
import words, { type HindsightWord } from "./words";

const pause = 500; // ms without a change before it is tried
const fresh = 30_000; // ms for which an answer is taken as it is
const listed = 12;

// useSettled is a text once it has not changed for a while.
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), pause);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

interface Props {
  camera: string;
  zone: string; // "": a new one
  draft: ZoneDraft | null; // null: not drawn yet
}

export function HindsightPanel({ camera, zone, draft }: Props) {
  const { t, language } = useDictionary<HindsightWord>(words);
  const settled = useSettled(draft ? JSON.stringify(draft) : "");
  const tried = useQuery({
    queryKey: ["hindsight", camera, zone, settled],
    enabled: settled !== "",
    staleTime: fresh,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: () => tryZone(camera, { zone: zone || undefined, draft: JSON.parse(settled) as ZoneDraft }),
  });
  return (
    <section className="hindsight" aria-label={t("head")}>
      <div className="between"><h3>{t("head")}</h3>{tried.isFetching ? <span role="status" className="muted"><Spin size="small" /> {t("trying")}</span> : null}</div>
      <p className="muted" style={{ margin: 0 }}>{t(draft ? "lead" : "open")}</p>
      {tried.error ? <Alert type="warning" showIcon role="alert" message={t("failed")} description={sentenceOf(tried.error, language)} /> : null}
      {settled !== "" && tried.data && !tried.error ? <Shown told={tried.data} fresh={zone === ""} /> : null}
    </section>
  );
}

const tones: Record<Change, Tone> = { kept: "quiet", added: "ok", dropped: "wait" };

function Shown({ told, fresh }: { told: Hindsight; fresh: boolean }) {
  const { t, pick } = useDictionary<HindsightWord>(words);
  const { from, to } = told;
  if (!from || !to) return <p style={{ margin: 0 }}>{t("nothing")}</p>;
  if (told.lacking.length > 0) return <Alert type="info" showIcon message={t("lacking", { models: told.lacking.join(", ") })} />;
  const all = compared(told.standing, told.drafted);
  const counts = { from: clock(from), to: clock(to), n: told.looks, drafted: told.drafted.length };
  const bar = (name: string, raises: Raise[], kind: string) => (
    <div className="hindsight-row">
      <span className="muted">{name}</span>
      <div className="hindsight-bar" role="img" aria-label={t("bar", { name, n: raises.length })}>
        {told.unseen.map((span) => <i key={span.from} className="unseen" style={percents(along(from, to, span.from, span.to))} />)}
        {raises.map((raise) => <i key={raise.raised} className={kind} style={percents(along(from, to, raise.first, raise.last))} />)}
        {raises.map((raise) => <b key={raise.raised} style={{ left: `${along(from, to, raise.raised, raise.raised).left}%` }} />)}
      </div>
    </div>
  );
  return (
    <>
      <p style={{ margin: 0 }} role="status">{fresh ? t("summaryNew", counts) : t("summary", { ...counts, standing: told.standing.length })}</p>
      {fresh ? null : bar(t("standing"), told.standing, "standing")}
      {bar(t(fresh ? "draftedNew" : "drafted"), told.drafted, "drafted")}
      {told.unseen.length > 0 ? <p className="muted" style={{ margin: 0 }}>{t("unseen", { n: told.unseen.length })}</p> : null}
      {all.length > 0 ? (
        <ul className="plain-list">
          {all.slice(0, listed).map(({ change, raise }) => (
            <li key={change + raise.raised}>
              <div className="between">
                <span>{raise.ended ? t("until", times(raise)) : t("goesOn", times(raise))}</span>
                {fresh ? null : <Mark tone={tones[change]}>{t(change)}</Mark>}
              </div>
              <div className="muted">{pick(raise.why.zh, raise.why.en)}</div>
            </li>
          ))}
        </ul>
      ) : null}
      {all.length > listed ? <p className="muted" style={{ margin: 0 }}>{t("most", { n: all.length - listed })}</p> : null}
    </>
  );
}

const percents = ({ left, width }: { left: number; width: number }) => ({ left: `${left}%`, width: `${width}%` });
const times = (raise: Raise) => ({ raised: clock(raise.raised), first: clock(raise.first), last: clock(raise.last) });
