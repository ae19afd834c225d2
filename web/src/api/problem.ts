// What the API says when it refuses: RFC 9457, with both languages and, where
// the law refuses, the article.
import type { Language } from "../app/preferences";
import { Unreadable } from "../bundle/unreadable";
import { bilingual } from "../i18n/translate";

export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  detail_zh?: string;
  detail_en?: string;
  article?: string;
  errors?: { message?: string; location?: string; value?: unknown }[] | null;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly body: ProblemBody,
  ) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.name = "Problem";
  }
}

// wantsFactor says whether showing the second factor is what helps.
export const secondFactor = "urn:offsite:second-factor";
export const wantsFactor = (error: unknown) => error instanceof Problem && error.body.type === secondFactor;

const unreachable = { zh: "无法连接服务器，请检查网络后重试。", en: "The server cannot be reached. Check the network and try again." };
const unanswered = { zh: "服务器没有及时答复，操作可能已经生效；请以刷新后的内容为准。", en: "The server did not answer in time; what was sent may have taken effect. What is shown after a refresh holds." };
const failed = (status: number) => ({ zh: `服务器出错（${status}），操作多半没有完成；请以刷新后的内容为准。`, en: `The server failed (${status}); what was sent was probably not done. What is shown after a refresh holds.` });

// patience is how long a change is waited for, in milliseconds; longer, and nobody knows
// whether it was made.
export const patience = (ms: number) => AbortSignal.timeout(ms);

// sentenceOf says in the reader's language what went wrong.
export function sentenceOf(error: unknown, language: Language): string {
  if (error instanceof Problem) {
    const { body } = error;
    const main = bilingual(language, body.detail_zh, body.detail_en) || body.detail || body.title || (error.status >= 500 ? failed(error.status)[language] : error.message);
    const fields = (body.errors ?? []).map((e) => [e.location, e.message].filter(Boolean).join(": ")).filter(Boolean);
    const article = body.article && !main.includes(body.article) ? ` (${body.article})` : "";
    return main + article + (fields.length > 0 && !body.detail_zh ? ` — ${fields.join("; ")}` : "");
  }
  if (error instanceof Unreadable) return error[language];
  if (error instanceof DOMException && error.name === "TimeoutError") return unanswered[language];
  if (error instanceof TypeError) return unreachable[language]; // fetch's word for no connection
  return error instanceof Error ? error.message : String(error);
}
