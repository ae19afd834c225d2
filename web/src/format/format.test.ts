import { expect, test } from "vitest";
import { bytes, clock, clockMinutes, count, date, dateTime, daysLeft, duration, longDate, percent, yuan } from "./format";

test.each([
  [0, "¥0.00"],
  [5, "¥0.05"],
  [30000, "¥300.00"],
  [123456789, "¥1,234,567.89"],
  [-150, "-¥1.50"],
])("%i fen are written %s", (fen, text) => {
  expect(yuan(fen)).toBe(text);
});

test("times are written in Shanghai's clock, whatever the browser's zone", () => {
  expect(dateTime("2026-11-23T16:05:09Z")).toBe("2026-11-24 00:05:09");
  expect(date("2026-12-31T16:00:00Z")).toBe("2027-01-01");
  expect(clock("2026-11-24T02:03:04Z")).toBe("10:03:04");
  expect(longDate("2026-11-23T16:05:09Z", "zh")).toBe("2026年11月24日");
  expect(longDate("2026-11-23T16:05:09Z", "en")).toBe("24 November 2026");
});

test("no time is a dash, not 1970 or year one", () => {
  for (const at of [undefined, null, "", "0001-01-01T00:00:00Z"]) expect(dateTime(at)).toBe("—");
});

test("days left are calendar days in Shanghai", () => {
  const now = new Date("2026-11-24T15:59:00Z"); // 23:59 on the 24th there
  expect(daysLeft("2026-11-24T16:01:00Z", now)).toBe(1);
  expect(daysLeft("2026-11-24T01:00:00Z", now)).toBe(0);
  expect(daysLeft("2026-11-22T01:00:00Z", now)).toBe(-2);
});

test("durations, sizes, shares", () => {
  expect(duration(59.6, "zh")).toBe("1 分");
  expect(duration(3720, "en")).toBe("1 h 2 min");
  expect(duration(-3, "en")).toBe("0 s");
  expect(bytes(1536)).toBe("1.5 KiB");
  expect(percent(0.0512)).toBe("5.1%");
  expect(percent(0.5)).toBe("50%");
});

test("minutes after midnight are a time of day, numbers stand in groups of three digits", () => {
  expect([0, 61, 450, 1439].map(clockMinutes)).toEqual(["00:00", "01:01", "07:30", "23:59"]);
  expect([0, 999, 1000, 18_874_367].map(count)).toEqual(["0", "999", "1,000", "18,874,367"]);
});
