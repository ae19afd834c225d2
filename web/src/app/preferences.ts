// Language and colour scheme: kept in the browser, read by React through
// useSyncExternalStore so that console and portal share them without a provider.
import { useSyncExternalStore } from "react";

export type Language = "zh" | "en";
export type Scheme = "light" | "dark";

interface Preferences {
  language: Language;
  scheme: Scheme;
}

const key = "offsite.preferences";
const listeners = new Set<() => void>();

function stored(): Partial<Preferences> {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<Preferences>;
  } catch {
    return {}; // storage switched off or holding something else
  }
}

function initial(): Preferences {
  const kept = stored();
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  return {
    language: kept.language === "en" ? "en" : "zh",
    scheme: kept.scheme === "dark" || kept.scheme === "light" ? kept.scheme : dark ? "dark" : "light",
  };
}

let current = initial();
let printing = false;
let shown = current; // paper is light

function apply() {
  shown = printing ? { ...current, scheme: "light" } : current;
  document.documentElement.lang = current.language === "zh" ? "zh-CN" : "en";
  document.documentElement.dataset.scheme = shown.scheme;
}
apply();

function change() {
  apply();
  listeners.forEach((listener) => listener());
}

for (const [event, begins] of [["beforeprint", true], ["afterprint", false]] as const) {
  window.addEventListener(event, () => {
    printing = begins;
    change();
  });
}

export function setPreferences(wanted: Partial<Preferences>): void {
  current = { ...current, ...wanted };
  try {
    localStorage.setItem(key, JSON.stringify(current));
  } catch {
    // Preferences then last as long as the page.
  }
  change();
}

export function preferences(): Preferences {
  return shown;
}

export function usePreferences(): Preferences {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, preferences);
}
