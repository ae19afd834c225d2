import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import words, { type ObjectWord } from "./words";

const names: Record<string, ObjectWord> = {
  name: "name", kind: "kind", address: "address", business: "business", licence_no: "licenceNo", township: "township", party: "party", grade: "grade",
  longitude: "longitude", latitude: "latitude", phone: "phone", email: "email", identity: "idNumber", consent_at: "consent",
};

// useFieldWords names the fields of an object and their values as the forms do; a
// field new to us keeps its own name.
export function useFieldWords() {
  const { t } = useDictionary<ObjectWord>(words);
  const keyed = (word: string, otherwise: string) => (word in words.zh ? t(word as ObjectWord) : otherwise);
  return {
    fieldLabel: (field: string) => {
      const word = names[field];
      return word ? t(word) : field;
    },
    valueLabel: (field: string, value: string) => {
      if (field === "consent_at" && value) return dateTime(value);
      return field === "grade" || field === "kind" ? keyed(`${field}_${value}`, value) : value;
    },
  };
}
