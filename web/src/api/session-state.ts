// Whether the session is over. Pages stay as they are (with what was typed);
// the frame shows the sign-in form above them.
import { useSyncExternalStore } from "react";

let expired = false;
let csrf = "";
const listeners = new Set<() => void>();

export function setExpired(value: boolean): void {
  if (expired === value) return;
  expired = value;
  listeners.forEach((listener) => listener());
}

export function useExpired(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, () => expired);
}

export function setCsrf(token: string): void {
  csrf = token;
}

export function csrfToken(): string {
  return csrf;
}
