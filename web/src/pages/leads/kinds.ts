import type { LeadDraft, LeadKind } from "./calls";

export const kinds: LeadKind[] = ["waste", "stall", "crossdoor", "soil", "burning", "building", "other"];
export const sources: LeadDraft["source"][] = ["hotline", "bureau", "police", "district", "patrol"];
