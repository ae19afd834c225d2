import { useDictionary } from "../i18n/translate";
import words, { type PortalWord } from "./words";

export function usePortalWords() {
  return useDictionary<PortalWord>(words);
}
