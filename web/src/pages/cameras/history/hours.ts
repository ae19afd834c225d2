const sunday = Date.UTC(2023, 0, 1);
const day = 86_400_000;

// namedDays puts the days of the week, "(1,2)" with Sunday 0, into the reader's language.
export function namedDays(hours: string, language: string): string {
  const names = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { weekday: "short", timeZone: "UTC" });
  return hours.replace(/\(([0-6,]+)\)/g, (_, days: string) => `(${days.split(",").map((d) => names.format(sunday + Number(d) * day)).join(" ")})`);
}
