// Typed dictionaries: the Chinese one fixes the keys, the English one must have
// exactly the same (the compiler and a test both insist). `{name}` in a text is
// replaced by the value given.
import { usePreferences, type Language } from "../app/preferences";

export type Values = Record<string, string | number>;

interface Dictionary<K extends string> {
  zh: Record<K, string>;
  en: Record<K, string>;
}

export function translate<K extends string>(dictionary: Dictionary<K>, language: Language, key: K, values?: Values): string {
  const text = dictionary[language][key];
  return values ? text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)) : text;
}

// bilingual picks the text of the reader's language from a pair that the server
// gave; an empty one falls back to the other.
export function bilingual(language: Language, zh: string | undefined, en: string | undefined): string {
  return (language === "zh" ? zh || en : en || zh) ?? "";
}

export type Translate<K extends string> = (key: K, values?: Values) => string;

export function useDictionary<K extends string>(dictionary: Dictionary<K>): { t: Translate<K>; language: Language; pick: (zh?: string, en?: string) => string } {
  const { language } = usePreferences();
  return {
    t: (key, values) => translate(dictionary, language, key, values),
    language,
    pick: (zh, en) => bilingual(language, zh, en),
  };
}
