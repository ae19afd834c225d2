// What was changed: who, when, what became of which field; the latest first.
import { Timeline } from "antd";
import type { ReactNode } from "react";
import { dateTime } from "../format/format";
import { Became } from "./became";

interface Change {
  action: string;
  at: string;
  by: string; // "": the system itself
  fields: { field: string; before: string; after: string }[];
}

interface Props<C extends Change> {
  of: C[];
  did: (change: C) => string;
  fieldLabel: (field: string) => string;
  valueLabel: (field: string, value: string) => string;
  nothing: string;
  system: string;
  more: (change: C) => ReactNode; // below the fields
}

const colours: Record<string, string> = { create: "green", remove: "red" };

export function Changes<C extends Change>({ of, did, fieldLabel, valueLabel, nothing, system, more }: Props<C>) {
  const shown = (change: C) => (
    <>
      <strong>{did(change)}</strong>
      <div className="muted">{dateTime(change.at)} · {change.by || system}</div>
      <ul className="changes">
        {change.fields.map((f) => <li key={f.field}>{fieldLabel(f.field)}: <Became before={valueLabel(f.field, f.before)} after={valueLabel(f.field, f.after)} nothing={nothing} /></li>)}
      </ul>
      {more(change)}
    </>
  );
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
    <div className="history" tabIndex={0}>
      <Timeline items={of.map((change) => ({ color: colours[change.action] ?? "gray", children: shown(change) }))} />
    </div>
  );
}
