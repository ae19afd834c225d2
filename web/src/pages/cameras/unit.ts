import type { Translate } from "../../i18n/translate";
import type { CameraWord } from "./words";

const words: Record<string, CameraWord> = { s: "unitSeconds", share: "unitShare", looks: "unitLooks" };

// unitOf is what a rule's parameter is counted in, in the reader's language where it has words.
export function unitOf(unit: string, t: Translate<CameraWord>): string {
  const word = words[unit];
  return word ? t(word) : unit;
}
