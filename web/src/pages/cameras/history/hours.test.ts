import { expect, test } from "vitest";
import { namedDays } from "./hours";

test("days of the week are named in the reader's language", () => {
  expect(namedDays("07:00–19:00 (0,6), 20:00–22:00", "en")).toBe("07:00–19:00 (Sun Sat), 20:00–22:00");
  expect(namedDays("07:00–19:00 (1)", "zh")).toBe("07:00–19:00 (周一)");
  expect(namedDays("", "zh")).toBe("");
});
