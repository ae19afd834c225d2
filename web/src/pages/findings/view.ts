// What the review page shows of a finding, made from what the API says of it.
import type { Finding, FindingItem } from "../../api/types";
import type { Point } from "../../geometry/polygon";
import type { Box } from "./overlay";

export interface FindingView {
  id: string;
  version: number;
  state: string;
  matter: { zh: string; en: string };
  why: { zh: string; en: string };
  zone: { zh: string; en: string };
  camera: string;
  cameraID: string;
  object: string;
  objectID: string;
  clipFrom: number; // milliseconds of the epoch
  missing: { of: string; from: string; to: string; why_zh: string; why_en: string }[]; // of clip and looks
  first: string;
  last: string;
  raised: string;
  polygon: Point[];
  door: Point[];
  boxes: Box[];
  ratio: number;
  values: Record<string, number>;
  rule: string;
  models: { name: string; version: string; sha256: string }[];
  bundle: string;
  before: string;
  after: string;
  clip: string;
  codec: string;
  recheck: "" | "present" | "gone";
  may: (event: string) => boolean;
  whyNot: (pick: (zh?: string, en?: string) => string) => string;
}

// viewOf takes what somebody looks for, which the record of views keeps with each picture.
export function viewOf(item: FindingItem | Finding, why: "review" | "case" = "review"): FindingView {
  const full = "stills" in item ? item : null;
  const stills = full?.stills ?? [];
  const role = (...roles: string[]) => roles.map((r) => stills.find((s) => s.role === r)).find((s) => s);
  const raised = role("raised", "first");
  const file = (path: string | undefined) => (path ? `/api/v1/evidence/${item.bundle}/files/${path}?for=${why}` : "");
  const events = full?.events ?? [];
  return {
    id: item.id, version: item.version, state: item.state,
    matter: { zh: item.matter_zh, en: item.matter_en },
    why: { zh: item.why_zh, en: item.why_en },
    zone: { zh: item.zone_zh, en: item.zone_en },
    camera: item.camera, cameraID: item.camera_id, object: item.object, objectID: item.object_id, clipFrom: full?.clip_from ? Date.parse(full.clip_from) : 0, missing: full?.missing ?? [], first: item.first, last: item.last, raised: item.raised,
    polygon: full?.polygon ?? [], door: full?.door_line ?? [], boxes: raised?.boxes ?? [],
    ratio: full?.stream?.width ? full.stream.width / full.stream.height : 16 / 9,
    values: full?.values ?? {}, rule: full?.rule ?? "", models: full?.models ?? [], bundle: item.bundle,
    before: file(role("before")?.picture), after: file(raised?.picture), clip: file(full?.clip), codec: full?.stream?.codec ?? "",
    recheck: full?.recheck === "present" || full?.recheck === "gone" ? full.recheck : "",
    may: (event) => events.find((e) => e.event === event)?.allowed ?? false,
    whyNot: (pick) => events.filter((e) => !e.allowed && ["confirm", "verify", "reject"].includes(e.event)).map((e) => pick(e.why_zh, e.why_en)).filter(Boolean).join(" "),
  };
}
