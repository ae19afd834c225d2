import { useQuotas } from "../../api/queries";
import { useDictionary } from "../../i18n/translate";
import { Loaded } from "../../parts/loaded";
import { Page } from "../../parts/page";
import { QuotaBar } from "./quota-bar";
import words, { type QuotaWord } from "./words";

export default function Quotas() {
  const { t, pick } = useDictionary<QuotaWord>(words);
  const quotas = useQuotas();
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Loaded query={quotas} isEmpty={(list) => list.length === 0} empty={t("none")}>
        {(list) => (
          <div className="quota-grid">
            {list.map((quota) => (
              <section key={quota.key} className="panel">
                <div className="panel-body">
                  <QuotaBar quota={quota} />
                  <blockquote>{pick(quota.sentence_zh, quota.sentence_en)}</blockquote>
                </div>
              </section>
            ))}
          </div>
        )}
      </Loaded>
    </Page>
  );
}
