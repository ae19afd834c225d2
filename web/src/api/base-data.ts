// The calls for base data: files taken in, risk grades and their formula, what was
// recorded and changed of an object.
import { useInfiniteQuery, useQuery, type QueryClient } from "@tanstack/react-query";
import { api, ok } from "./client";
import type {
  Assessment, Codes, Formula, Formulas, ImportBatch, ImportRow, InspectionDue, JointObject, ObjectChange, ObjectEventDraft, ObjectEvents, ObjectRow, Outcome, Paper,
} from "./types";

const pageLength = 100;

interface ObjectFilter { q: string; kind: string; grade: string }
type Kind = "shop" | "site" | "land";
export type Grade = "red" | "yellow" | "green";

interface Paged<T> { items: T[]; next_cursor?: string }

export const useObjectPages = ({ q, kind, grade }: ObjectFilter) =>
  useInfiniteQuery({
    queryKey: ["objects", q, kind, grade],
    initialPageParam: "",
    queryFn: ({ pageParam }): Promise<Paged<ObjectRow>> =>
      ok(api.GET("/api/v1/objects", { params: { query: { q: q || undefined, kind: (kind || undefined) as Kind | undefined, grade: (grade || undefined) as Grade | undefined, cursor: pageParam || undefined, limit: pageLength } } })),
    getNextPageParam: (last) => last.next_cursor || undefined,
  });

const ofObject = (id: string) => ({ params: { path: { id } } });
export const useObject = (id: string) => useQuery({ queryKey: ["object", id], enabled: id !== "", queryFn: (): Promise<ObjectRow> => ok(api.GET("/api/v1/objects/{id}", ofObject(id))) });
export const useGrade = (id: string) => useQuery({ queryKey: ["object", id, "grade"], queryFn: (): Promise<Assessment> => ok(api.GET("/api/v1/objects/{id}/grade", ofObject(id))) });
export const useObjectEvents = (id: string) => useQuery({ queryKey: ["object", id, "events"], queryFn: (): Promise<ObjectEvents> => ok(api.GET("/api/v1/objects/{id}/events", ofObject(id))) });
export const useObjectHistory = (id: string) =>
  useQuery({ queryKey: ["object", id, "history"], queryFn: async (): Promise<ObjectChange[]> => (await ok(api.GET("/api/v1/objects/{id}/history", ofObject(id)))).items });
export const usePartyHistory = (id: string) =>
  useQuery({ queryKey: ["party", id, "history"], queryFn: async (): Promise<ObjectChange[]> => (await ok(api.GET("/api/v1/parties/{id}/history", ofObject(id)))).items });
export const recordEvent = (id: string, body: ObjectEventDraft): Promise<Assessment> => ok(api.POST("/api/v1/objects/{id}/events", { ...ofObject(id), body }));
export const adjustGrade = (id: string, body: { points: number; reason: string }): Promise<Assessment> => ok(api.POST("/api/v1/objects/{id}/adjustments", { ...ofObject(id), body }));

export const usePapers = (id: string) => useQuery({ queryKey: ["object", id, "papers"], queryFn: async (): Promise<Paper[]> => (await ok(api.GET("/api/v1/objects/{id}/papers", ofObject(id)))).items });
export const paperURL = (object: string, paper: string) => `/api/v1/objects/${encodeURIComponent(object)}/papers/${encodeURIComponent(paper)}`;
export interface PaperDraft { kind: Paper["kind"]; signer?: string; at?: string }
export const addPaper = (id: string, draft: PaperDraft, file: Blob): Promise<Paper> =>
  ok(api.POST("/api/v1/objects/{id}/papers", {
    params: { path: { id }, query: draft, header: { "Content-Type": "application/octet-stream" } },
    body: file as unknown as string, // the schema's word for bytes
    bodySerializer: (body: unknown) => body as Blob,
    headers: { "Content-Type": "application/octet-stream" },
  }));
export const withdrawPaper = (id: string, paper: string, reason: string): Promise<unknown> =>
  ok(api.POST("/api/v1/objects/{id}/papers/{paper}/withdrawal", { params: { path: { id, paper } }, body: { reason } }));

const dueAtMost = 500;
export const useInspections = (days: number) =>
  useQuery({
    queryKey: ["inspections", days],
    queryFn: async (): Promise<InspectionDue[]> =>
      (await ok(api.GET("/api/v1/inspections/due", { params: { query: { until: new Date(Date.now() + days * 86_400_000).toISOString(), limit: dueAtMost } } }))).items,
  });

export const useCodes = (business: string) =>
  useInfiniteQuery({
    queryKey: ["objects", "codes", business],
    initialPageParam: "",
    queryFn: ({ pageParam }): Promise<Codes> => ok(api.GET("/api/v1/objects/codes", { params: { query: { business: business || undefined, cursor: pageParam || undefined, limit: pageLength } } })),
    getNextPageParam: (last) => last.next_cursor || undefined,
  });
export const codeURL = (object: string) => `/api/v1/objects/${encodeURIComponent(object)}/code`;

export const useJoint = (business: string) =>
  useQuery({ queryKey: ["objects", "joint", business], queryFn: async (): Promise<JointObject[]> => (await ok(api.GET("/api/v1/joint-supervision", { params: { query: { business: business || undefined } } }))).items });

export const useFormulas = () => useQuery({ queryKey: ["formulas"], queryFn: (): Promise<Formulas> => ok(api.GET("/api/v1/grade/formulas", {})) });
export const simulateFormula = (body: Formula): Promise<Outcome> => ok(api.POST("/api/v1/grade/simulation", { body }));
export const activateFormula = (newest: number, formula: Formula, reason: string, from?: string): Promise<Formula> =>
  ok(api.POST("/api/v1/grade/formulas", { params: { header: { "If-Match": `"${newest}"` } }, body: { formula, reason, from } }));

// Subject is what the rows of a file are; each has addresses and rights of its own.
export type Subject = "objects" | "cameras";
const ofCameras = (subject: Subject) => subject === "cameras";

export interface ImportOptions { rule: "fill" | "overwrite" | "skip"; system: "wgs84" | "gcj02"; kind?: Kind }
export const previewImport = (subject: Subject, file: File, options: ImportOptions): Promise<ImportBatch> => {
  const request = {
    params: { query: { name: file.name, ...options }, header: { "Content-Type": "application/octet-stream" } },
    body: file as unknown as string, // the schema's word for bytes
    bodySerializer: (body: unknown) => body as File,
    headers: { "Content-Type": "application/octet-stream" },
  };
  return ok(ofCameras(subject) ? api.POST("/api/v1/cameras/imports", request) : api.POST("/api/v1/imports", request));
};
export const useImports = (subject: Subject) =>
  useQuery({
    queryKey: ["imports", subject],
    queryFn: async (): Promise<ImportBatch[]> => (await ok(ofCameras(subject) ? api.GET("/api/v1/cameras/imports", {}) : api.GET("/api/v1/imports", {}))).items,
  });
export const useImport = (subject: Subject, id: string) =>
  useQuery({
    queryKey: ["import", id],
    queryFn: (): Promise<ImportBatch> => ok(ofCameras(subject) ? api.GET("/api/v1/cameras/imports/{id}", ofObject(id)) : api.GET("/api/v1/imports/{id}", ofObject(id))),
  });
export const applyImport = (subject: Subject, id: string): Promise<ImportBatch> =>
  ok(ofCameras(subject) ? api.POST("/api/v1/cameras/imports/{id}/apply", ofObject(id)) : api.POST("/api/v1/imports/{id}/apply", ofObject(id)));
export const undoImport = (subject: Subject, id: string): Promise<ImportBatch> =>
  ok(ofCameras(subject) ? api.POST("/api/v1/cameras/imports/{id}/undo", ofObject(id)) : api.POST("/api/v1/imports/{id}/undo", ofObject(id)));

export type RowAction = "create" | "merge" | "same" | "skip" | "error" | "conflict";
export const importRows = (subject: Subject, id: string, action: RowAction | "", after: number, limit: number): Promise<Paged<ImportRow>> => {
  const request = { params: { path: { id }, query: { action: action || undefined, cursor: after, limit } } };
  return ok(ofCameras(subject) ? api.GET("/api/v1/cameras/imports/{id}/rows", request) : api.GET("/api/v1/imports/{id}/rows", request));
};
export const useImportRows = (subject: Subject, id: string, action: RowAction | "") =>
  useInfiniteQuery({
    queryKey: ["import", id, "rows", action],
    initialPageParam: 0,
    queryFn: ({ pageParam }) => importRows(subject, id, action, pageParam, pageLength),
    getNextPageParam: (last) => (last.next_cursor ? Number(last.next_cursor) : undefined),
  });

// followImport writes an event of progress over what is shown; what else changed is
// fetched once the work is done.
export function followImport(queries: QueryClient, { batch_id: id, state, done }: Record<string, unknown>): void {
  if (typeof id !== "string" || typeof state !== "string" || typeof done !== "number") return;
  queries.setQueryData<ImportBatch>(["import", id], (batch) => batch && { ...batch, state, done });
  if (state !== "applied" && state !== "undone") return;
  for (const queryKey of [["imports"], ["import", id], ["objects"], ["object"], ["parties"], ["inspections"], ["formulas"], ["cameras"], ["camera"]]) void queries.invalidateQueries({ queryKey });
}
