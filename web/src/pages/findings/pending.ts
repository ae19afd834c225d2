// A verdict is not sent at once: for a few seconds it can be taken back, and then
// nothing was ever recorded. What the process record holds cannot be undone, so
// this is the only lawful undo. The next verdict, leaving the page or closing
// the browser sends the waiting one.
import { useCallback, useEffect, useRef, useState } from "react";

export const graceMs = 6000;

export interface Verdict {
  finding: string;
  state: string; // of the finding when it was judged
  name: string;
  kind: "confirm" | "reject" | "verify";
  send: () => Promise<void>;
}

export function usePendingVerdict(onFailed: (verdict: Verdict, error: unknown) => unknown, onSent: (verdict: Verdict) => void) {
  const [pending, setPending] = useState<Verdict | null>(null);
  const held = useRef<{ verdict: Verdict; timer: number } | null>(null);
  const failed = useRef(onFailed);
  const sent = useRef(onSent);
  useEffect(() => {
    failed.current = onFailed;
    sent.current = onSent;
  });

  const flush = useCallback(() => {
    const now = held.current;
    if (!now) return;
    held.current = null;
    window.clearTimeout(now.timer);
    setPending(null);
    now.verdict.send().then(() => sent.current(now.verdict), (error: unknown) => void failed.current(now.verdict, error));
  }, []);

  const give = useCallback((verdict: Verdict) => {
    flush();
    held.current = { verdict, timer: window.setTimeout(flush, graceMs) };
    setPending(verdict);
  }, [flush]);

  const undo = useCallback((): Verdict | null => {
    const now = held.current;
    if (!now) return null;
    held.current = null;
    window.clearTimeout(now.timer);
    setPending(null);
    return now.verdict;
  }, []);

  useEffect(() => {
    window.addEventListener("pagehide", flush);
    return () => {
      window.removeEventListener("pagehide", flush);
      flush();
    };
  }, [flush]);

  return { pending, give, undo, flush };
}
