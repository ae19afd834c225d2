// The key areas of the bureau's map: what stands there now, and how long it took
// lately until nothing stood there any more.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { api, ok, type Schemas } from "../api/client";
import { useWords } from "../app/use-words";
import { duration } from "../format/format";
import { useDictionary } from "../i18n/translate";
import { Loaded } from "../parts/loaded";
import { caseTone, Mark } from "../parts/mark";
import words, { type OverviewWord } from "./words";

type Area = Schemas["Area"];

const useAreas = () => useQuery({ queryKey: ["overview", "areas"], queryFn: async (): Promise<Area[]> => (await ok(api.GET("/api/v1/areas", {}))).items });

export function KeyAreas() {
  const { t } = useDictionary<OverviewWord>(words);
  const areas = useAreas();
  if (areas.data?.length === 0) return null; // the bureau has drawn none
  return (
    <section className="panel">
      <header><h2>{t("areasHead")}</h2><Link to="/cameras/map">{t("areasMap")}</Link></header>
      <div className="panel-body">
        <Loaded query={areas}>{(list) => <ul className="plain-list">{list.map((area) => <Standing key={area.name} area={area} />)}</ul>}</Loaded>
      </div>
    </section>
  );
}

function Standing({ area }: { area: Area }) {
  const { t, language } = useDictionary<OverviewWord>(words);
  const frame = useWords();
  const now = useMinutes();
  const oldest = area.open[0];
  return (
    <li>
      <div className="between">
        <strong>{area.name}</strong>
        {area.open.length === 0 ? <Mark tone="ok">{t("areaZero")}</Mark> : <Mark tone="bad">{t("areaOpen", { n: area.open.length })}</Mark>}
      </div>
      <div className="muted">
        {oldest ? <>{t("areaSince", { time: duration((now - Date.parse(oldest.first_at)) / 1000, language) })} · </> : null}
        {area.median_s === undefined ? t("areaNoTime") : t("areaMedian", { time: duration(area.median_s, language), n: area.zeroed })}
      </div>
      {area.open.length > 0 ? (
        <ul className="area-open">
          {area.open.slice(0, 3).map((stall) => (
            <li key={stall.case_id}>
              <Link to={`/cases/${stall.case_id}`}>{stall.camera}</Link> <Mark tone={caseTone(stall.state)}>{frame.stateLabel(stall.state)}</Mark>
            </li>
          ))}
        </ul>
      ) : null}
    </li>
  );
}

// useMinutes gives the time, anew each minute.
function useMinutes(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 60_000);
    return () => window.clearInterval(timer);
  }, []);
  return now;
}
