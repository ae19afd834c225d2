import { api, ok } from "../api/client";
import type { components } from "../api/schema";

type Schemas = components["schemas"];
export type PublicDocument = Schemas["PublicDocument"];
export type PublicCamera = Schemas["PublicCamera"];
export type PublicMatter = Schemas["PublicMatter"];

export const publicDocument = (code: string): Promise<PublicDocument> => ok(api.GET("/api/v1/public/documents/{code}", { params: { path: { code } } }));
export const publicCameras = async (): Promise<PublicCamera[]> => (await ok(api.GET("/api/v1/public/cameras", {}))).items;
export const publicMatters = async (): Promise<PublicMatter[]> => (await ok(api.GET("/api/v1/public/matters", {}))).items;
