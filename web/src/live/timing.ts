const behind = 3; // seconds that playing may fall behind what has come
const ahead = 0.3; // seconds before the newest picture at which it goes on

// nextTime is where playing goes on, given what has come from `start` to `end` and
// where it stands; undefined where it stands well.
export function nextTime(start: number, end: number, now: number): number | undefined {
  return now < start || end - now > behind ? Math.max(start, end - ahead) : undefined;
}
