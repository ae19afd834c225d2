// Keyboard shortcuts of a page. A key is what KeyboardEvent.key says, lower case
// for letters. Nothing fires while somebody types; what has the focus keeps the keys
// that press it.
import { useEffect, useRef } from "react";

type Bindings = Record<string, (() => void) | undefined>;

const presses: Record<string, string> = { Enter: "button, a[href], summary", " ": "button, summary, [type=radio], [type=checkbox]" };
const chosen = ["range", "radio", "checkbox"]; // inputs in which nobody types

function taken({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const types = target instanceof HTMLInputElement ? !chosen.includes(target.type) : target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName);
  return types || (key in presses && !!target.closest(presses[key]!));
}

export function useKeys(bindings: Bindings, active = true): void {
  const latest = useRef(bindings);
  useEffect(() => {
    latest.current = bindings;
  });
  useEffect(() => {
    if (!active) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || taken(event)) return;
      const run = latest.current[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!run) return;
      event.preventDefault();
      run();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [active]);
}
