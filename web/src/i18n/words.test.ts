import { expect, test, vi } from "vitest";

vi.mock("../app/preferences", () => ({ usePreferences: () => ({ language: "zh" }) }));

import { bilingual, translate } from "./translate";

const files = import.meta.glob<{ default: Record<"zh" | "en", Record<string, string>> }>("../**/words.ts", { eager: true });
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

test("there are dictionaries to check", () => {
  expect(Object.keys(files).length).toBeGreaterThan(3);
});

test.each(Object.entries(files))("%s is complete in both languages", (_, module) => {
  const { zh, en } = module.default;
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  for (const [key, text] of Object.entries(zh)) {
    expect(text, `zh ${key}`).not.toBe("");
    expect(en[key], `en ${key}`).not.toBe("");
    expect(placeholders(en[key] ?? ""), `values of ${key}`).toEqual(placeholders(text));
  }
});

test.each(Object.entries(files))("%s holds no Chinese in English but the language's name", (_, module) => {
  const offenders = Object.entries(module.default.en).filter(([key, text]) => key !== "language" && /\p{Script=Han}/u.test(text));
  expect(offenders).toEqual([]);
});

test("values are put in; unknown ones stay visible", () => {
  const dictionary = { zh: { a: "{n} 条，{m}" }, en: { a: "{n} items, {m}" } };
  expect(translate(dictionary, "en", "a", { n: 3 })).toBe("3 items, {m}");
});

test("a missing translation from the server falls back to the other", () => {
  expect(bilingual("en", "摊", "")).toBe("摊");
  expect(bilingual("zh", "摊", "stall")).toBe("摊");
  expect(bilingual("zh", undefined, undefined)).toBe("");
});
