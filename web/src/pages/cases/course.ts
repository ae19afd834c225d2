// A case's course through the table of states, worked out from its file.
import type { CaseFile } from "../../api/types";

export interface Course {
  now: string;
  passed: Set<string>; // states that it left
  next: Set<string>; // to which a step leads that may be taken
  way: Set<string>; // "from>to" of what was gone
  ways: Set<string>; // "from>to" of what may be gone
}

export function courseOf({ state, record, events }: Pick<CaseFile, "state" | "record" | "events">): Course {
  const gone = record.filter((entry) => entry.from && entry.from !== entry.to);
  const targets = events.filter((e) => e.allowed).flatMap((e) => e.to);
  return {
    now: state,
    passed: new Set(gone.map((entry) => entry.from).filter((from) => from !== state)),
    next: new Set(targets.filter((to) => to !== state)),
    way: new Set(gone.map((entry) => `${entry.from}>${entry.to}`)),
    ways: new Set(targets.map((to) => `${state}>${to}`)),
  };
}
