import type { Point } from "../geometry/polygon";

export interface Stream { codec: string; width: number; height: number; fps: number; gop_ms: number }
export interface Parameter { key: string; name_zh: string; name_en: string; unit: string; default: number; min: number; max: number }
export interface Detector { key: string; name_zh: string; name_en: string; parameters: Parameter[] }
export interface Hours { weekdays?: number[]; from_min: number; to_min: number }
export interface ZoneDraft {
  name_zh: string; name_en: string; detector: string; polygon: Point[]; door_line?: Point[];
  homography?: { picture: Point[]; ground_m: Point[] }; hours?: Hours[]; params?: Record<string, number>; object?: string;
}
export interface Zone extends ZoneDraft { id: string; version: number; camera: string }
export interface CameraChange {
  name: string; place: string; longitude?: number; latitude?: number; legal_review_no?: string; technical_review_no?: string; published_on?: string;
}
export interface CameraDraft extends CameraChange { url: string; protocol: string }
export interface Camera extends CameraChange {
  id: string; state: string; why_zh?: string; why_en?: string; since?: string; stream?: Stream;
  last_unit_at?: string; last_look_at?: string; looks?: number; zones?: Zone[]; zone_count?: number;
}
export interface Probe { report: { codec: string; width: number; height: number; fps: number; gop_ms: number; bitrate_kbps: number; clock_source: string }; picture: string }
export interface FindingItem {
  id: string; state: string; version: number; detector: string; matter_zh: string; matter_en: string; camera_id: string; camera: string;
  zone_zh: string; zone_en: string; object: string; first: string; last: string; raised: string; why_zh: string; why_en: string; bundle: string;
}
export interface CaseEvent { event: string; label_zh: string; label_en: string; allowed: boolean; why_zh: string; why_en: string; article: string; needs: string[] }
export interface Finding extends FindingItem {
  polygon: Point[]; door_line?: Point[]; values: Record<string, number>; rule: string;
  models: { name: string; version: string; sha256: string }[]; stream: Stream;
  stills: { role: string; at: string; picture: string; overlay: string; boxes: { label: string; score: number; box: { x1: number; y1: number; x2: number; y2: number } }[] }[];
  clip: string; events: CaseEvent[]; recheck?: string;
}
export interface Deadline { label_zh: string; label_en: string; at: string; article: string }
export interface CaseDocument { id: string; kind: string; title_zh: string; title_en: string; number: string; issued_at: string; code: string; sha256: string }
export interface RecordEntry { at: string; actor: string; role: string; event: string; label_zh: string; label_en: string; from: string; to: string; reason: string }
export interface CaseItem {
  id: string; number: string; state: string; version: number; matter_zh: string; matter_en: string; party: string; object: string; place: string; camera: string;
  found_at: string; changed_at: string; deadline?: Deadline;
}
export interface CaseFile extends CaseItem {
  fine_fen: number; paid_fen: number; receipt_no: string; portal_url: string; deadlines: Deadline[]; events: CaseEvent[]; documents: CaseDocument[]; record: RecordEntry[];
  evidence: { bundle: string; kind: string; sealed_at: string }[]; why_zh: string; why_en: string;
}
export interface ObjectRow { id: string; kind: string; name: string; address: string; business: string; party_id: string; party: string; grade: string }
export interface Party { id: string; kind: string; name: string; identity: string; phone: string; address: string; consent_at?: string }
export interface Evidence {
  bundle: string; kind: string; sealed_at: string; timestamp_at: string; retain_until: string; size: number; seal_key_id: string; manifest_sha256: string; version_id: string;
  case_id: string; case_number: string; files: { path: string; size: number }[];
}
export interface VerifyReport { bundle: string; checks: { name: string; ok: boolean; unchecked?: boolean; file?: string; zh: string; en: string }[] }
export interface Quota { key: string; name_zh: string; name_en: string; sentence_zh: string; sentence_en: string; numerator: number; denominator: number; value: number; goal: number; unit: string; met: boolean }
export interface Matter { key: string; name_zh: string; name_en: string; detector: string; offsite: boolean; major: boolean; basis: { law_zh: string; law_en: string; article: string; valid_from: string }[]; fine_min_fen: number; fine_max_fen: number; grace_s: number }
export interface UserRow { id: string; username: string; name: string; roles: string[]; licence_no?: string; disabled: boolean; last_sign_in?: string }
export interface Overview {
  waiting: { kind: string; count: number }[]; cameras: { live: number; total: number; down: Camera[] }; evidence_waiting: { count: number; oldest?: string };
  deadlines: { case_id: string; number: string; label_zh: string; label_en: string; at: string }[]; quotas: Quota[]; findings: FindingItem[]; cases_by_state: { state: string; count: number }[];
}
