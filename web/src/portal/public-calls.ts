import { api, ok } from "../api/client";
import type { components } from "../api/schema";

type Schemas = components["schemas"];
export type PublicDocument = Schemas["PublicDocument"];
export type PublicCamera = Schemas["PublicCamera"];
export type PublicMatter = Schemas["PublicMatter"];

export type PublicDecision = Schemas["PublicDecision"];

export const publicDecisions = (cursor: string): Promise<{ items: PublicDecision[]; next_cursor?: string }> => ok(api.GET("/api/v1/public/decisions", { params: { query: { cursor: cursor || undefined } } }));
export const publicDocument = (code: string): Promise<PublicDocument> => ok(api.GET("/api/v1/public/documents/{code}", { params: { path: { code } } }));
export const publicCameras = async (): Promise<PublicCamera[]> => (await ok(api.GET("/api/v1/public/cameras", {}))).items;
export const publicMatters = async (): Promise<PublicMatter[]> => (await ok(api.GET("/api/v1/public/matters", {}))).items;
