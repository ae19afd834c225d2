// One figure: what counts, and what is missing.
import { Button, Segmented } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { useMatters, useQuotas, type Part } from "../../api/queries";
import { useWords } from "../../app/use-words";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Listing } from "../../parts/listing";
import { Loaded } from "../../parts/loaded";
import { useFigureItems, type FigureItem } from "./calls";
import { Outlook } from "./figures";
import { Frame } from "./frame";
import { usePart } from "./parts";
import { QuotaBar } from "./quota-bar";
import words, { type SupervisionWord } from "./words";

export default function Figure() {
  const { t, pick } = useDictionary<SupervisionWord>(words);
  const { key = "" } = useParams();
  const { part } = usePart();
  const quotas = useQuotas(part);
  const quota = quotas.data?.find((one) => one.key === key);
  const [missing, setMissing] = useState(true);
  return (
    <Frame title={[quota ? pick(quota.name_zh, quota.name_en) : t("figures"), part.brigade ?? part.township].filter(Boolean).join(" · ")} lead={quota ? pick(quota.sentence_zh, quota.sentence_en) : undefined}>
      {quota ? (
        <>
          <section className="panel"><div className="panel-body"><QuotaBar quota={quota} /><Outlook quota={quota} /></div></section>
          <Segmented
            aria-label={pick(quota.name_zh, quota.name_en)} value={missing ? "missing" : "counted"}
            onChange={(value) => setMissing(value === "missing")}
            options={[{ value: "missing", label: t("missingTab", { n: quota.denominator - quota.numerator }) }, { value: "counted", label: t("countedTab", { n: quota.numerator }) }]}
          />
        </>
      ) : null}
      <Items figure={key} part={part} missing={missing} why={missing && quota ? pick(quota.missing_zh, quota.missing_en) : ""} />
    </Frame>
  );
}

function Items({ figure, part, missing, why }: { figure: string; part: Part; missing: boolean; why: string }) {
  const { t, pick } = useDictionary<SupervisionWord>(words);
  const { stateLabel } = useWords();
  const items = useFigureItems(figure, missing, part);
  const matters = useMatters();
  const some = (has: (item: FigureItem) => unknown) => !!items.data?.pages.some((page) => page.items.some(has));
  const named = (zh: string) => pick(zh, matters.data?.find((matter) => matter.name_zh === zh)?.name_en);
  const columns = [
    { title: t("number"), dataIndex: "number", render: (number: string, item: FigureItem) => (item.case_id ? <Link to={`/cases/${item.case_id}`} className="mono">{number}</Link> : <span className="mono">{number}</span>) },
    { title: t("matter"), dataIndex: "matter", render: named },
    ...(some(({ object }) => object) ? [{ title: t("object"), dataIndex: "object", render: (object: string | undefined) => object || "—" }] : []),
    ...(some(({ at, state }) => at || state) ? [{ title: t("at"), dataIndex: "at", render: (at: string | undefined, item: FigureItem) => <span className="nowrap">{at ? dateTime(at) : "—"}{item.state ? ` · ${stateLabel(item.state)}` : ""}</span> }] : []),
    ...(why ? [{ title: t("why"), key: "why", render: () => why }] : []),
  ];
  return (
    <Loaded query={items} isEmpty={({ pages }) => pages.every((page) => page.items.length === 0)} empty={t("noItems")}>
      {({ pages }) => (
        <>
          <section className="panel flush"><Listing<FigureItem> rowKey="number" columns={columns} dataSource={pages.flatMap((page) => page.items)} scroll={{ x: "max-content" }} /></section>
          {items.hasNextPage ? <Button onClick={() => void items.fetchNextPage()} loading={items.isFetchingNextPage}>{t("more")}</Button> : null}
        </>
      )}
    </Loaded>
  );
}
