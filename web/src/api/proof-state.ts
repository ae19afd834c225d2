// Whether the server wants the second factor again. The client waits for the answer
// and then sends the request once more.
import { useSyncExternalStore } from "react";

let waiting: ((shown: boolean) => void)[] = [];
const listeners = new Set<() => void>();
const tell = () => listeners.forEach((listener) => listener());

// proofShown asks whoever sits there, and tells whether the factor was shown.
export function proofShown(): Promise<boolean> {
  return new Promise((resolve) => {
    waiting = [...waiting, resolve];
    tell();
  });
}

export function answerProof(shown: boolean): void {
  const asked = waiting;
  waiting = [];
  asked.forEach((resolve) => resolve(shown));
  tell();
}

export function useProofWanted(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, () => waiting.length > 0);
}
