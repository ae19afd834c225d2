import { dateTime } from "../format/format";
import type { PortalCase } from "./types";
import { usePortalWords } from "./use-portal-words";
import words, { type PortalWord } from "./words";

/** Gives what a file of the evidence shows, by its name: what of the incident, and at what time. */
export function useCaptions({ stills, clip }: Pick<PortalCase, "stills" | "clip">): (name: string) => string {
  const { t } = usePortalWords();
  return (name) => {
    const still = stills.find((one) => one.name === name);
    if (!still) return name === clip ? t("clip") : name;
    const role = `still_${still.role}`;
    return t("stillAt", { role: role in words.zh ? t(role as PortalWord) : still.role, time: dateTime(still.at) });
  };
}
