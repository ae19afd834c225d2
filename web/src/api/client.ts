// The API's client, typed by the generated schema. `ok` turns an answer into its
// data or throws a Problem; a 401 outside sign-in marks the session as over.
import createClient, { type Middleware } from "openapi-fetch";
import { preferences } from "../app/preferences";
import { Problem } from "./problem";
import type { components, paths } from "./schema";
import { csrfToken, setExpired } from "./session-state";

export type Schemas = components["schemas"];

const frame: Middleware = {
  onRequest({ request }) {
    request.headers.set("Accept-Language", preferences().language === "zh" ? "zh-CN" : "en");
    if (!["GET", "HEAD"].includes(request.method)) request.headers.set("X-CSRF-Token", csrfToken());
    return request;
  },
  onResponse({ request, response }) {
    if (response.status === 401 && !new URL(request.url).pathname.endsWith("/session")) setExpired(true);
    return response;
  },
};

export const api = createClient<paths>({ credentials: "same-origin" });
api.use(frame);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

export async function ok<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw new Problem(response.status, typeof error === "object" && error !== null ? (error) : { detail: typeof error === "string" ? error : "" });
  return data as T;
}
