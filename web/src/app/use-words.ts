import { useDictionary, type Translate } from "../i18n/translate";
import words, { type Word } from "./words";

// useWords gives the frame's dictionary; `stateLabel` and `roleLabel` name what
// the server names by key, and show the key itself where it is new to us.
export function useWords() {
  const dictionary = useDictionary<Word>(words);
  const keyed = (prefix: string, key: string) => {
    const word = `${prefix}_${key}`;
    return word in words.zh ? dictionary.t(word as Word) : key;
  };
  return {
    ...dictionary,
    stateLabel: (state: string) => keyed("state", state),
    roleLabel: (role: string) => keyed("role", role),
    cameraLabel: (state: string) => keyed("camera", state || "unknown"),
  };
}

export type T = Translate<Word>;
