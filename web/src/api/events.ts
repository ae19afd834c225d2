// The server's events: what changed is fetched again, nothing is polled. One
// EventSource per page load; the browser reconnects it, and after a gap
// everything shown is fetched again, since events may have been missed.
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { followImport } from "./base-data";

type Fields = Record<string, unknown>;

let online = true;
const listeners = new Set<() => void>();
const pictures = new Map<string, string>();

function changed() {
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useEventsOnline(): boolean {
  return useSyncExternalStore(subscribe, () => online);
}

// usePictureStamp changes whenever the camera has a newer picture; it goes into
// the picture's address. It is "" until a picture came while this page is open.
export function usePictureStamp(camera: string): string {
  return useSyncExternalStore(subscribe, () => pictures.get(camera) ?? "");
}

function cameraOf(fields: Fields): string {
  return typeof fields.camera_id === "string" ? fields.camera_id : "";
}

const affected: Record<string, (fields: Fields) => readonly unknown[][]> = {
  "camera.state": (fields) => [["cameras"], ["camera", cameraOf(fields)], ["overview"]],
  "finding.created": () => [["findings"], ["overview"], ["cases"]],
  "case.changed": (fields) => [["case", fields.case_id], ["inquiry", fields.case_id], ["finding", fields.case_id], ["cases"], ["findings"], ["overview"], ["quotas"], ["alarms"]],
  "case.alarm": () => [["alarms"], ["overview"]],
  "note.changed": (fields) => [["notes", fields.case_id], ["mentions"], ["overview"]],
  "grades.changed": () => [["objects"], ["object"], ["formulas"], ["inspections"]],
  "lead.changed": () => [["leads"]],
  "credit.changed": () => [["credit"]],
  "transfer.changed": () => [["transfers"]],
  "draw.changed": () => [["draws"], ["samples"], ["sample"]],
  "webhook.changed": () => [["webhooks"]],
  "evidence.waiting": () => [["overview"], ["evidence"]],
};

function parse(event: Event): Fields {
  try {
    return JSON.parse(String((event as MessageEvent).data)) as Fields;
  } catch {
    return {};
  }
}

function listen(queries: QueryClient): () => void {
  const source = new EventSource("/api/v1/events", { withCredentials: true });
  let wasDown = false;
  const up = () => {
    if (source.readyState !== EventSource.OPEN) return; // it will say so itself
    online = true;
    changed();
    if (wasDown) void queries.invalidateQueries();
    wasDown = false;
  };
  const down = () => {
    wasDown = true;
    online = false;
    changed();
  };
  source.onopen = up;
  source.onerror = down;
  // A stream that stands still does not notice that the line is gone; the browser does.
  window.addEventListener("online", up);
  window.addEventListener("offline", down);
  source.addEventListener("camera.picture", (event) => {
    const fields = parse(event);
    pictures.set(cameraOf(fields), typeof fields.at === "string" ? fields.at : String(Date.now()));
    changed();
  });
  source.addEventListener("intake.progress", (event) => followImport(queries, parse(event)));
  // Some events were missed: nothing shown is sure to be current.
  source.addEventListener("gap", () => void queries.invalidateQueries());
  for (const [name, keys] of Object.entries(affected)) {
    source.addEventListener(name, (event) => {
      for (const queryKey of keys(parse(event))) void queries.invalidateQueries({ queryKey });
    });
  }
  return () => {
    window.removeEventListener("online", up);
    window.removeEventListener("offline", down);
    source.close();
  };
}

export function useServerEvents(): void {
  const queries = useQueryClient();
  useEffect(() => listen(queries), [queries]);
}
