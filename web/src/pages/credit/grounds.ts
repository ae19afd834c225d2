import { yuan } from "../../format/format";
import type { Translate } from "../../i18n/translate";
import type { CreditRecord } from "./calls";
import type { CreditWord } from "./words";

// groundsOf says in the reader's language why a record has its class. What no rule has
// written stands as it is in the record.
export function groundsOf({ grounds, why }: Pick<CreditRecord, "grounds" | "why">, t: Translate<CreditWord>): string {
  if (!grounds) return why;
  const rule = t(`grounds_${grounds.rule}`, { fine: yuan(grounds.fine_fen) });
  return grounds.repeat_days > 0 ? t("again", { why: rule, days: grounds.repeat_days }) : rule;
}
