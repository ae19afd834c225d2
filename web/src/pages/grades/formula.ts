// What can be reckoned of a formula without asking the server.
import type { Formula } from "../../api/types";

type Business = Formula["business"][number];
type Event = Formula["events"][number];

export const kinds = ["inspection_failed", "inspection_passed", "case", "finding", "complaint", "media", "joint_passed", "joint_failed", "adjustment"] as const;
export type Kind = (typeof kinds)[number];

// mayTry are the roles that may try a formula (api/policy.go).
export const mayTry = ["legal", "head", "auditor", "supervisor"];

// inspectionsPerYear counts the inspections that so many objects of each grade want.
export function inspectionsPerYear(objects: Record<string, number>, formula: Pick<Formula, "inspect_every_days">): number {
  return Math.round(Object.entries(objects).reduce((sum, [grade, n]) => sum + (n * 365) / (formula.inspect_every_days[grade] ?? Infinity), 0));
}

export interface Difference {
  kind: "bound" | "days" | "business" | "event";
  key: string; // "yellow", a grade, or the factor's name in Chinese
  en: string;
  before: string; // "": it was not there
  after: string; // "": it is not there any more
}

const sameText = (a: string[], b: string[]) => a.length === b.length && a.every((text, i) => text === b[i]);

// Say puts a factor into words.
export interface Say {
  business: (factor: Business) => string;
  event: (factor: Event) => string;
}

const plain: Say = {
  business: ({ points, kind, words }) => `${points}${kind ? ` (${kind})` : ""}${words.length > 0 ? `: ${words.join(" ")}` : ""}`,
  event: ({ points, days, most }) => `${points} / ${days} / ${most}`,
};

// differences lists what one formula says otherwise than another.
export function differences(before: Formula, after: Formula, say: Say = plain): Difference[] {
  const list: Difference[] = [];
  const add = (kind: Difference["kind"], key: string, en: string, was: string, is: string) => {
    if (was !== is) list.push({ kind, key, en, before: was, after: is });
  };
  add("bound", "yellow", "yellow", String(before.yellow), String(after.yellow));
  add("bound", "red", "red", String(before.red), String(after.red));
  for (const grade of ["red", "yellow", "green"]) add("days", grade, grade, String(before.inspect_every_days[grade]), String(after.inspect_every_days[grade]));
  const names = (a: { zh: string; en: string }[], b: { zh: string; en: string }[]) => new Map([...a, ...b].map((f) => [f.zh, f.en]));
  for (const [zh, en] of names(before.business, after.business)) {
    const [was, is] = [before, after].map((f) => f.business.find((b) => b.zh === zh));
    add("business", zh, en, was ? say.business(was) : "", is ? say.business(is) : "");
  }
  const order = (f: Formula, other: Formula) => f.business.map((b) => b.zh).filter((zh) => other.business.some((b) => b.zh === zh));
  if (!sameText(order(before, after), order(after, before))) add("business", "order", "order", order(before, after).join(" › "), order(after, before).join(" › "));
  for (const [zh, en] of names(before.events, after.events)) {
    const [was, is] = [before, after].map((f) => f.events.find((e) => e.zh === zh));
    add("event", zh, en, was ? say.event(was) : "", is ? say.event(is) : "");
  }
  return list;
}

// clean makes of a form's values the formula to be sent.
export function clean(formula: Formula): Formula {
  return {
    ...formula,
    business: formula.business.map((b) => ({ ...b, kind: b.kind || undefined, words: (b.words ?? []).map((w) => w.trim()).filter(Boolean), zh: b.zh.trim(), en: b.en.trim() })),
    events: formula.events.map((e) => ({ ...e, points: e.kind === "adjustment" ? 0 : (e.points ?? 0), most: e.most ?? 0, zh: e.zh.trim(), en: e.en.trim() })),
  };
}
