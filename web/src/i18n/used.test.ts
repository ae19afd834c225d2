// Every word of a dictionary is asked for somewhere: what nobody asks for goes stale in
// two languages.
import { expect, test, vi } from "vitest";

vi.mock("../app/preferences", () => ({ usePreferences: () => ({ language: "zh" }) }));

const sources = import.meta.glob<string>(["../**/*.ts", "../**/*.tsx", "!../**/*.test.ts"], { query: "?raw", import: "default", eager: true });
const dictionaries = import.meta.glob<{ default: { zh: Record<string, string> } }>("../**/words.ts", { eager: true });

// The API's enumerations, by whose values words are asked for, as in t(lead.state).
const values = new Set([...(sources["../api/schema.d.ts"] ?? "").matchAll(/"(\w+)"/g)].map((m) => m[1]!));

const from = (file: string) => new URL(file, "file:///src/i18n/").pathname;
const imports = (file: string) => [...sources[file]!.matchAll(/from "(\.[^"]+)"/g)].map((m) => new URL(m[1]!, `file://${from(file)}`).pathname);
const without = (file: string) => from(file).replace(/\.tsx?$/, "");

// readers are the files that ask a dictionary: those that import it, or the hook around
// it, and what they stand on, which may name the words for them.
function readers(dictionary: string): string[] {
  const of = (wanted: string) => Object.keys(sources).filter((file) => imports(file).includes(wanted));
  const direct = of(without(dictionary));
  const all = [...direct, ...direct.filter((file) => file.endsWith("-words.ts")).flatMap((file) => of(without(file)))];
  const under = all.flatMap(imports).flatMap((wanted) => Object.keys(sources).filter((file) => without(file) === wanted && !(file in dictionaries)));
  return [...new Set([...all, ...under])];
}

// asked says whether a text asks for a key: by its name, or by a beginning as in `state_${state}`.
function asked(text: string, key: string): boolean {
  if (new RegExp(`["'\`.]${key}\\b`).test(text)) return true;
  const beginnings = [...text.matchAll(/`(\w+)\$\{/g), ...text.matchAll(/keyed\("(\w+)"/g)].map((m) => m[1]!);
  return beginnings.some((beginning) => key.startsWith(beginning));
}

test.each(Object.entries(dictionaries))("each word of %s is used", (file, { default: { zh } }) => {
  const text = readers(file).map((reader) => sources[reader]).join("\n");
  expect(Object.keys(zh).filter((key) => !values.has(key) && !asked(text, key)).join(" ")).toBe("");
});
