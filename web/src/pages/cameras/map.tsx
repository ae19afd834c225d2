// All cameras on the district's map, with the list of them beside it.
import { Segmented } from "antd";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { useCameras } from "../../api/queries";
import type { Camera } from "../../api/types";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import { DistrictMap, type Spot } from "../../parts/district-map";
import { useFilter } from "../../parts/filter";
import { Loaded, Nothing } from "../../parts/loaded";
import { cameraTone, Mark } from "../../parts/mark";
import { Page } from "../../parts/page";
import { useDrawing } from "./drawing";
import { CameraSections } from "./sections";
import words, { type CameraWord } from "./words";

export default function CameraMap() {
  const { t } = useDictionary<CameraWord>(words);
  const cameras = useCameras();
  return (
    <Page title={t("map")} lead={t("mapLead")}>
      <CameraSections />
      <Loaded query={cameras} isEmpty={(list) => list.length === 0} empty={t("noCameras")}>{(list) => <Shown cameras={list} />}</Loaded>
    </Page>
  );
}

const placed = (camera: Camera) => camera.longitude !== undefined && camera.latitude !== undefined;

function Shown({ cameras }: { cameras: Camera[] }) {
  const { t } = useDictionary<CameraWord>(words);
  const frame = useWords();
  const drawing = useDrawing();
  const { value, set } = useFilter();
  const state = value("state");
  const [chosen, setChosen] = useState("");
  const shown = useMemo(() => cameras.filter((c) => !state || c.state === state).sort((a, b) => Number(a.state === "off") - Number(b.state === "off")), [cameras, state]);
  const { cameraLabel } = frame;
  const language = frame.language;
  const spots = useMemo(
    () => shown.filter(placed).map((c): Spot => ({ id: c.id, name: `${c.name} · ${cameraLabel(c.state)}`, tone: cameraTone(c.state), longitude: c.longitude!, latitude: c.latitude! })),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- cameraLabel follows the language
    [shown, language],
  );
  const states = [...new Set(cameras.map((c) => c.state))];
  const missing = shown.filter((c) => !placed(c)).length;
  return (
    <div className="stack">
      <Segmented<string>
        value={state} onChange={(to) => set("state", to)} aria-label={frame.t("state")} style={{ justifySelf: "start" }}
        options={[{ value: "", label: frame.t("all") }, ...states.map((s) => ({ value: s, label: cameraLabel(s) }))]}
      />
      <div className="map-page">
        <Loaded query={drawing}>
          {(drawn) => <DistrictMap drawing={drawn} spots={spots} chosen={chosen} onChoose={setChosen} label={t("map")} clusterName={(n) => t("cluster", { n })} />}
        </Loaded>
        <section className="panel map-list" aria-label={t("title")}>
          {shown.length === 0 ? <Nothing>{t("noMatch")}</Nothing> : null}
          <ul className="plain-list">
            {shown.map((camera) => (
              <li key={camera.id} className={camera.id === chosen ? "chosen" : undefined}>
                <div className="between">
                  <Link to={`/cameras/${camera.id}`}>{camera.name}</Link>
                  <Mark tone={cameraTone(camera.state)}>{cameraLabel(camera.state)}</Mark>
                </div>
                <div className="between">
                  <span className="muted">{camera.place}</span>
                  {placed(camera) ? <button type="button" className="link" aria-label={t("showOnMap", { name: camera.name })} onClick={() => setChosen(camera.id)}>{t("onMap")}</button> : <span className="muted">{t("notPlaced")}</span>}
                </div>
              </li>
            ))}
          </ul>
        </section>
      </div>
      {missing > 0 ? <p className="muted">{t("missingPlaces", { n: missing })}</p> : null}
    </div>
  );
}
