import { expect, test } from "vitest";
import { clean, differences, inspectionsPerYear } from "./formula";
import type { Formula } from "../../api/types";

const formula: Formula = {
  version: 1, yellow: 30, red: 60, inspect_every_days: { red: 30, yellow: 90, green: 365 },
  business: [{ zh: "餐饮业", en: "catering", points: 15, words: ["餐饮", "烧烤"] }, { zh: "一般业态", en: "other business", points: 5, words: [] }],
  events: [{ kind: "case", zh: "立案处罚", en: "cases", points: 20, days: 365, most: 0 }],
};
const changed = (change: Partial<Formula>): Formula => ({ ...structuredClone(formula), ...change });

test("a grade's objects want as many inspections as its interval fits into a year", () => {
  expect(inspectionsPerYear({ red: 1, yellow: 2, green: 10 }, formula)).toBe(Math.round(365 / 30 + (2 * 365) / 90 + 10));
  expect(inspectionsPerYear({}, formula)).toBe(0);
  expect(inspectionsPerYear({ unheard: 5 }, formula)).toBe(0);
});

test("a formula differs from itself in nothing", () => {
  expect(differences(formula, structuredClone(formula))).toEqual([]);
});

test.each<[string, Partial<Formula>, string, string, string]>([
  ["a bound", { yellow: 25 }, "yellow", "30", "25"],
  ["an interval", { inspect_every_days: { red: 15, yellow: 90, green: 365 } }, "red", "30", "15"],
  ["points of a business", { business: [{ ...formula.business[0]!, points: 20 }, formula.business[1]!] }, "餐饮业", "15: 餐饮 烧烤", "20: 餐饮 烧烤"],
  ["a business taken out", { business: [formula.business[1]!] }, "餐饮业", "15: 餐饮 烧烤", ""],
  ["a business for sites alone", { business: [formula.business[0]!, { ...formula.business[1]!, kind: "site" }] }, "一般业态", "5", "5 (site)"],
  ["the order of businesses", { business: [...formula.business].reverse() }, "order", "餐饮业 › 一般业态", "一般业态 › 餐饮业"],
  ["an event with a limit", { events: [{ ...formula.events[0]!, most: 40 }] }, "立案处罚", "20 / 365 / 0", "20 / 365 / 40"],
  ["an event put in", { events: [...formula.events, { kind: "media", zh: "媒体曝光", en: "media", points: 15, days: 90, most: 30 }] }, "媒体曝光", "", "15 / 90 / 30"],
])("%s is one difference", (_, change, key, before, after) => {
  expect(differences(formula, changed(change))).toEqual([expect.objectContaining({ key, before, after })]);
});

test("what a form leaves behind is cleaned before it is sent", () => {
  const dirty = changed({ business: [{ zh: " 餐饮 ", en: "catering ", kind: "", points: 1, words: [" 烧烤", ""] }], events: [{ kind: "adjustment", zh: "调整", en: "adj", points: 5, days: 30, most: null as unknown as number }] });
  const sent = clean(dirty);
  expect(sent.business).toEqual([{ zh: "餐饮", en: "catering", kind: undefined, points: 1, words: ["烧烤"] }]);
  expect(sent.events[0]).toMatchObject({ points: 0, most: 0 });
});
