// What the first page shows beside the figures to those whose work is not the cases:
// the cameras' pictures, the inspections that are due, the services outside.
import { Link } from "react-router";
import { useInspections } from "../api/base-data";
import { useCameras, useServices } from "../api/queries";
import { useWords } from "../app/use-words";
import { useDictionary } from "../i18n/translate";
import { LivePicture } from "../parts/live-picture";
import { Loaded } from "../parts/loaded";
import { cameraTone, Mark } from "../parts/mark";
import { Due } from "./cases/due";
import words, { type OverviewWord } from "./words";

const most = 8; // of a list on the first page
const order = ["failed", "stalled", "connecting", "live"];

// Wall shows the watched cameras, those that want somebody first.
export function Wall() {
  const { t } = useDictionary<OverviewWord>(words);
  const frame = useWords();
  const cameras = useCameras();
  return (
    <section className="panel">
      <header><h2>{t("wallHead")}</h2><Link to="/cameras">{t("all")}</Link></header>
      <div className="panel-body">
        <Loaded query={cameras} isEmpty={(list) => list.every((c) => c.state === "off")} empty={t("wallNone")}>
          {(list) => (
            <div className="wall">
              {list.filter((c) => c.state !== "off").sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state)).slice(0, most).map((camera) => (
                <Link key={camera.id} to={`/cameras/${camera.id}`}>
                  <LivePicture camera={camera} alt="" missing={frame.cameraLabel(camera.state)} />
                  <span className="between"><span>{camera.name}</span><Mark tone={cameraTone(camera.state)}>{frame.cameraLabel(camera.state)}</Mark></span>
                </Link>
              ))}
            </div>
          )}
        </Loaded>
      </div>
    </section>
  );
}

export function Inspections() {
  const { t } = useDictionary<OverviewWord>(words);
  const due = useInspections(30);
  return (
    <section className="panel">
      <header><h2>{t("inspectionsHead")}</h2><Link to="/grades">{t("all")}</Link></header>
      <div className="panel-body">
        <Loaded query={due}>
          {(list) => list.length === 0 ? <span className="muted">{t("inspectionsNone")}</span> : (
            <ul className="plain-list">
              {list.slice(0, most).map((one) => <li key={one.object_id} className="between"><Link to={`/objects/${one.object_id}`}>{one.name}</Link><Due at={one.due_at} /></li>)}
            </ul>
          )}
        </Loaded>
      </div>
    </section>
  );
}

export function Services() {
  const { t, pick } = useDictionary<OverviewWord>(words);
  const services = useServices();
  return (
    <section className="panel">
      <header><h2>{t("servicesHead")}</h2><Link to="/settings/services">{t("all")}</Link></header>
      <div className="panel-body">
        <Loaded query={services}>
          {(list) => (
            <ul className="plain-list">
              {list.filter((s) => s.configured).map(({ key, name, latest }) => (
                <li key={key} className="between">
                  <span>{pick(name.zh, name.en)}</span>
                  {latest ? <Mark tone={latest.ok ? "ok" : "bad"}>{t(latest.ok ? "serviceWorks" : "serviceFails")}</Mark> : <Mark tone="quiet">{t("serviceUntested")}</Mark>}
                </li>
              ))}
            </ul>
          )}
        </Loaded>
      </div>
    </section>
  );
}
