import { useDictionary } from "../../i18n/translate";
import { Mark, type Tone } from "../../parts/mark";
import words, { type ObjectWord } from "./words";

export const grades = ["red", "yellow", "green"] as const;

const tones: Record<string, Tone> = { green: "ok", yellow: "wait", red: "bad" };

// GradeMark names a risk grade.
export function GradeMark({ grade }: { grade: string }) {
  const { t } = useDictionary<ObjectWord>(words);
  return <Mark tone={tones[grade] ?? "quiet"}>{grade in tones ? t(`grade_${grade}` as ObjectWord) : grade}</Mark>;
}
