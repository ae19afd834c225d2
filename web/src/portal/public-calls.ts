import { api, ok } from "../api/client";

export interface PublicDocument { title_zh: string; title_en: string; number: string; issued_at: string; sha256: string }
export interface PublicCamera { id: string; name: string; place: string; published_on: string }
export interface PublicMatter { key: string; name_zh: string; name_en: string; basis_zh: string; basis_en: string; offsite: boolean; fine_min_fen: number; fine_max_fen: number }

export const publicDocument = (code: string): Promise<PublicDocument> => ok(api.GET("/api/v1/public/documents/{code}", { params: { path: { code } } }));
export const publicCameras = async (): Promise<PublicCamera[]> => (await ok(api.GET("/api/v1/public/cameras", {}))).items;
export const publicMatters = async (): Promise<PublicMatter[]> => (await ok(api.GET("/api/v1/public/matters", {}))).items;
