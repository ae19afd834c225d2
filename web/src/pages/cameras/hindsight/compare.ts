// What a change of a zone would have changed in what its rule raised.
import type { Raise } from "../../../api/types";

export type Change = "kept" | "added" | "dropped";

export interface Told {
  change: Change;
  raise: Raise;
}

const overlap = (a: Raise, b: Raise) => Date.parse(a.first) <= Date.parse(b.last) && Date.parse(b.first) <= Date.parse(a.last);

// compared tells of every incident whether the change keeps it, adds it or drops it, in
// order of time. Two that overlap are one matter.
export function compared(standing: Raise[], drafted: Raise[]): Told[] {
  const told: Told[] = drafted.map((raise) => ({ raise, change: standing.some((s) => overlap(s, raise)) ? "kept" : "added" }));
  for (const raise of standing) if (!drafted.some((d) => overlap(d, raise))) told.push({ raise, change: "dropped" });
  return told.sort((a, b) => Date.parse(a.raise.raised) - Date.parse(b.raise.raised));
}

// along gives where a span lies on a bar from one time to another, in percent.
export function along(from: string, to: string, begin: string, end: string): { left: number; width: number } {
  const whole = Math.max(1, Date.parse(to) - Date.parse(from));
  const part = (at: string) => Math.min(100, Math.max(0, ((Date.parse(at) - Date.parse(from)) / whole) * 100));
  return { left: part(begin), width: part(end) - part(begin) };
}
