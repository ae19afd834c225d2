export interface Length { unit: "seconds" | "minutes" | "hours"; n: string }

// length is a time as people say it.
export function length(seconds: number): Length {
  if (seconds < 90) return { unit: "seconds", n: String(Math.round(seconds)) };
  if (seconds < 5400) return { unit: "minutes", n: String(Math.round(seconds / 60)) };
  return { unit: "hours", n: (seconds / 3600).toFixed(1) };
}

// percent never says 100 % of what is less, nor 0 % of what is more than nothing.
export function percent(part: number, whole: number): string {
  if (whole <= 0) return "—";
  const share = (part / whole) * 100;
  if (part < whole && share > 99.9) return "99.9%";
  if (part > 0 && share < 0.1) return "0.1%";
  return `${share.toFixed(share === 0 || part >= whole ? 0 : 1)}%`;
}
