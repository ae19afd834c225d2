import { api, ok } from "../api/client";
import type { components } from "../api/schema";

type Schemas = components["schemas"];
type PublicDocument = Schemas["PublicDocument"];
type PublicCamera = Schemas["PublicCamera"];
type PublicMatter = Schemas["PublicMatter"];

type PublicDecision = Schemas["PublicDecision"];
type PublicDraw = Schemas["Draw"];

export const publicDecisions = (q: string, cursor: string): Promise<{ items: PublicDecision[]; next_cursor?: string }> =>
  ok(api.GET("/api/v1/public/decisions", { params: { query: { q: q || undefined, cursor: cursor || undefined } } }));
export const publicDraws = async (): Promise<PublicDraw[]> => (await ok(api.GET("/api/v1/public/draws", {}))).items;
export const publicDocument = (code: string): Promise<PublicDocument> => ok(api.GET("/api/v1/public/documents/{code}", { params: { path: { code } } }));
export const documentSealURL = (code: string) => `/api/v1/public/documents/${encodeURIComponent(code)}/seal`;
export const documentSeal = (code: string): Promise<string> =>
  ok<unknown>(api.GET("/api/v1/public/documents/{code}/seal", { params: { path: { code } }, parseAs: "text" })) as Promise<string>;
export const publicCameras = async (): Promise<PublicCamera[]> => (await ok(api.GET("/api/v1/public/cameras", {}))).items;
export const publicSign = (id: string, of: string) => `/api/v1/public/cameras/${encodeURIComponent(id)}/sign?of=${of}`;
export const publicMatters = async (): Promise<PublicMatter[]> => (await ok(api.GET("/api/v1/public/matters", {}))).items;
