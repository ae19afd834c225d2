import { expect, test } from "vitest";
import { lines, withCredentials } from "./address";

test.each([
  ["rtsp://10.0.0.8:554/main?a=1", "admin", "secret", "rtsp://admin:secret@10.0.0.8:554/main?a=1"],
  ["rtsp://10.0.0.8/main", "admin", "p@ss:/ 1", "rtsp://admin:p%40ss%3A%2F%201@10.0.0.8/main"],
  ["rtsp://10.0.0.8/main", "", "", "rtsp://10.0.0.8/main"],
])("%s as %s", (url, user, password, want) => {
  expect(withCredentials(url, user, password)).toBe(want);
});

test("addresses are read line by line", () => {
  expect(lines(" 10.0.8.15 \n\n10.0.9.0/24，10.0.9.1, ")).toEqual(["10.0.8.15", "10.0.9.0/24", "10.0.9.1"]);
});
