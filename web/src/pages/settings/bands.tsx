// Discretion bands of a matter: tried from top to bottom, the first that fits counts.
import type { Matter } from "../../api/types";
import { yuan } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Listing } from "../../parts/listing";
import words, { type SettingsWord } from "./words";

type Band = Matter["bands"][number];

export function Bands({ matter }: { matter: Matter }) {
  const { t, pick } = useDictionary<SettingsWord>(words);
  if (matter.awaits_zh) return <p className="muted">{pick(matter.awaits_zh, matter.awaits_en ?? "")}</p>;
  if (matter.bands.length === 0) return <p className="muted">{t("noBands")}</p>;
  const range = (min: number, max: number) => (max > 0 ? `${yuan(min)} – ${yuan(max)}` : "—");
  return (
    <div className="stack">
      <Listing<Band>
        rowKey="key" dataSource={matter.bands}
        columns={[
          { title: t("band"), key: "name", render: (_, b) => pick(b.name_zh, b.name_en) },
          { title: t("bandWhen"), key: "when", render: (_, b) => <span className="mono">{b.when.length > 0 ? b.when.join(" · ") : t("bandAlways")}</span> },
          { title: t("person"), key: "person", render: (_, b) => <span className="nowrap">{b.no_penalty === "must" ? t("bandMust") : range(b.person_min_fen, b.person_max_fen)}</span> },
          { title: t("unit"), key: "unit", render: (_, b) => <span className="nowrap">{b.no_penalty === "must" ? t("bandMust") : range(b.unit_min_fen, b.unit_max_fen)}</span> },
          { title: t("basis"), key: "article", render: (_, b) => pick(b.article_zh, b.article_en) },
        ]}
      />
      <p className="muted">{pick(matter.bands_source_zh, matter.bands_source_en)}</p>
    </div>
  );
}
