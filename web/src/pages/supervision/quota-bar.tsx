import type { Quota } from "../../api/types";
import { percent } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Mark } from "../../parts/mark";
import words, { type PartWord } from "../../parts/words";

// QuotaBar shows a quota against its goal: the figure, the bar, the counts.
export function QuotaBar({ quota }: { quota: Quota }) {
  const { t, pick } = useDictionary<PartWord>(words);
  const days = quota.unit === "days";
  const none = quota.denominator === 0;
  const figure = none ? "—" : days ? t("days1", { n: quota.value.toFixed(1) }) : percent(quota.value);
  const goal = days ? t("days1", { n: quota.goal }) : percent(quota.goal);
  const scale = (share: number) => `${Math.min(100, Math.max(0, days ? (share / Math.max(quota.goal * 2, 1)) * 100 : share * 100))}%`;
  return (
    <div className="quota">
      <div className="between">
        <strong>{pick(quota.name_zh, quota.name_en)}</strong>
        {none ? <span className="muted">{t("noRecord")}</span> : quota.goal > 0 ? <Mark tone={quota.met ? "ok" : "wait"}>{t(quota.met ? "met" : "missed")}</Mark> : null}
      </div>
      <div className="between">
        <span className="figure">{figure}</span>
        <span className="muted">{[days ? "" : t("counts", { n: quota.numerator, of: quota.denominator }), quota.goal > 0 ? t("goal", { goal }) : ""].filter(Boolean).join(" · ")}</span>
      </div>
      <div className="quota-bar" role="img" aria-label={`${figure}, ${t("goal", { goal })}`}>
        <span className={quota.met ? "met" : ""} style={{ width: none ? "0" : scale(quota.value) }} />
        {quota.goal > 0 ? <i style={{ left: scale(quota.goal) }} /> : null}
      </div>
    </div>
  );
}
