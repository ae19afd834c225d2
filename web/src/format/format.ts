// How numbers are written for people. Money arrives as integer fen, times as
// RFC 3339 UTC; the legal clock is Asia/Shanghai, whatever the browser's zone.
import type { Language } from "../app/preferences";

const zone = "Asia/Shanghai";

// fenOf is an amount in yuan as it is typed, in fen.
export const fenOf = (amount: number | null | undefined) => Math.round((amount ?? 0) * 100);

export function yuan(fen: number): string {
  const sign = fen < 0 ? "-" : "";
  const whole = Math.floor(Math.abs(fen) / 100);
  const rest = Math.abs(fen) % 100;
  return `${sign}¥${count(whole)}.${String(rest).padStart(2, "0")}`;
}

// count writes a whole number in groups of three digits.
export function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

function parts(at: string | Date): Record<string, string> {
  const formatter = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, hourCycle: "h23",
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  return Object.fromEntries(formatter.formatToParts(new Date(at)).map((part) => [part.type, part.value]));
}

// valid tells a real time from Go's zero time and from nothing.
function valid(at: string | Date | null | undefined): at is string | Date {
  return !!at && new Date(at).getTime() > 0;
}

export function dateTime(at: string | Date | null | undefined): string {
  if (!valid(at)) return "—";
  const p = parts(at);
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`;
}

export function date(at: string | Date | null | undefined): string {
  if (!valid(at)) return "—";
  const p = parts(at);
  return `${p.year}-${p.month}-${p.day}`;
}

// shortTime leaves out year and seconds, for lists of what is recent or near.
export function shortTime(at: string | Date | null | undefined): string {
  if (!valid(at)) return "—";
  const p = parts(at);
  return `${p.month}-${p.day} ${p.hour}:${p.minute}`;
}

export function clock(at: string | Date | null | undefined): string {
  if (!valid(at)) return "—";
  const p = parts(at);
  return `${p.hour}:${p.minute}:${p.second}`;
}

// longDate writes a date as a notice does: 2026年11月24日 / 24 November 2026.
export function longDate(at: string | Date | null | undefined, language: Language): string {
  if (!valid(at)) return "—";
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
    timeZone: zone, year: "numeric", month: "long", day: "numeric",
  }).format(new Date(at));
}

const spans = [[86400, "天", "d"], [3600, "小时", "h"], [60, "分", "min"], [1, "秒", "s"]] as const;

// duration writes seconds in the largest unit that fits and the next below it, which is
// left out where it is nothing: 30 分, 1 小时 2 分.
export function duration(seconds: number, language: Language): string {
  const s = Math.max(0, Math.round(seconds));
  const first = spans.findIndex(([length]) => s >= length);
  if (first < 0) return language === "zh" ? "0 秒" : "0 s";
  const written = spans.slice(first, first + 2).map(([length, zh, en], i) => {
    const n = Math.floor(i === 0 ? s / length : (s % spans[first]![0]) / length);
    return i > 0 && n === 0 ? "" : `${n} ${language === "zh" ? zh : en}`;
  });
  return written.filter(Boolean).join(" ");
}

// daysLeft counts whole calendar days in Shanghai from now until a deadline;
// negative when it has passed.
export function daysLeft(until: string, now: Date): number {
  const day = (at: string | Date) => Math.floor((new Date(at).getTime() + 8 * 3600_000) / 86400_000);
  return day(until) - day(now);
}

export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  if (count < 1024 * 1024) return `${(count / 1024).toFixed(1)} KiB`;
  return `${(count / 1024 / 1024).toFixed(1)} MiB`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)}%`;
}

// clockMinutes writes minutes after midnight as 07:30.
export function clockMinutes(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
