import { useDictionary } from "../../i18n/translate";
import { Mark, type Tone } from "../../parts/mark";
import words, { type ImportWord } from "./words";

const tones: Record<string, Tone> = { preview: "act", applying: "wait", applied: "ok", undoing: "wait", undone: "quiet" };

// StateMark says where a file is on its way.
export function StateMark({ state }: { state: string }) {
  const { t } = useDictionary<ImportWord>(words);
  return <Mark tone={tones[state] ?? "quiet"}>{state in tones ? t(`state_${state}` as ImportWord) : state}</Mark>;
}
