import { Button, Checkbox, Select } from "antd";
import { useDeferredValue, useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";
import { useCases, useMatters } from "../../api/queries";
import type { CaseItem } from "../../api/types";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { useFilter } from "../../parts/filter";
import { useKeys } from "../../parts/keys";
import { Listing } from "../../parts/listing";
import { Failure, Nothing } from "../../parts/loaded";
import { caseTone, Mark } from "../../parts/mark";
import { Search } from "../../parts/search";
import { Bulk, bulkMost, ReportDialog, type Report } from "./bulk";
import { Due } from "./due";
import { Filters } from "./filters";
import { Frame } from "./frame";
import words, { type CaseWord } from "./words";

const states = [
  "found", "reminded", "corrected", "reviewed", "verified", "filed", "notified", "investigated", "proposed", "legal_review", "collective", "decided",
  "serving", "served", "overdue", "urged", "closed", "no_penalty", "dismissed", "transferred", "rejected",
];

export default function Cases() {
  const { t, pick } = useDictionary<CaseWord>(words);
  const frame = useWords();
  const navigate = useNavigate();
  const { can } = useSession();
  const { value, set, query } = useFilter();
  const wanted = useDeferredValue(value("q").trim());
  const filter = { state: value("state"), matter: value("matter"), mine: value("mine"), due: value("due"), party: value("party"), refund: value("refund"), q: wanted };
  const list = useCases(filter);
  const rows = useMemo(() => (list.data?.pages ?? []).flatMap((page) => page.items ?? []), [list.data]);
  const [chosen, setChosen] = useState<CaseItem[]>([]);
  const [report, setReport] = useState<Report | null>(null);
  const standing = chosen.filter((item) => rows.some((row) => row.id === item.id)).map((item) => rows.find((row) => row.id === item.id)!);
  useKeys({ "/": () => document.querySelector<HTMLInputElement>(".case-search input")?.focus() });
  const columns = [
    { title: t("number"), dataIndex: "number", width: 200, render: (number: string, row: CaseItem) => <Link to={`/cases/${row.id}`}>{number || t("noNumber")}</Link> },
    { title: frame.t("state"), dataIndex: "state", width: 112, render: (s: string) => <Mark tone={caseTone(s)}>{frame.stateLabel(s)}</Mark> },
    { title: t("matter"), key: "matter", width: 150, render: (_: unknown, row: CaseItem) => pick(row.matter_zh, row.matter_en) },
    { title: t("party"), key: "party", width: 130, responsive: ["md" as const], render: (_: unknown, row: CaseItem) => row.party || row.object || <span className="muted">{row.taken_by ? t("searchBy", { name: row.taken_by }) : t("noParty")}</span> },
    { title: t("place"), dataIndex: "place", width: 170, responsive: ["lg" as const], ellipsis: true },
    { title: t("found"), dataIndex: "found_at", width: 164, responsive: ["md" as const], render: (at: string) => dateTime(at) },
    { title: t("deadline"), key: "deadline", width: 176, render: (_: unknown, row: CaseItem) => (row.deadline ? <Due at={row.deadline.at} /> : "—") },
  ];
  const selection = {
    selectedRowKeys: standing.map((row) => row.id),
    columnWidth: 44,
    hideSelectAll: true, // the table would repeat its box where nobody sees it, but the keyboard finds it
    onChange: (_: unknown, picked: CaseItem[]) => setChosen(picked.filter((row) => row?.state === picked[0]?.state).slice(0, bulkMost)),
    getCheckboxProps: (row: CaseItem) => ({ disabled: standing.length > 0 && row.state !== standing[0]!.state, "aria-label": t("bulkPick", { name: row.number || row.place }) }),
  };
  return (
    <Frame title={t("title")} lead={t("lead")}>
      <div className="tools">
        <Search
          className="search case-search" value={value("q")} placeholder={t("searchLabel")} aria-label={t("searchLabel")}
          onChange={(event) => set("q", event.target.value)}
        />
        <Select
          allowClear value={filter.state || undefined} placeholder={frame.t("state")} aria-label={frame.t("state")} style={{ width: 150 }}
          onChange={(next?: string) => set("state", next ?? "")} options={states.map((s) => ({ value: s, label: frame.stateLabel(s) }))}
        />
        <MatterSelect value={filter.matter} onChange={(next) => set("matter", next)} />
        <Select
          allowClear value={filter.due || undefined} placeholder={t("deadline")} aria-label={t("deadline")} style={{ width: 150 }}
          onChange={(next?: string) => set("due", next ?? "")} options={(["overdue", "week"] as const).map((d) => ({ value: d, label: t(`due_${d}`) }))}
        />
        {filter.state && rows.length > 0 && can("reviewer", "officer", "legal", "head") ? <Button onClick={() => setChosen(rows.slice(0, bulkMost))}>{t("bulkAll", { n: Math.min(rows.length, bulkMost) })}</Button> : null}
        {can("officer") ? <Checkbox checked={filter.mine === "1"} onChange={(event) => set("mine", event.target.checked ? "1" : "")}>{t("mine")}</Checkbox> : null}
        <Checkbox checked={filter.party === "unknown"} onChange={(event) => set("party", event.target.checked ? "unknown" : "")}>{t("unknownParty")}</Checkbox>
        {can("head") ? <Checkbox checked={filter.refund === "asked"} onChange={(event) => set("refund", event.target.checked ? "asked" : "")}>{t("refundWaits")}</Checkbox> : null}
      </div>
      <Filters query={query} />
      {standing.length > 0 ? <Bulk key={standing[0]!.id} chosen={standing} onReport={setReport} onClear={() => setChosen([])} /> : null}
      {report ? <ReportDialog report={report} onDone={() => { setReport(null); setChosen(report.chosen.filter((row) => report.outcomes.some((o) => o.id === row.id && !o.done))); }} /> : null}
      {list.error ? <Failure error={list.error} retry={() => void list.refetch()} /> : null}
      <section className="panel flush">
        <Listing<CaseItem>
          rowKey="id" columns={columns} dataSource={rows} loading={list.isPending} scroll={{ x: "max-content" }}
          rowSelection={can("reviewer", "officer", "legal", "head") ? selection : undefined}
          locale={{ emptyText: <Nothing>{query ? t("noMatch") : t("noCases")}</Nothing> }}
          onRow={(row) => ({ onClick: (event) => { if (!(event.target as Element).closest("a, button, input, label")) void navigate(`/cases/${row.id}`); }, style: { cursor: "pointer" } })}
        />
      </section>
      {list.hasNextPage ? <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{frame.t("more")}</Button> : null}
    </Frame>
  );
}

function MatterSelect({ value, onChange }: { value: string; onChange: (to: string) => void }) {
  const { t, pick } = useDictionary<CaseWord>(words);
  const matters = useMatters();
  return (
    <Select
      allowClear showSearch optionFilterProp="label" value={value || undefined} placeholder={t("matter")} aria-label={t("matter")} style={{ width: 190 }} popupMatchSelectWidth={false}
      loading={matters.isPending} onChange={(to?: string) => onChange(to ?? "")}
      options={(matters.data ?? []).map((m) => ({ value: m.key, label: pick(m.name_zh, m.name_en) }))}
    />
  );
}
