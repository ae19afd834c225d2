// The party's page hears that something of its case has changed, where somebody waits for it:
// the money's arrival, the room of an inquiry. Elsewhere nothing is asked for by itself, since
// whoever opens the case is recorded as having seen it, which an open page alone has not.
import { useEffect, useRef } from "react";

const pause = 30_000; // milliseconds, after the server has refused: too many listen, or the session has ended

// useChanges has changed called once the server listens for us, and whenever the case has
// changed from then on, as long as it is wanted.
export function useChanges(wanted: boolean, changed: () => unknown): void {
  const latest = useRef(changed);
  useEffect(() => {
    latest.current = changed;
  }, [changed]);
  useEffect(() => {
    if (!wanted) return;
    let source: EventSource;
    let timer: number | undefined;
    const tell = () => void latest.current();
    const listen = () => {
      source = new EventSource("/api/v1/portal/events");
      source.onopen = tell; // something may have changed before
      source.addEventListener("changed", tell);
      source.onerror = () => {
        if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
        timer = window.setTimeout(() => { tell(); listen(); }, pause);
      };
    };
    listen();
    return () => {
      window.clearTimeout(timer);
      source.close();
    };
  }, [wanted]);
}
