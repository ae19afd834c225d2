import type { CameraChange, ImportRow, ObjectRow } from "../../api/types";

interface FieldChange { field: string; before: string; after: string }

const fields = ["name", "kind", "address", "business", "licence_no", "township", "longitude", "latitude"] as const;

const text = (object: ObjectRow, field: (typeof fields)[number]) => String(object[field] ?? "");

const cameraFields = ["name", "place", "longitude", "latitude", "legal_review_no", "technical_review_no", "published_on", "cadence", "substream_url"] as const;

const cameraText = (camera: CameraChange, field: (typeof cameraFields)[number]) => String(camera[field] ?? "");

// changesOf lists what a row does to the object or camera that is registered.
export function changesOf({ before, object, party, camera, camera_before: was }: ImportRow): FieldChange[] {
  if (camera && was) return cameraFields.map((field) => ({ field, before: cameraText(was, field), after: cameraText(camera, field) })).filter((c) => c.before !== c.after);
  if (!before) return [];
  const changes: FieldChange[] = fields.map((field) => ({ field, before: text(before, field), after: text(object, field) })).filter((c) => c.before !== c.after);
  if (party && object.party_id && object.party_id !== before.party_id) changes.push({ field: "party", before: before.party, after: party.name });
  return changes;
}
