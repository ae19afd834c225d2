// Every call of the console, by name. Queries are keyed by what the server's
// events name, so that an event fetches exactly what it changed.
import { queryOptions, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, ok } from "./client";
import type { Trust } from "../bundle/check";
import type { Look } from "../bundle/looks";
import { trustText } from "./trust";
import { patience, Problem, type ProblemBody } from "./problem";
import type {
  Agreement, Camera, CameraChange, CameraDraft, CaseFile, CaseItem, Detector, Evidence, Finding, FindingItem, Matter, ObjectDraft, ObjectRow, Overview, Party,
  Hindsight, HindsightRequest, PartyDraft, Probe, Protocol, Quota, UserChange, UserDraft, UserRow, VerifyReport, Zone, ZoneDraft,
} from "./types";

interface Paged<T> { items: T[]; next_cursor?: string }

export const useCameras = () => useQuery({ queryKey: ["cameras"], queryFn: async (): Promise<Camera[]> => (await ok(api.GET("/api/v1/cameras", {}))).items });
export const useCamera = (id: string) => useQuery({ queryKey: ["camera", id], queryFn: (): Promise<Camera> => ok(api.GET("/api/v1/cameras/{id}", { params: { path: { id } } })) });
export const probeCamera = (url: string, protocol: Protocol): Promise<Probe> => ok(api.POST("/api/v1/cameras/probe", { body: { url, protocol } }));
export const createCamera = (body: CameraDraft): Promise<Camera> => ok(api.POST("/api/v1/cameras", { body }));
export const changeCamera = (id: string, body: CameraChange): Promise<Camera> => ok(api.PATCH("/api/v1/cameras/{id}", { params: { path: { id } }, body }));
export const removeCamera = (id: string): Promise<void> => ok(api.DELETE("/api/v1/cameras/{id}", { params: { path: { id } } }));

export const putSign = (id: string, photograph: Blob): Promise<Camera> =>
  ok(api.PUT("/api/v1/cameras/{id}/sign", {
    params: { path: { id }, header: { "Content-Type": "application/octet-stream" } },
    body: photograph as unknown as string, // the schema's word for bytes
    bodySerializer: (body: unknown) => body as Blob,
    headers: { "Content-Type": "application/octet-stream" },
  }));
export const removeSign = (id: string): Promise<Camera> => ok(api.DELETE("/api/v1/cameras/{id}/sign", { params: { path: { id } } }));
export const signURL = (id: string, of: string) => `/api/v1/cameras/${encodeURIComponent(id)}/sign?of=${of}`;

export const useDetectors = () => useQuery({ queryKey: ["detectors"], staleTime: Infinity, queryFn: async (): Promise<Detector[]> => (await ok(api.GET("/api/v1/detectors", {}))).items });
export const saveZone = (camera: string, zone: string | null, body: ZoneDraft): Promise<Zone> =>
  zone ? ok(api.PUT("/api/v1/zones/{id}", { params: { path: { id: zone } }, body })) : ok(api.POST("/api/v1/cameras/{id}/zones", { params: { path: { id: camera } }, body }));
export const tryZone = (camera: string, body: HindsightRequest): Promise<Hindsight> => ok(api.POST("/api/v1/cameras/{id}/hindsight", { params: { path: { id: camera } }, body }));
export const removeZone = (id: string): Promise<void> => ok(api.DELETE("/api/v1/zones/{id}", { params: { path: { id } } }));

export const useParties = () => useQuery({ queryKey: ["parties"], queryFn: async (): Promise<Party[]> => (await ok(api.GET("/api/v1/parties", {}))).items });

export type FindingOrder = "" | "probability" | "deadline";
// FindingsAsked is what a list of findings is narrowed to; what is left out or "" narrows nothing.
export interface FindingsAsked { state?: string; camera?: string; detector?: string; from?: string; to?: string; order?: FindingOrder }
export const useFindings = (asked: FindingsAsked) =>
  useInfiniteQuery({
    queryKey: ["findings", asked],
    initialPageParam: "",
    queryFn: ({ pageParam }): Promise<Paged<FindingItem>> => {
      const { state, camera, detector, from, to, order } = asked;
      return ok(api.GET("/api/v1/findings", { params: { query: {
        state: state || undefined, camera: camera || undefined, detector: detector || undefined, from: from || undefined, to: to || undefined,
        order: order || undefined, cursor: pageParam || undefined, limit: 50,
      } } }));
    },
    getNextPageParam: (last) => last.next_cursor || undefined,
  });
export const findingQuery = (id: string) =>
  queryOptions({ queryKey: ["finding", id], queryFn: (): Promise<Finding> => ok(api.GET("/api/v1/findings/{id}", { params: { path: { id } } })) });
export const useFinding = (id: string) => useQuery(findingQuery(id));

export const useFindingsOf = (object: string) =>
  useQuery({ queryKey: ["findings", "of", object], enabled: object !== "", queryFn: async (): Promise<FindingItem[]> => (await ok(api.GET("/api/v1/findings", { params: { query: { object, limit: 8 } } }))).items });
export const useAgreements = (days: number) =>
  useQuery({ queryKey: ["agreements", days], queryFn: async (): Promise<Agreement[]> => (await ok(api.GET("/api/v1/agreements", { params: { query: { days } } }))).items });
export const evidenceFileURL = (bundle: string, path: string) => `/api/v1/evidence/${encodeURIComponent(bundle)}/files/${path}`;

// looksQuery reads what the models saw, look by look, from the sealed evidence.
export const looksQuery = (bundle: string) =>
  queryOptions({
    queryKey: ["looks", bundle],
    enabled: bundle !== "",
    staleTime: Infinity, // sealed: it never changes
    queryFn: async (): Promise<Look[]> => {
      const answer = await fetch(evidenceFileURL(bundle, "data/detections.ndjson"));
      if (!answer.ok) throw new Problem(answer.status, (await answer.json().catch(() => ({}))) as ProblemBody);
      const [{ looksOf }, text] = await Promise.all([import("../bundle/looks"), answer.text()]);
      return looksOf(text);
    },
  });
export const useLooks = (bundle: string) => useQuery(looksQuery(bundle));

interface Versioned { id: string; version: number }
const seenOf = ({ id, version }: Versioned) => ({ path: { id }, header: { "If-Match": `"${version}"` } });
// A verdict is sent also while the page is left, and nobody waits for it for ever.
const verdict = () => ({ keepalive: true, signal: patience(15_000) });
export const confirmFinding = (finding: Versioned): Promise<unknown> => ok(api.POST("/api/v1/findings/{id}/confirm", { params: seenOf(finding), body: { note: "" }, ...verdict() }));
export const rejectFinding = (finding: Versioned, reason: string): Promise<unknown> => ok(api.POST("/api/v1/findings/{id}/reject", { params: seenOf(finding), body: { reason }, ...verdict() }));
export const verifyFinding = (finding: Versioned, ticks: Record<"true" | "clear" | "complete" | "accurate", boolean>): Promise<unknown> =>
  ok(api.POST("/api/v1/findings/{id}/verify", { params: seenOf(finding), body: { ticks }, ...verdict() }));

// CaseFilter is what the case list's address says; empty fields leave all.
interface CaseFilter {
  state: string;
  matter: string;
  mine: string; // "1": the caller's own
  due: string; // overdue, week
  party: string; // "unknown": to be found out where it was seen
  refund: string; // "asked": money that was entered by hand waits to be confirmed
  q: string;
}
export const useCases = ({ state, matter, mine, due, party, refund, q }: CaseFilter) =>
  useInfiniteQuery({
    queryKey: ["cases", state, matter, mine, due, party, refund, q],
    initialPageParam: "",
    queryFn: ({ pageParam }): Promise<Paged<CaseItem>> =>
      ok(api.GET("/api/v1/cases", {
        params: { query: { state: state || undefined, matter: matter || undefined, mine: mine === "1" || undefined, due: due === "overdue" || due === "week" ? due : undefined, party: party === "unknown" ? party : undefined, refund: refund === "asked" ? refund : undefined, q: q || undefined, cursor: pageParam || undefined } },
      })),
    getNextPageParam: (last) => last.next_cursor || undefined,
  });
export const useCase = (id: string) => useQuery({ queryKey: ["case", id], queryFn: (): Promise<CaseFile> => ok(api.GET("/api/v1/cases/{id}", { params: { path: { id } } })) });
export const caseEvent = ({ id, version }: Versioned, event: string, fields: Record<string, unknown>): Promise<unknown> =>
  ok(api.POST("/api/v1/cases/{id}/events/{event}", { params: { path: { id, event }, header: { "If-Match": `"${version}"` } }, body: fields, signal: patience(60_000) }));

interface Officer { id: string; name: string; licence_no?: string; roles: string[] }
export const useOfficers = () =>
  useQuery({ queryKey: ["users", "officers"], queryFn: async (): Promise<Officer[]> => (await ok(api.GET("/api/v1/users", {}))).items.filter((u: Officer) => u.roles.includes("officer")) });

export const useEvidence = (id: string) => useQuery({ queryKey: ["evidence", id], queryFn: (): Promise<Evidence> => ok(api.GET("/api/v1/evidence/{bundle}", { params: { path: { bundle: id } } })) });
export const verifyBundle = (id: string): Promise<VerifyReport> => ok(api.POST("/api/v1/evidence/{bundle}/verify", { params: { path: { bundle: id } } }));
export const logProofURL = (id: string) => `/api/v1/evidence/${encodeURIComponent(id)}/bundle.tlog-proof`;
export const removalURL = (id: string, ending: "json" | "tlog-proof") => `/api/v1/evidence/${encodeURIComponent(id)}/removal.${ending}`;
export const bundleURL = (id: string) => `/api/v1/evidence/${encodeURIComponent(id)}/bundle.tar`;

// readBundle downloads a bundle and what its keys are checked by.
export async function readBundle(id: string): Promise<{ tar: Uint8Array; trust: Trust }> {
  const [tar, trust] = await Promise.all([fetch(bundleURL(id)), trustText()]);
  if (!tar.ok) throw new Problem(tar.status, (await tar.json().catch(() => ({}))) as ProblemBody);
  return { tar: new Uint8Array(await tar.arrayBuffer()), trust: JSON.parse(trust) as Trust };
}

// Part is a brigade or township within what somebody sees; neither: all of it.
export interface Part { brigade?: string; township?: string }
export const useQuotas = (part: Part = {}) =>
  useQuery({ queryKey: ["quotas", part], queryFn: async (): Promise<Quota[]> => (await ok(api.GET("/api/v1/quotas", { params: { query: part } }))).items });
export const useMatters = () => useQuery({ queryKey: ["matters"], queryFn: async (): Promise<Matter[]> => (await ok(api.GET("/api/v1/matters", {}))).items });
export const useUsers = () => useQuery({ queryKey: ["users"], queryFn: async (): Promise<UserRow[]> => (await ok(api.GET("/api/v1/users", {}))).items });
export const useServices = () => useQuery({ queryKey: ["gateways"], queryFn: async () => (await ok(api.GET("/api/v1/gateways", {}))).items });
export const useOverview = () => useQuery({ queryKey: ["overview"], queryFn: (): Promise<Overview> => ok(api.GET("/api/v1/overview", {})) });
export const saveObject = (object: Versioned | null, body: ObjectDraft, anyway = false): Promise<ObjectRow> =>
  object ? ok(api.PATCH("/api/v1/objects/{id}", { params: seenOf(object), body })) : ok(api.POST("/api/v1/objects", { params: { query: { anyway: anyway || undefined } }, body }));
export const removeObject = (object: Versioned): Promise<void> => ok(api.DELETE("/api/v1/objects/{id}", { params: seenOf(object) }));
export const saveParty = (id: string | null, body: PartyDraft): Promise<Party> =>
  id ? ok(api.PATCH("/api/v1/parties/{id}", { params: { path: { id } }, body })) : ok(api.POST("/api/v1/parties", { body }));
export const createUser = (body: UserDraft): Promise<{ user: UserRow; password?: string }> => ok(api.POST("/api/v1/users", { body }));
export const changeUser = (id: string, body: UserChange): Promise<{ user: UserRow; password?: string }> => ok(api.PATCH("/api/v1/users/{id}", { params: { path: { id } }, body }));
