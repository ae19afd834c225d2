import { useDictionary } from "../i18n/translate";
import words, { type AccountWord } from "./words";

export const useAccountWords = () => useDictionary<AccountWord>(words);
