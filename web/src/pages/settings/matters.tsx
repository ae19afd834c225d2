import { useMatters } from "../../api/queries";
import type { Matter } from "../../api/types";
import { duration, yuan } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Listing } from "../../parts/listing";
import { Failure, Nothing } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { Page } from "../../parts/page";
import words, { type SettingsWord } from "./words";

export default function Matters() {
  const { t, pick, language } = useDictionary<SettingsWord>(words);
  const matters = useMatters();
  return (
    <Page title={t("matters")} lead={t("mattersLead")}>
      {matters.error ? <Failure error={matters.error} retry={() => void matters.refetch()} /> : null}
      <section className="panel flush">
        <Listing<Matter>
          rowKey="key" loading={matters.isPending} dataSource={matters.data}
          locale={{ emptyText: <Nothing>{t("noMatters")}</Nothing> }}
          columns={[
            { title: t("matter"), key: "name", render: (_, m) => <><strong>{pick(m.name_zh, m.name_en)}</strong>{m.major ? <> <Mark tone="wait">{t("major")}</Mark></> : null}</> },
            { title: t("basis"), key: "basis", render: (_, m) => m.basis.map((b) => <div key={b.law_zh + b.article + b.valid_from}>{pick(b.law_zh, b.law_en)} {b.article} <span className="muted">{t("validFrom", { date: b.valid_from })}</span></div>) },
            { title: t("fine"), key: "fine", render: (_, m) => (m.fine_max_fen ? <span className="nowrap">{yuan(m.fine_min_fen)} – {yuan(m.fine_max_fen)}</span> : "—") },
            { title: t("grace"), key: "grace", render: (_, m) => (m.grace_s ? duration(m.grace_s, language) : "—") },
            { title: t("offsite"), key: "offsite", render: (_, m) => <Mark tone={m.offsite ? "ok" : "quiet"}>{t(m.offsite ? "listed" : "notListed")}</Mark> },
          ]}
        />
      </section>
    </Page>
  );
}
