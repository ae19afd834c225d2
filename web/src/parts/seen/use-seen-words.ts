import { useDictionary } from "../../i18n/translate";
import words, { type SeenWord } from "./words";

// useSeenWords names what a model saw in the reader's language; a label that a bureau's own
// model brings is shown as it is.
export function useSeenWords(): (label: string) => string {
  const { t } = useDictionary<SeenWord>(words);
  return (label) => (`seen_${label}` in words.zh ? t(`seen_${label}` as SeenWord) : label);
}
