import { DeleteOutlined, EditOutlined, PlusOutlined } from "@ant-design/icons";
import { Alert, App, Button, Form } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { sentenceOf } from "../../api/problem";
import { changeCamera, removeCamera, removeZone, useCamera, useDetectors } from "../../api/queries";
import type { Camera, Zone } from "../../api/types";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { clockMinutes, date, dateTime } from "../../format/format";
import { drawingOf } from "../../geometry/drawing";
import { useDictionary } from "../../i18n/translate";
import { Dialog, Sure } from "../../parts/dialog";
import { usePicture } from "../../parts/live-picture";
import { Loaded, Nothing } from "../../parts/loaded";
import { cameraTone, Mark } from "../../parts/mark";
import { Page } from "../../parts/page";
import { ZoneCanvas } from "../../parts/zone-canvas";
import { CameraHistory } from "./history/history";
import { LiveVideo, WatchButton, type Purpose } from "./live/live";
import { draftOfFields, fieldsOf, LawFields, PlaceFields, type CameraFieldValues } from "./fields";
import { CameraSign } from "./register/sign";
import { SubstreamField, SubstreamState } from "./substream/substream";
import { WatchRecord } from "./timeline/timeline";
import words, { type CameraWord } from "./words";
import { ZoneForm } from "./zone-form";

export default function CameraPage() {
  const { id = "" } = useParams();
  const camera = useCamera(id);
  return <Loaded query={camera}>{(data) => <Shown camera={data} />}</Loaded>;
}

function Shown({ camera }: { camera: Camera }) {
  const { t } = useDictionary<CameraWord>(words);
  const frame = useWords();
  const { can } = useSession();
  const [search, setSearch] = useSearchParams();
  const drawn = search.get("zone");
  const zones = camera.zones ?? [];
  const zone = zones.find((z) => z.id === drawn) ?? null;
  const mayEdit = can("operator");
  const mayWatch = can("operator", "reviewer", "officer", "head", "supervisor") && camera.state !== "off";
  const [why, setWhy] = useState<Purpose | null>(null);
  const edit = (which: string | null) => setSearch(which ? { zone: which } : {}, { replace: true });
  const title = (
    <span className="row">
      {camera.place}
      <Mark tone={cameraTone(camera.state)}>{frame.cameraLabel(camera.state)}</Mark>
    </span>
  );
  return (
    <Page title={camera.name} lead={title} extra={drawn ? null : (
      <>
        {mayWatch && !why ? <WatchButton onWatch={setWhy} /> : null}
        {mayEdit ? <CameraActions camera={camera} /> : null}
      </>
    )}>
      {mayEdit && drawn && (drawn === "new" || zone) ? (
        <section className="panel">
          <header><h2>{t(zone ? "editZone" : "newZone")}</h2></header>
          <div className="panel-body">
            <ZoneForm key={drawn} camera={camera} zone={zone} others={zones.filter((z) => z.id !== drawn)} onDone={() => edit(null)} />
          </div>
        </section>
      ) : (
        <div className="grid two">
          <div className="stack">
            {why ? <LiveVideo camera={camera} why={why} onStop={() => setWhy(null)} /> : <Watched camera={camera} zones={zones} />}
            <WatchRecord camera={camera.id} />
          </div>
          <div className="stack">
            <State camera={camera} />
            <Zones camera={camera} zones={zones} onEdit={mayEdit ? edit : undefined} />
            <Law camera={camera} mayEdit={mayEdit} />
            {can("operator", "officer", "legal", "head", "auditor", "supervisor") ? <CameraHistory id={camera.id} /> : null}
          </div>
        </div>
      )}
    </Page>
  );
}

function Watched({ camera, zones }: { camera: Camera; zones: Zone[] }) {
  const { t, pick } = useDictionary<CameraWord>(words);
  const src = usePicture(camera);
  const ratio = camera.stream?.width && camera.stream.height ? camera.stream.width / camera.stream.height : 16 / 9;
  if (!src) return <div className="live-picture"><div className="live-missing">{t("noPicture")}</div></div>;
  return (
    <ZoneCanvas
      src={src}
      ratio={ratio}
      drawing={drawingOf()}
      tool={null}
      others={zones.map((z) => ({ name: pick(z.name_zh, z.name_en), polygon: z.polygon }))}
      labels={{ picture: t("pictureOf", { name: camera.name }), point: () => "" }}
    />
  );
}

function State({ camera }: { camera: Camera }) {
  const { t, pick } = useDictionary<CameraWord>(words);
  const why = pick(camera.why_zh, camera.why_en);
  const { stream } = camera;
  const facts: [string, string][] = [
    [t("streamHead"), stream?.codec ? `${stream.codec.toUpperCase()} · ${stream.width}×${stream.height} · ${stream.fps.toFixed(0)} fps · GOP ${(stream.gop_ms / 1000).toFixed(1)} s` : "—"],
    [t("lastUnit"), dateTime(camera.last_unit_at)],
    [t("lastLook"), dateTime(camera.last_look_at)],
    [t("looks"), String(camera.looks ?? 0)],
  ];
  return (
    <section className="panel">
      <header><h2>{t("stateHead")}</h2><span className="muted">{t("since", { time: dateTime(camera.since) })}</span></header>
      <div className="panel-body stack" style={{ gap: 10 }}>
        {why && camera.state !== "live" ? <Alert type={camera.state === "failed" ? "error" : "warning"} showIcon message={why} /> : null}
        <SubstreamState camera={camera} />
        <dl className="facts">
          {facts.map(([name, value]) => <div key={name} style={{ display: "contents" }}><dt>{name}</dt><dd>{value}</dd></div>)}
        </dl>
      </div>
    </section>
  );
}

function Zones({ camera, zones, onEdit }: { camera: Camera; zones: Zone[]; onEdit?: (which: string) => void }) {
  const { t, pick } = useDictionary<CameraWord>(words);
  const frame = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const detectors = useDetectors();
  const remove = useMutation({
    mutationFn: (zone: Zone) => removeZone(zone.id),
    onSuccess: () => {
      void message.success(t("removedZone"));
      return queries.invalidateQueries({ queryKey: ["camera", camera.id] });
    },
    onError: (error) => message.error(sentenceOf(error, frame.language)),
  });
  const named = (key: string) => {
    const detector = detectors.data?.find((d) => d.key === key);
    return detector ? pick(detector.name_zh, detector.name_en) : key;
  };
  return (
    <section className="panel">
      <header>
        <h2>{t("zonesHead")}</h2>
        {onEdit ? <Button size="small" type="primary" icon={<PlusOutlined />} onClick={() => onEdit("new")}>{t("newZone")}</Button> : null}
      </header>
      <div className="panel-body">
        {zones.length === 0 ? <Nothing>{t("noZones")}</Nothing> : null}
        <ul className="plain-list">
          {zones.map((zone) => {
            const name = pick(zone.name_zh, zone.name_en);
            return (
              <li key={zone.id} className="between">
                <div>
                  <strong>{name}</strong>
                  <div className="muted">
                    {named(zone.detector)} · {zone.hours?.length ? zone.hours.map((h) => `${clockMinutes(h.from_min)}–${clockMinutes(h.to_min)}`).join("、") : t("hoursAlways")}
                  </div>
                </div>
                {onEdit ? (
                  <span style={{ whiteSpace: "nowrap" }}>
                    <Button type="text" icon={<EditOutlined />} aria-label={`${t("editZone")}: ${name}`} onClick={() => onEdit(zone.id)} />
                    <Sure title={t("removeZoneAsk", { name })} okText={t("removeZone")} onConfirm={() => remove.mutate(zone)}>
                      <Button type="text" danger icon={<DeleteOutlined />} aria-label={`${t("removeZone")}: ${name}`} />
                    </Sure>
                  </span>
                ) : null}
              </li>
            );
          })}
        </ul>
      </div>
    </section>
  );
}

function Law({ camera, mayEdit }: { camera: Camera; mayEdit: boolean }) {
  const { t } = useDictionary<CameraWord>(words);
  const facts: [CameraWord, string | undefined][] = [
    ["legal", camera.legal_review_no],
    ["technical", camera.technical_review_no],
    ["published", camera.published_on ? date(camera.published_on) : ""],
  ];
  const lacking = facts.some(([, value]) => !value);
  return (
    <section className="panel">
      <header><h2>{t("lawHead")}</h2></header>
      <div className="panel-body stack" style={{ gap: 10 }}>
        {lacking ? <Alert type="warning" showIcon message={t("notLawful")} /> : null}
        <dl className="facts">
          {facts.map(([word, value]) => <div key={word} style={{ display: "contents" }}><dt>{t(word)}</dt><dd>{value || <span className="muted">{t("missing")}</span>}</dd></div>)}
          <dt>{t("coordinates")}</dt>
          <dd>{camera.longitude || camera.latitude ? `${camera.longitude?.toFixed(5)}, ${camera.latitude?.toFixed(5)}` : "—"}</dd>
        </dl>
        <CameraSign camera={camera} mayEdit={mayEdit} />
      </div>
    </section>
  );
}

function CameraActions({ camera }: { camera: Camera }) {
  const { t, language } = useDictionary<CameraWord>(words);
  const { message } = App.useApp();
  const navigate = useNavigate();
  const refresh = useRefresh(camera.id);
  const [editing, setEditing] = useState(false);
  const remove = useMutation({
    mutationFn: () => removeCamera(camera.id),
    onSuccess: async () => {
      await navigate("/cameras"); // first: this page must not ask for what is gone
      await refresh();
    },
    onError: (error) => message.error(sentenceOf(error, language)),
  });
  return (
    <>
      <Button icon={<EditOutlined />} onClick={() => setEditing(true)}>{t("editCamera")}</Button>
      <Sure title={t("removeCameraAsk", { name: camera.name })} okText={t("removeCamera")} onConfirm={() => remove.mutate()}>
        <Button danger>{t("removeCamera")}</Button>
      </Sure>
      {editing ? <Edit camera={camera} onDone={() => setEditing(false)} /> : null}
    </>
  );
}

function useRefresh(id: string) {
  const queries = useQueryClient();
  return () => Promise.all([queries.invalidateQueries({ queryKey: ["camera", id] }), queries.invalidateQueries({ queryKey: ["cameras"] })]);
}

// Edit is made anew each time, with what the camera has now.
function Edit({ camera, onDone }: { camera: Camera; onDone: () => void }) {
  const { t, language } = useDictionary<CameraWord>(words);
  const frame = useWords();
  const { message } = App.useApp();
  const refresh = useRefresh(camera.id);
  const [form] = Form.useForm<CameraFieldValues>();
  const change = useMutation({
    mutationFn: (values: CameraFieldValues) => changeCamera(camera.id, { cadence: camera.cadence, unwatched: camera.unwatched, ...draftOfFields(values) }),
    onSuccess: async () => {
      await refresh();
      onDone();
      void message.success(frame.t("saved"));
    },
  });
  return (
    <Dialog open title={t("editCamera")} onCancel={onDone} onOk={() => form.submit()} okText={frame.t("save")} confirmLoading={change.isPending}>
      {change.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(change.error, language)} style={{ marginBottom: 12 }} /> : null}
      <Form<CameraFieldValues> form={form} layout="vertical" requiredMark={false} initialValues={fieldsOf(camera)} onFinish={(values) => change.mutate(values)}>
        <PlaceFields />
        <LawFields />
        <SubstreamField />
      </Form>
    </Dialog>
  );
}
