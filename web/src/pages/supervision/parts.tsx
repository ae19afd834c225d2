// The parts of what somebody sees: its brigades and townships, chosen by the address, and
// their figures side by side.
import { Select } from "antd";
import { Link, useSearchParams } from "react-router";
import type { Part } from "../../api/queries";
import type { Quota } from "../../api/types";
import { percent } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Listing } from "../../parts/listing";
import { Loaded } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import partWords, { type PartWord } from "../../parts/words";
import { useAreas, type AreaFigures } from "./calls";
import words, { type SupervisionWord } from "./words";

const queryOf = ({ level, name }: Pick<AreaFigures, "level" | "name">) => new URLSearchParams({ [level]: name }).toString();

// usePart reads which part the address names.
export function usePart(): { part: Part; query: string } {
  const [search] = useSearchParams();
  const [brigade, township] = [search.get("brigade") || undefined, search.get("township") || undefined];
  if (brigade) return { part: { brigade }, query: queryOf({ level: "brigade", name: brigade }) };
  if (township) return { part: { township }, query: queryOf({ level: "township", name: township }) };
  return { part: {}, query: "" };
}

// ChoosePart is shown where there is more than one.
export function ChoosePart() {
  const { t } = useDictionary<SupervisionWord>(words);
  const [, setSearch] = useSearchParams();
  const { query } = usePart();
  const areas = useAreas();
  const list = areas.data ?? [];
  if (list.length < 2) return null;
  const group = (level: AreaFigures["level"]) => ({ label: t(`by_${level}`), options: list.filter((one) => one.level === level).map((one) => ({ value: queryOf(one), label: one.name })) });
  return (
    <Select
      allowClear showSearch optionFilterProp="label" value={query || undefined} placeholder={t("all")} aria-label={t("part")} style={{ width: 220 }}
      onChange={(to?: string) => setSearch(to ? new URLSearchParams(to) : {}, { replace: true })}
      options={[group("brigade"), group("township")].filter(({ options }) => options.length > 0)}
    />
  );
}

// Comparison has a line for each brigade and township, and a column for each figure.
export function Comparison({ quotas }: { quotas: Quota[] }) {
  const { t, pick } = useDictionary<SupervisionWord>(words);
  const part = useDictionary<PartWord>(partWords);
  const areas = useAreas();
  const shown = quotas.filter((quota) => areas.data?.[0]?.figures.some(({ key }) => key === quota.key));
  const cell = (area: AreaFigures, quota: Quota) => {
    const figure = area.figures.find(({ key }) => key === quota.key);
    if (!figure || figure.denominator === 0) return <span className="muted">—</span>;
    const value = quota.unit === "days" ? part.t("days1", { n: figure.value.toFixed(1) }) : percent(figure.value);
    const counts = quota.unit === "days" ? "" : part.t("counts", { n: figure.numerator, of: figure.denominator });
    return <span className="nowrap" title={counts}>{quota.goal > 0 ? <Mark tone={figure.met ? "ok" : "wait"}>{value}</Mark> : value}</span>;
  };
  return (
    <section className="panel flush">
      <header><h2>{t("sideBySide")}</h2></header>
      <div className="panel-body muted" style={{ padding: 16 }}>{t("sideBySideLead")}</div>
      <Loaded query={areas} isEmpty={(list) => list.length === 0} empty={t("noParts")}>
        {(list) => (
          <Listing<AreaFigures>
            rowKey={(area) => `${area.level} ${area.name}`} dataSource={list} scroll={{ x: "max-content" }}
            columns={[
              { title: t("part"), key: "name", fixed: "left", render: (_, area) => <Link to={`/supervision?${queryOf(area)}`} title={area.townships.join("、")}>{area.level === "brigade" ? <strong>{area.name}</strong> : area.name}</Link> },
              ...shown.map((quota) => ({ title: pick(quota.name_zh, quota.name_en), key: quota.key, render: (_: unknown, area: AreaFigures) => cell(area, quota) })),
            ]}
          />
        )}
      </Loaded>
    </section>
  );
}
