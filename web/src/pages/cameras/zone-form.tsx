// Drawing a zone: the picture with its tools at the left, what the zone is for
// at the right. Nothing is lost by a refusal: the form stays as it is.
import { Alert, App, Button, Form, Input, Segmented, Select, Space } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { sentenceOf } from "../../api/problem";
import { saveZone, useDetectors } from "../../api/queries";
import type { Camera, Detector, Probe, Zone, ZoneDraft } from "../../api/types";
import { useWords } from "../../app/use-words";
import { percent } from "../../format/format";
import { clear, close, drawingOf, take, type Drawing, type Tool } from "../../geometry/drawing";
import { homography } from "../../geometry/homography";
import { area, problemOf, type Point, type Problem } from "../../geometry/polygon";
import { useDictionary } from "../../i18n/translate";
import { TimePicker } from "../../parts/dates";
import { InputNumber } from "../../parts/input-number";
import { usePicture } from "../../parts/live-picture";
import { Loaded } from "../../parts/loaded";
import { ZoneCanvas } from "../../parts/zone-canvas";
import { HindsightPanel } from "./hindsight/hindsight";
import { ObjectSelect } from "./object-select";
import { unitOf } from "./unit";
import words, { type CameraWord } from "./words";

interface Props {
  camera: Camera;
  zone: Zone | null; // null: a new one
  others: Zone[];
  probe?: Probe; // its picture is shown until the watching node has one
  onDone: () => void;
}

export function ZoneForm(props: Props) {
  const detectors = useDetectors();
  return <Loaded query={detectors}>{(list) => <Editor {...props} detectors={list} />}</Loaded>;
}

interface Fields {
  name_zh: string;
  name_en?: string;
  detector: string;
  object?: string;
  hours: { span: [Dayjs, Dayjs] }[];
  params: Record<string, number>;
}

const minutesOf = (at: Dayjs) => at.hour() * 60 + at.minute();
const clockOf = (minutes: number) => dayjs().startOf("day").add(minutes % 1440, "minute");
const metres0: Point[] = [{ x: 0, y: 5 }, { x: 5, y: 5 }, { x: 5, y: 0 }, { x: 0, y: 0 }];
const problemWord: Record<Problem, CameraWord> = { "too-few-points": "problemTooFew", "crosses-itself": "problemCrosses", "too-small": "problemSmall" };

// draftOf puts together what the API wants, without what the drawing lacks.
function draftOf(fields: Fields, drawing: Drawing, metres: Point[], detector: Detector | undefined): ZoneDraft {
  const params = Object.fromEntries((detector?.parameters ?? []).map((p) => [p.key, fields.params?.[p.key] ?? p.default]));
  return {
    name_zh: fields.name_zh ?? "",
    name_en: fields.name_en || fields.name_zh || "",
    detector: fields.detector,
    object: fields.object ?? "",
    polygon: drawing.outline,
    door_line: fields.detector === "crossdoor" ? drawing.door : [],
    homography: drawing.ground.length === 4 ? { picture: drawing.ground, ground_m: metres } : undefined,
    hours: (fields.hours ?? []).filter((h) => h?.span).map((h) => ({ from_min: minutesOf(h.span[0]), to_min: minutesOf(h.span[1]) })),
    params,
  };
}

function Editor({ camera, zone, others, probe, detectors, onDone }: Props & { detectors: Detector[] }) {
  const { t, language, pick } = useDictionary<CameraWord>(words);
  const frame = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Fields>();
  const [drawing, setDrawing] = useState(() => drawingOf(zone?.polygon ?? [], zone?.door_line ?? [], zone?.homography?.picture ?? []));
  const [metres, setMetres] = useState<Point[]>(zone?.homography?.ground_m ?? metres0);
  const [tool, setTool] = useState<Tool>("outline");
  const [complaint, setComplaint] = useState<CameraWord | null>(null);
  const key = Form.useWatch("detector", form) ?? zone?.detector ?? detectors[0]?.key;
  const detector = detectors.find((d) => d.key === key);
  const picture = usePicture(camera) || (probe ? `data:image/jpeg;base64,${probe.picture}` : "");
  const size = camera.stream?.width && camera.stream.height ? camera.stream : probe?.report;
  const typed = Form.useWatch([], form) as Fields | undefined;
  const draft = drawing.closed && !problemOf(drawing.outline) && typed?.detector ? draftOf(typed, drawing, metres, detector) : null;

  const save = useMutation({
    mutationFn: (draft: ZoneDraft) => saveZone(camera.id, zone?.id ?? null, draft),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["camera", camera.id] });
      await queries.invalidateQueries({ queryKey: ["cameras"] });
      void message.success(t("savedZone"));
      onDone();
    },
  });
  const onFinish = (fields: Fields) => {
    const problem = drawing.closed ? problemOf(drawing.outline) : "too-few-points";
    const flat = drawing.ground.length === 4 && !homography(drawing.ground, metres);
    setComplaint(problem ? problemWord[problem] : flat ? "groundBad" : null);
    if (!problem && !flat) save.mutate(draftOf(fields, drawing, metres, detector));
  };
  const tools = [
    { value: "outline", label: t("toolOutline") },
    ...(key === "crossdoor" ? [{ value: "door", label: t("toolDoor") }] : []),
    { value: "ground", label: t("toolGround") },
  ];
  const pointWord: Record<Tool, CameraWord> = { outline: "pointOutline", door: "pointDoor", ground: "pointGround" };
  return (
    <div className="zone-editor">
      <div className="stack" style={{ gap: 10 }}>
        <div className="row">
          <Segmented<string> options={tools} value={tool} onChange={(value) => setTool(value as Tool)} aria-label={t("zonesHead")} />
          <Button size="small" disabled={drawing[tool].length === 0} onClick={() => setDrawing(take(drawing, tool, drawing[tool].length - 1))}>{t("undoPoint")}</Button>
          <Button size="small" disabled={drawing[tool].length === 0} onClick={() => setDrawing(clear(drawing, tool))}>{t("clearTool")}</Button>
          {tool === "outline" && !drawing.closed && drawing.outline.length >= 3 ? (
            <Button size="small" type="primary" onClick={() => setDrawing(close(drawing))}>{t("closeOutline")}</Button>
          ) : null}
          {drawing.closed ? <span className="muted">{t("areaShare", { share: percent(area(drawing.outline)) })}</span> : null}
        </div>
        <ZoneCanvas
          src={picture}
          ratio={size ? size.width / size.height : 16 / 9}
          drawing={drawing}
          tool={tool}
          groundM={metres}
          others={others.map((other) => ({ name: pick(other.name_zh, other.name_en), polygon: other.polygon }))}
          labels={{ picture: t("pictureOf", { name: camera.name }), point: (kind, n) => t(pointWord[kind], { n }) }}
          onChange={setDrawing}
        />
        <p className="muted" style={{ margin: 0 }}>
          {tool === "outline" ? <>{t("helpOutline")}<br />{t("helpOutlineKeys")}</> : tool === "door" ? t("helpDoor") : t("helpGround")}
        </p>
        {tool === "ground" ? <Metres metres={metres} onChange={setMetres} /> : null}
        <HindsightPanel camera={camera.id} zone={zone?.id ?? ""} draft={draft} />
      </div>
      <Form<Fields>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{
          name_zh: zone?.name_zh, name_en: zone?.name_en, detector: key, object: zone?.object || undefined, params: zone?.params ?? {},
          hours: (zone?.hours ?? []).map((h) => ({ span: [clockOf(h.from_min), clockOf(h.to_min)] })),
        }}
        onFinish={onFinish}
      >
        {save.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(save.error, language)} style={{ marginBottom: 12 }} /> : null}
        {complaint ? <Alert type="warning" showIcon role="alert" message={t(complaint)} style={{ marginBottom: 12 }} /> : null}
        <Form.Item name="name_zh" label={t("zoneName")} rules={[{ required: true, whitespace: true, message: t("fieldMissing") }]}><Input maxLength={60} /></Form.Item>
        <Form.Item name="name_en" label={t("zoneNameEN")}><Input maxLength={80} /></Form.Item>
        <Form.Item name="detector" label={t("detector")}>
          {zone ? <strong>{detector ? pick(detector.name_zh, detector.name_en) : zone.detector}</strong> : <Select options={detectors.map((d) => ({ value: d.key, label: pick(d.name_zh, d.name_en) }))} />}
        </Form.Item>
        <Form.Item name="object" label={t("object")}>
          <ObjectSelect />
        </Form.Item>
        <Form.Item label={t("hours")} extra={t("hoursHelp")}>
          <Form.List name="hours">
            {(rows, { add, remove }) => (
              <Space direction="vertical" style={{ width: "100%" }}>
                {rows.map((row, i) => (
                  <Space key={row.key}>
                    <Form.Item name={[row.name, "span"]} noStyle><TimePicker.RangePicker format="HH:mm" minuteStep={5} order={false} aria-label={t("hours")} /></Form.Item>
                    <Button type="text" icon={<DeleteOutlined />} aria-label={frame.t("remove")} onClick={() => remove(i)} />
                  </Space>
                ))}
                <Button size="small" icon={<PlusOutlined />} onClick={() => add({ span: [clockOf(7 * 60), clockOf(19 * 60)] })}>{t("addHours")}</Button>
              </Space>
            )}
          </Form.List>
        </Form.Item>
        {(detector?.parameters ?? []).map((p) => (
          <Form.Item
            key={p.key}
            name={["params", p.key]}
            label={pick(p.name_zh, p.name_en)}
            initialValue={zone?.params?.[p.key] ?? p.default}
            extra={t("parameterRange", { min: p.min, max: p.max, default: p.default })}
          >
            <InputNumber min={p.min} max={p.max} step={p.max - p.min <= 2 ? 0.01 : 1} addonAfter={p.unit ? unitOf(p.unit, t) : undefined} style={{ width: "100%" }} />
          </Form.Item>
        ))}
        <Space>
          <Button type="primary" htmlType="submit" loading={save.isPending}>{t("saveZone")}</Button>
          <Button onClick={onDone}>{frame.t("cancel")}</Button>
        </Space>
      </Form>
    </div>
  );
}

function Metres({ metres, onChange }: { metres: Point[]; onChange: (metres: Point[]) => void }) {
  const { t } = useDictionary<CameraWord>(words);
  const set = (index: number, axis: "x" | "y", value: number | null) => onChange(metres.map((p, i) => (i === index ? { ...p, [axis]: value ?? 0 } : p)));
  return (
    <div className="metres">
      {metres.map((p, i) => (
        <fieldset key={i}>
          <legend>{t("groundPoint", { n: i + 1 })}</legend>
          <InputNumber size="small" value={p.x} step={0.1} aria-label={`${t("groundPoint", { n: i + 1 })} ${t("groundX")}`} prefix="→" onChange={(v) => set(i, "x", v)} />
          <InputNumber size="small" value={p.y} step={0.1} aria-label={`${t("groundPoint", { n: i + 1 })} ${t("groundY")}`} prefix="↑" onChange={(v) => set(i, "y", v)} />
        </fieldset>
      ))}
    </div>
  );
}
