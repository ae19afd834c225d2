// The portal's calls. The link's token is changed once for a cookie, so that it
// does not travel with every request.
import { api, ok } from "../api/client";
import { Problem } from "../api/problem";
import { setCsrf } from "../api/session-state";
import type { PortalCase, PortalCredit, PortalDataRequest, PortalInquiry } from "./types";

let link = ""; // that opened the case

async function openSession(token: string): Promise<void> {
  const session = await ok(api.POST("/api/v1/portal/session", { body: { token } }));
  if (session?.csrf) setCsrf(session.csrf);
  link = token;
}

export async function openCase(token: string): Promise<PortalCase> {
  await openSession(token);
  return portalCase();
}

// renewed sends something, and once more where the session had ended while it was written:
// the link outlives it, and nobody is asked to write again.
export async function renewed<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof Problem && error.status === 401 && link)) throw error;
    await openSession(link);
    return send();
  }
}

export const portalCase = (): Promise<PortalCase> => ok(api.GET("/api/v1/portal/case", {}));
export const sendStatement = (text: string, papers: string[]): Promise<unknown> => ok(api.POST("/api/v1/portal/statement", { body: { text, papers } }));
export const askHearing = (reason: string): Promise<unknown> => ok(api.POST("/api/v1/portal/hearing", { body: { reason } }));
export const waive = (): Promise<unknown> => ok(api.POST("/api/v1/portal/waive", { body: {} }));
export const consent = (phone: string, email: string, signature: string): Promise<unknown> => ok(api.POST("/api/v1/portal/consent", { body: { phone, email, signature } }));
export const makeAppointment = (at: string, note: string): Promise<unknown> => ok(api.POST("/api/v1/portal/appointment", { body: { at, note } }));
export const askDeferral = (until: string, reason: string): Promise<unknown> => ok(api.POST("/api/v1/portal/deferral", { body: { until, reason } }));
export const askInstalments = (parts: number, first: string, reason: string): Promise<unknown> => ok(api.POST("/api/v1/portal/instalments", { body: { parts, first, reason } }));
export const startPayment = async (): Promise<string> => (await ok(api.POST("/api/v1/portal/payment", { body: {} }))).pay_url;
export const askFullCopy = (reason: string): Promise<unknown> => ok(api.POST("/api/v1/portal/full-copy", { body: { reason } }));
export const originalURL = (name: string) => `/api/v1/portal/originals/${name.split("/").map(encodeURIComponent).join("/")}`;
export const portalCredit = (): Promise<PortalCredit> => ok(api.GET("/api/v1/portal/credit", {}));
export const askRepair = (text: string, papers: string[]): Promise<unknown> => ok(api.POST("/api/v1/portal/credit", { body: { text, papers } }));
export const portalInquiry = (): Promise<PortalInquiry> => ok(api.GET("/api/v1/portal/inquiry", {}));
export const sendCode = (): Promise<{ phone: string }> => ok(api.POST("/api/v1/portal/code", { body: {} }));
export const prove = (code: string): Promise<unknown> => ok(api.POST("/api/v1/portal/code/check", { body: { code } }));
export const agreeRecording = (agree: boolean): Promise<unknown> => ok(api.POST("/api/v1/portal/inquiry/agreement", { body: { agree } }));
export const joinInquiry = async (sdp: string): Promise<string> => (await ok(api.POST("/api/v1/portal/inquiry/join", { body: { sdp } }))).sdp;
export const confirmInquiry = (text: string): Promise<unknown> => ok(api.POST("/api/v1/portal/inquiry/confirmation", { body: { text } }));
export const ownDataRequest = (): Promise<PortalDataRequest> => ok(api.GET("/api/v1/portal/data", {}));
export const askOwnData = (identity: string): Promise<unknown> => ok(api.POST("/api/v1/portal/data", { body: { identity } }));
export const ownData = (identity: string): Promise<Blob> => ok<unknown>(api.POST("/api/v1/portal/data.zip", { body: { identity }, parseAs: "blob" })) as Promise<Blob>;
export const fileURL = (name: string) => `/api/v1/portal/files/${name.split("/").map(encodeURIComponent).join("/")}`;
export const copyURL = (bundle: string, part: "tar" | "tlog-proof") => `/api/v1/portal/copies/${encodeURIComponent(bundle)}/bundle.${part}`;
export const recordingURL = (bundle: string, file: string) => `/api/v1/portal/inquiry/recordings/${encodeURIComponent(bundle)}/${encodeURIComponent(file)}`;
export const documentURL = (id: string) => `/api/v1/portal/documents/${encodeURIComponent(id)}/pdf`;
