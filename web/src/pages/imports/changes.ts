import type { ImportRow, ObjectRow } from "../../api/types";

export interface FieldChange { field: string; before: string; after: string }

const fields = ["name", "kind", "address", "business", "licence_no", "township", "longitude", "latitude"] as const;

const text = (object: ObjectRow, field: (typeof fields)[number]) => String(object[field] ?? "");

// changesOf lists what a row does to the object that is registered.
export function changesOf({ before, object, party }: ImportRow): FieldChange[] {
  if (!before) return [];
  const changes: FieldChange[] = fields.map((field) => ({ field, before: text(before, field), after: text(object, field) })).filter((c) => c.before !== c.after);
  if (party && object.party_id && object.party_id !== before.party_id) changes.push({ field: "party", before: before.party, after: party.name });
  return changes;
}
