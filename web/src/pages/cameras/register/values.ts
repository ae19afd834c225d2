import type { Protocol } from "../../../api/types";
import type { CameraFieldValues } from "../fields";
import type { RegisterWord } from "./words";

// Values are what the steps before the zones ask for.
export interface Values extends CameraFieldValues {
  url: string;
  protocol: Protocol;
}

interface Step {
  word: RegisterWord;
  fields: (keyof Values)[]; // what is checked before the next
}

export const steps: Step[] = [
  { word: "stepAddress", fields: ["url", "protocol", "looks_from", "substream_url"] },
  { word: "stepPlace", fields: ["name", "place", "township", "longitude", "latitude"] },
  { word: "stepLaw", fields: ["legal_review_no", "technical_review_no", "published_on"] },
];
