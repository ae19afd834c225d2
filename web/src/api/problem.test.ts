import { expect, test, vi } from "vitest";

vi.mock("../app/preferences", () => ({ usePreferences: () => ({ language: "zh" }), preferences: () => ({ language: "zh" }) }));

import { ok } from "./client";
import { Problem, sentenceOf } from "./problem";

const answered = (status: number, error: unknown) => ok(Promise.resolve({ error, response: new Response(null, { status }) })).catch((wrong: unknown) => wrong);

test.each([
  [409, { detail_zh: "别人刚刚处理过", detail_en: "somebody was faster" }, "别人刚刚处理过", "somebody was faster"],
  [502, "<html><body>502 Bad Gateway</body></html>", "服务器出错（502）", "The server failed (502)"],
  [500, "", "服务器出错（500）", "The server failed (500)"],
  [429, "slow down", "slow down", "slow down"],
])("what a refusal with %i says", async (status, error, zh, en) => {
  const wrong = await answered(status, error);
  expect(wrong).toBeInstanceOf(Problem);
  expect(sentenceOf(wrong, "zh")).toContain(zh);
  expect(sentenceOf(wrong, "en")).toContain(en);
});

test("without an answer nobody is told that nothing was done", () => {
  expect(sentenceOf(new DOMException("", "TimeoutError"), "zh")).toContain("可能已经生效");
  expect(sentenceOf(new TypeError("Failed to fetch"), "en")).toContain("cannot be reached");
});
