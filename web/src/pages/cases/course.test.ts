import { expect, test } from "vitest";
import { courseOf } from "./course";

const entry = (from: string, to: string) => ({ from, to }) as Parameters<typeof courseOf>[0]["record"][number];
const event = (allowed: boolean, ...to: string[]) => ({ allowed, to }) as Parameters<typeof courseOf>[0]["events"][number];

test("what was gone, what may follow", () => {
  const course = courseOf({
    state: "filed",
    record: [entry("", "found"), entry("found", "reminded"), entry("reminded", "reminded"), entry("reminded", "reviewed"), entry("reviewed", "filed")],
    events: [event(true, "notified"), event(false, "dismissed"), event(true)],
  });
  expect([...course.passed]).toEqual(["found", "reminded", "reviewed"]);
  expect([...course.way]).toEqual(["found>reminded", "reminded>reviewed", "reviewed>filed"]);
  expect([...course.next]).toEqual(["notified"]);
  expect([...course.ways]).toEqual(["filed>notified"]);
});

test("a state that was left and come back to is where it stands", () => {
  const { passed, now } = courseOf({ state: "proposed", record: [entry("proposed", "hearing"), entry("hearing", "proposed")], events: [] });
  expect(now).toBe("proposed");
  expect([...passed]).toEqual(["hearing"]);
});
