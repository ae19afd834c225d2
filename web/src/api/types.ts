// The API's shapes by the names that the pages use; all are generated.
import type { components, operations } from "./schema";

type Schemas = components["schemas"];

export type Stream = Schemas["Stream"];
export type Parameter = Schemas["Parameter"];
export type Detector = Schemas["Detector"];
export type Hours = Schemas["Hours"];
export type ZoneDraft = Schemas["ZoneDraft"];
export type Zone = Schemas["Zone"];
export type CameraChange = Schemas["CameraChange"];
export type CameraDraft = Schemas["CameraDraft"];
export type Camera = Schemas["Camera"];
export type Protocol = Schemas["ProbeRequest"]["protocol"];
export type Probe = Schemas["Probe"];
export type FindingItem = Schemas["FindingItem"];
export type Finding = Schemas["Finding"];
export type CaseEvent = Schemas["CaseEvent"];
export type Deadline = Schemas["Deadline"];
export type CaseDocument = Schemas["CaseDocument"];
export type RecordEntry = Schemas["RecordEntry"];
export type CaseItem = Schemas["CaseItem"];
export type CaseFile = Schemas["CaseFile"];
export type ObjectRow = Schemas["Object"];
export type ObjectDraft = Schemas["ObjectDraft"];
export type Party = Schemas["Party"];
export type PartyDraft = Schemas["PartyDraft"];
export type Evidence = Schemas["Evidence"];
export type VerifyReport = Schemas["Report"];
export type Quota = Schemas["Quota"];
export type Matter = Schemas["Matter"];
export type UserRow = Schemas["UserRow"];
export type UserDraft = Schemas["UserDraft"];
export type Overview = Schemas["Overview"];
export type User = Schemas["User"];
export type OperationId = keyof operations;
