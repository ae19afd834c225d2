import type { ReactNode } from "react";

export type Tone = "ok" | "wait" | "bad" | "act" | "quiet";

// Mark is a small label whose colour says whether something is settled (ok),
// waits (wait), is wrong or urgent (bad), wants an act (act), or none of it. The
// words carry the meaning; the colour only repeats it.
export function Mark({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`mark ${tone}`}>{children}</span>;
}

export function cameraTone(state: string): Tone {
  return state === "live" ? "ok" : state === "failed" ? "bad" : state === "stalled" || state === "connecting" ? "wait" : "quiet";
}

const caseTones: Record<string, Tone> = {
  found: "act", reminded: "wait", reviewed: "act", verified: "act", overdue: "bad", urged: "bad", court: "bad",
  closed: "ok", archived: "ok", corrected: "ok", paid: "ok", rejected: "quiet", dismissed: "quiet", no_penalty: "quiet", transferred: "quiet", revoked: "quiet",
};

export function caseTone(state: string): Tone {
  return caseTones[state] ?? "act";
}
