// What was credited here against the provider's daily file.
import { Link } from "react-router";
import { useDictionary } from "../../i18n/translate";
import { yuan } from "../../format/format";
import { Listing } from "../../parts/listing";
import { Loaded } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { useReconciliations, type Difference, type Reconciliation } from "./calls";
import { Frame } from "./frame";
import words, { type CaseWord } from "./words";

export default function Payments() {
  const { t } = useDictionary<CaseWord>(words);
  const days = useReconciliations();
  return (
    <Frame title={t("payments")} lead={t("paymentsLead")}>
      <Loaded query={days} isEmpty={(list) => list.length === 0} empty={t("noPayments")}>
        {(list) => (
          <section className="panel flush">
            <Listing<Reconciliation>
              rowKey="day" dataSource={list} scroll={{ x: "max-content" }}
              expandable={{ rowExpandable: (day) => day.differences.length > 0, expandedRowRender: (day) => <Differences list={day.differences} />, defaultExpandedRowKeys: list.filter((day) => day.differences.length > 0).slice(0, 1).map((day) => day.day) }}
              columns={[
                { title: t("day"), dataIndex: "day" },
                { title: t("lines"), dataIndex: "lines", align: "right" },
                { title: t("ours"), dataIndex: "ours_fen", align: "right", render: yuan },
                { title: t("theirs"), dataIndex: "theirs_fen", align: "right", render: yuan },
                { title: t("agreement"), key: "differences", render: (_: unknown, day) => (day.differences.length === 0 ? <Mark tone="ok">{t("agrees")}</Mark> : <Mark tone="bad">{t("differs", { n: day.differences.length })}</Mark>) },
              ]}
            />
          </section>
        )}
      </Loaded>
    </Frame>
  );
}

function Differences({ list }: { list: Difference[] }) {
  const { t, pick } = useDictionary<CaseWord>(words);
  return (
    <ul className="plain-list">
      {list.map((d) => (
        <li key={d.kind + d.order_no + (d.case_id ?? "")} className="between" style={{ flexWrap: "wrap" }}>
          <span><strong>{pick(d.zh, d.en)}</strong> <span className="mono">{d.order_no}</span></span>
          <span>{d.kind === "owed_back" ? yuan(d.ours_fen) : <>{t("ours")} {yuan(d.ours_fen)} · {t("theirs")} {yuan(d.theirs_fen)}</>}{d.case_id ? <> · <Link to={`/cases/${d.case_id}`}>{t("openCase")}</Link></> : null}</span>
        </li>
      ))}
    </ul>
  );
}
