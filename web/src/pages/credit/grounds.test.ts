import { expect, test, vi } from "vitest";

vi.mock("../../app/preferences", () => ({ usePreferences: () => ({ language: "zh" }) }));

import { translate, type Translate } from "../../i18n/translate";
import { groundsOf } from "./grounds";
import words, { type CreditWord } from "./words";

const reader = (language: "zh" | "en"): Translate<CreditWord> => (key, values) => translate(words, language, key, values);

test.each([
  [{ rule: "major", fine_fen: 0, repeat_days: 0 }, "重大案件", "A major case"],
  [{ rule: "fine_from", fine_fen: 5_000_000, repeat_days: 0 }, "罚款达到 ¥50,000.00", "A fine of ¥50,000.00 or more"],
  [{ rule: "fine_up_to", fine_fen: 20_000, repeat_days: 365 }, "罚款不超过 ¥200.00；365 天内已有记录，加重一级", "A fine of ¥200.00 or less; one class up for another record within 365 days"],
  [{ rule: "in_between", fine_fen: 0, repeat_days: 0 }, "罚款介于轻微与严重之间", "A fine between light and serious"],
] as const)("each reads the grounds %j in their own language", (grounds, zh, en) => {
  const record = { grounds, why: "如记录所载" };
  expect([groundsOf(record, reader("zh")), groundsOf(record, reader("en"))]).toEqual([zh, en]);
});

test("what no rule has written stands as it is", () => {
  expect(groundsOf({ why: "人工登记" }, reader("en"))).toBe("人工登记");
});
