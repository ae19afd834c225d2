// The API's client, typed by the generated schema. `ok` turns an answer into its
// data or throws a Problem; a 401 outside sign-in marks the session as over.
import createClient, { type Middleware } from "openapi-fetch";
import { preferences } from "../app/preferences";
import { Problem, secondFactor, type ProblemBody } from "./problem";
import { proofShown } from "./proof-state";
import type { components, paths } from "./schema";
import { csrfToken, setExpired } from "./session-state";

export type Schemas = components["schemas"];

// Copies of what changes something, until it is answered: a request that wants the
// second factor again is sent once more after it was shown.
const copies = new Map<string, Request>();

async function wantsProof(response: Response): Promise<boolean> {
  if (response.status !== 403) return false;
  const body = (await response.clone().json().catch(() => ({}))) as ProblemBody;
  return body.type === secondFactor;
}

const frame: Middleware = {
  onRequest({ id, request }) {
    request.headers.set("Accept-Language", preferences().language === "zh" ? "zh-CN" : "en");
    if (!["GET", "HEAD"].includes(request.method)) {
      request.headers.set("X-CSRF-Token", csrfToken());
      copies.set(id, request.clone());
    }
    return request;
  },
  async onResponse({ id, request, response }) {
    const copy = copies.get(id);
    copies.delete(id);
    if (copy && (await wantsProof(response)) && (await proofShown())) return fetch(copy, { signal: null }); // who types takes time
    if (response.status === 401 && !/\/session(\/passkey)?$/.test(new URL(request.url).pathname)) setExpired(true);
    return response;
  },
  onError({ id }) {
    copies.delete(id);
  },
};

export const api = createClient<paths>({ credentials: "same-origin" });
api.use(frame);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

// said is what stands in an answer of plain text; a page of something between us and the server is none.
const said = (error: unknown) => (typeof error === "string" && !error.trimStart().startsWith("<") ? error : "");

export async function ok<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw new Problem(response.status, typeof error === "object" && error !== null ? error : { detail: said(error) });
  return data as T;
}
