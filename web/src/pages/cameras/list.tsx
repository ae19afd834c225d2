import { PlusOutlined, UploadOutlined } from "@ant-design/icons";
import { Button, Segmented } from "antd";
import { useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";
import { useCameras } from "../../api/queries";
import type { Camera } from "../../api/types";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import { LivePicture } from "../../parts/live-picture";
import { Loaded, Nothing } from "../../parts/loaded";
import { cameraTone, Mark } from "../../parts/mark";
import { Page } from "../../parts/page";
import { Search } from "../../parts/search";
import { CameraSections } from "./sections";
import words, { type CameraWord } from "./words";

// What wants somebody stands first.
const order = ["failed", "stalled", "connecting", "live", "off"];

// off says that nobody is to watch the camera; there is nothing to see.
const off = (camera: Camera) => camera.state === "off";

export default function Cameras() {
  const { t } = useDictionary<CameraWord>(words);
  const frame = useWords();
  const navigate = useNavigate();
  const { can } = useSession();
  const cameras = useCameras();
  const [state, setState] = useState("");
  const [text, setText] = useState("");
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return (cameras.data ?? [])
      .filter((c) => (!state || c.state === state) && (!wanted || `${c.name} ${c.place}`.toLowerCase().includes(wanted)))
      .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  }, [cameras.data, state, text]);
  const count = (wanted: string) => (cameras.data ?? []).filter((c) => c.state === wanted).length;
  const states = order.filter((known) => count(known) > 0);
  const [watched, idle] = [shown.filter((c) => !off(c)), shown.filter(off)];
  const actions = (
    <>
      {can("operator", "head", "auditor", "supervisor") ? <Button icon={<UploadOutlined />} onClick={() => void navigate("/cameras/imports")}>{t(can("operator") ? "import" : "imports")}</Button> : null}
      {can("operator") ? <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate("/cameras/new")}>{t("register")}</Button> : null}
    </>
  );
  return (
    <Page title={t("title")} lead={t("lead")} extra={actions}>
      <CameraSections />
      <Loaded query={cameras} isEmpty={(list) => list.length === 0} empty={<p>{t("noCameras")}</p>}>
        {() => (
          <div className="stack">
            <div className="row">
              <Search placeholder={t("searchLabel")} aria-label={t("searchLabel")} style={{ width: 260 }} onChange={(event) => setText(event.target.value)} />
              <Segmented<string>
                value={state}
                onChange={setState}
                aria-label={frame.t("state")}
                options={[{ value: "", label: `${frame.t("all")} ${cameras.data?.length ?? 0}` }, ...states.map((s) => ({ value: s, label: `${frame.cameraLabel(s)} ${count(s)}` }))]}
              />
            </div>
            {shown.length === 0 ? <Nothing>{t("noMatch")}</Nothing> : null}
            <div className="camera-grid">{watched.map((camera) => <Card key={camera.id} camera={camera} />)}</div>
            {idle.length > 0 ? <div className="camera-grid">{idle.map((camera) => <Card key={camera.id} camera={camera} />)}</div> : null}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Card({ camera }: { camera: Camera }) {
  const { t, pick } = useDictionary<CameraWord>(words);
  const frame = useWords();
  const why = camera.state === "live" ? "" : pick(camera.why_zh, camera.why_en);
  return (
    <Link to={`/cameras/${camera.id}`} className={off(camera) ? "camera-card off" : "camera-card"}>
      {off(camera) ? null : <LivePicture camera={camera} alt={t("pictureOf", { name: camera.name })} missing={t("noPicture")} />}
      <div className="camera-card-text">
        <div className="between">
          <h2>{camera.name}</h2>
          <Mark tone={cameraTone(camera.state)}>{frame.cameraLabel(camera.state)}</Mark>
        </div>
        <p className="muted">{camera.place}</p>
        {why ? <p className={off(camera) ? "muted" : "why"}>{why}</p> : null}
      </div>
    </Link>
  );
}
