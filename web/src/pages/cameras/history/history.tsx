// Every change of a camera and of its zones: who, when, what became of which field, and
// of a zone's lines a small drawing.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ok } from "../../../api/client";
import { useDetectors } from "../../../api/queries";
import type { CameraEntry, Detector } from "../../../api/types";
import type { Point } from "../../../geometry/polygon";
import { useDictionary } from "../../../i18n/translate";
import { Changes } from "../../../parts/changes";
import { Loaded } from "../../../parts/loaded";
import { unitOf } from "../unit";
import cameraWords, { type CameraWord } from "../words";
import { namedDays } from "./hours";
import words, { type HistoryWord } from "./words";

type ZoneChange = NonNullable<CameraEntry["zone"]>;

export function CameraHistory({ id }: { id: string }) {
  const { t } = useDictionary<HistoryWord>(words);
  const [open, setOpen] = useState(false);
  const history = useQuery({
    queryKey: ["camera", id, "history"],
    enabled: open, // each sign of life of the camera would have it read again
    queryFn: async (): Promise<CameraEntry[]> => (await ok(api.GET("/api/v1/cameras/{id}/history", { params: { path: { id } } }))).items,
  });
  return (
    <section className="panel">
      <details className="panel-body" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t("head")}</summary>
        {open ? <Loaded query={history} isEmpty={(changes) => changes.length === 0} empty={t("none")}>{(changes) => <Told changes={changes} />}</Loaded> : null}
      </details>
    </section>
  );
}

function Told({ changes }: { changes: CameraEntry[] }) {
  const { t, pick, keyed } = useHistoryWords();
  const did = ({ action, zone }: CameraEntry) => (zone ? t("ofZone", { name: pick(zone.name_zh, zone.name_en), did: keyed(`zone_${action}`, action) }) : keyed(`did_${action.replace(" ", "_")}`, action));
  return (
    <Changes
      of={changes} did={did} {...useFieldWords()} nothing={t("nothing")} system={t("system")}
      more={({ zone }) => (zone && (zone.before || zone.after) ? <Lines of={zone} label={t("lines")} /> : null)}
    />
  );
}

// Lines draws what a zone's outline and door line were, dashed, and what they are.
function Lines({ of: { before, after }, label }: { of: ZoneChange; label: string }) {
  const [width, height] = [160, 90];
  const path = (points: Point[]) => points.map((p) => `${(p.x * width).toFixed(1)},${(p.y * height).toFixed(1)}`).join(" ");
  return (
    <svg className="zone-lines" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={label}>
      <title>{label}</title>
      {before ? <g className="was"><polygon points={path(before.outline)} /><polyline points={path(before.door_line)} /></g> : null}
      {after ? <g className="is"><polygon points={path(after.outline)} /><polyline points={path(after.door_line)} /></g> : null}
    </svg>
  );
}

function useHistoryWords() {
  const dictionary = useDictionary<HistoryWord>(words);
  return { ...dictionary, keyed: (word: string, otherwise: string) => (word in words.zh ? dictionary.t(word as HistoryWord) : otherwise) };
}

const cameraFields: Record<string, CameraWord> = {
  name: "nameLabel", place: "placeLabel", township: "townshipLabel", longitude: "longitude", latitude: "latitude", legal_review_no: "legalReview", technical_review_no: "technicalReview",
  published_on: "publishedOn", url: "address", protocol: "protocol", name_zh: "zoneName", name_en: "zoneNameEN",
};

const ownFields: Record<string, HistoryWord> = {
  detector: "detector", object: "object", hours: "hours", ground: "ground", cadence: "cadence", unwatched: "unwatched", substream_url: "substream",
};

// useFieldWords names fields and their values as the forms do; a field new to us keeps its
// own name.
function useFieldWords() {
  const { t, pick, language } = useDictionary<HistoryWord>(words);
  const { t: camera } = useDictionary<CameraWord>(cameraWords);
  const detectors = useDetectors().data ?? [];
  const named = (d: Pick<Detector, "name_zh" | "name_en">) => pick(d.name_zh, d.name_en);
  const parameterOf = (field: string) => detectors.flatMap((d) => d.parameters).find((p) => `params.${p.key}` === field);
  return {
    fieldLabel: (field: string) => {
      const known = cameraFields[field];
      const own = ownFields[field];
      if (known) return camera(known);
      if (own) return t(own);
      const parameter = parameterOf(field);
      return parameter ? named(parameter) : field.replace("params.", "");
    },
    valueLabel: (field: string, value: string) => {
      const detector = field === "detector" ? detectors.find((d) => d.key === value) : undefined;
      if (detector) return named(detector);
      if (field === "unwatched") return value === "true" ? t("yes") : "";
      if (field === "hours") return namedDays(value, language);
      const unit = parameterOf(field)?.unit ?? "";
      return value && unit && unit !== "share" ? `${value} ${unitOf(unit, camera)}` : value;
    },
  };
}
