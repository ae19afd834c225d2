// The page of models as it is drawn: with what was counted of a version in shadow, where none
// ran, while it loads, and where it cannot be loaded.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test, vi } from "vitest";
import type { Schemas } from "../../../api/client";

const reader = vi.hoisted((): { language: "zh" | "en"; scheme: "light" } => ({ language: "zh", scheme: "light" }));
vi.mock("../../../app/preferences", () => ({ usePreferences: () => reader, preferences: () => reader }));

import Models from "./models";

type Lineage = Schemas["ModelLineage"];
type Version = Schemas["ModelVersion"];

const version = (v: Partial<Version>): Version => ({ version: "2026.11.25", use: "active", shipped: true, labels: [], sha256: "1f".repeat(32), size_bytes: 3 * 1024 * 1024, licence: "Apache-2.0", ...v });
const own = { version: "2027.01.01", use: "shadow", shipped: false, look_ms: 31, added_by: "anna", added_at: "2027-01-02T01:02:03Z" } as const;

const burning: Lineage = {
  name: "burning", task: "detect",
  versions: [version({ labels: ["fire", "smoke"] }), version({ ...own, labels: ["fire", "smoke"] })],
  differences: [
    { name: "burning", version: "2027.01.01", against: "2026.11.25", label: "fire", looks: 43_200, both: 0, active_only: 0, shadow_only: 0 },
    { name: "burning", version: "2027.01.01", against: "2026.11.25", label: "smoke", looks: 43_200, both: 1_234, active_only: 66, shadow_only: 700 },
  ],
  changes: [{ version: "2027.01.01", what: "shadow", by: "anna", at: "2027-01-02T02:00:00Z" }, { version: "2027.01.01", what: "add", by: "anna", at: "2027-01-02T01:02:03Z" }],
};
const ground: Lineage = {
  name: "ground", task: "segment",
  versions: [version({ labels: ["bare_soil", "net"] }), version({ ...own, labels: ["bare_soil", "net"] })],
  differences: [{ name: "ground", version: "2027.01.01", against: "2026.11.25", label: "bare_soil", looks: 1_440, both: 18_874_367, active_only: 1, shadow_only: 0 }],
  changes: [],
};
const novelty: Lineage = { name: "novelty", task: "novelty", versions: [version({ labels: ["new"] })], differences: [], changes: [] };

// drawn gives the page's text, cells apart; the answer is a list, an error, or not there yet.
async function drawn(language: "zh" | "en", answer?: Lineage[] | Error): Promise<string> {
  reader.language = language;
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, retryOnMount: false } } });
  if (answer instanceof Error) await queries.prefetchQuery({ queryKey: ["models"], queryFn: () => Promise.reject(answer) });
  else if (answer) queries.setQueryData(["models"], answer);
  const page = renderToStaticMarkup(<QueryClientProvider client={queries}><Models /></QueryClientProvider>);
  return page.replace(/<style.*?<\/style>/gs, "").replace(/aria-label="([^"]+)"/g, ">$1<").replace(/<[^>]*>+/g, "|").replace(/\|+/g, "|");
}

test("what a version in shadow found differently is counted by label, in the reader's words", async () => {
  const zh = await drawn("zh", [burning, ground, novelty]);
  expect(zh).toContain("|2027.01.01|2026.11.25|烟|43,200|1,234|66|700|61.7%|");
  expect(zh).toContain("|2027.01.01|2026.11.25|火焰|43,200|0|0|0|—|");
  expect(zh).toContain("|2027.01.01|2026.11.25|裸土|1,440|18,874,367|1|0|99.9%|"); // what differs is never all
  expect(zh.match(/按检出框计数/g)).toHaveLength(1);
  expect(zh.match(/按画面的格数计数/g)).toHaveLength(1);
  expect(zh.match(/没有版本影子运行过/g)).toHaveLength(1); // of the third model alone
  const en = await drawn("en", [burning, ground, novelty]);
  expect(en).toContain("|2027.01.01|2026.11.25|smoke|43,200|1,234|66|700|61.7%|");
  expect(en).toContain("|2027.01.01|2026.11.25|bare soil|1,440|18,874,367|1|0|99.9%|");
  expect(en).not.toMatch(/\p{Script=Han}/u);
});

test("a model of the program that nobody has touched says so", async () => {
  const page = await drawn("en", [novelty]);
  expect(page).toContain("|in the program|");
  expect(page).toContain("|No version has run in shadow|");
  expect(page).not.toContain("Changes");
});

test("while it loads it says so, and nothing of models; what failed can be asked for again", async () => {
  expect(await drawn("en")).toMatch(/\|Loading[^|]*\|/);
  expect(await drawn("en")).not.toContain("Shadow comparison");
  const failed = await drawn("en", new Error("no route to the database"));
  expect(failed).not.toContain("Loading");
  expect(failed).toMatch(/\|(Try again|Retry)[^|]*\|/i);
});
