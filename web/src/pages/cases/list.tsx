import { Button, Input, Select } from "antd";
import { useDeferredValue, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useCases } from "../../api/queries";
import type { CaseItem } from "../../api/types";
import { useWords } from "../../app/use-words";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Listing } from "../../parts/listing";
import { Failure, Nothing } from "../../parts/loaded";
import { caseTone, Mark } from "../../parts/mark";
import { Page } from "../../parts/page";
import { Due } from "./due";
import words, { type CaseWord } from "./words";

const states = [
  "found", "reminded", "corrected", "reviewed", "verified", "filed", "notified", "investigated", "proposed", "legal_review", "collective", "decided",
  "serving", "served", "overdue", "urged", "closed", "no_penalty", "dismissed", "transferred", "rejected",
];

export default function Cases() {
  const { t, pick } = useDictionary<CaseWord>(words);
  const frame = useWords();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const state = search.get("state") ?? "";
  const [text, setText] = useState(search.get("q") ?? "");
  const wanted = useDeferredValue(text.trim());
  const list = useCases(state, wanted);
  const rows = (list.data?.pages ?? []).flatMap((page) => page.items ?? []);
  const columns = [
    { title: t("number"), dataIndex: "number", render: (number: string, row: CaseItem) => <Link to={`/cases/${row.id}`}>{number || t("noNumber")}</Link> },
    { title: frame.t("state"), dataIndex: "state", render: (s: string) => <Mark tone={caseTone(s)}>{frame.stateLabel(s)}</Mark> },
    { title: t("matter"), key: "matter", render: (_: unknown, row: CaseItem) => pick(row.matter_zh, row.matter_en) },
    { title: t("party"), key: "party", responsive: ["md" as const], render: (_: unknown, row: CaseItem) => row.party || row.object || <span className="muted">{t("noParty")}</span> },
    { title: t("place"), dataIndex: "place", responsive: ["lg" as const], ellipsis: true },
    { title: t("found"), dataIndex: "found_at", responsive: ["md" as const], render: (at: string) => dateTime(at) },
    { title: t("deadline"), key: "deadline", render: (_: unknown, row: CaseItem) => (row.deadline ? <Due at={row.deadline.at} /> : "—") },
  ];
  return (
    <Page title={t("title")} lead={t("lead")}>
      <div className="stack">
        <div className="row">
          <Input.Search
            allowClear value={text} placeholder={t("searchLabel")} aria-label={t("searchLabel")} style={{ width: 280 }}
            onChange={(event) => setText(event.target.value)}
          />
          <Select
            allowClear value={state || undefined} placeholder={frame.t("state")} aria-label={frame.t("state")} style={{ width: 170 }}
            onChange={(next?: string) => setSearch(next ? { state: next } : {})}
            options={states.map((s) => ({ value: s, label: frame.stateLabel(s) }))}
          />
        </div>
        {list.error ? <Failure error={list.error} retry={() => void list.refetch()} /> : null}
        <section className="panel flush">
          <Listing<CaseItem>
            rowKey="id" columns={columns} dataSource={rows} loading={list.isPending}
            scroll={{ x: "max-content" }}
            locale={{ emptyText: <Nothing>{state || wanted ? t("noMatch") : t("noCases")}</Nothing> }}
            onRow={(row) => ({ onClick: () => void navigate(`/cases/${row.id}`), style: { cursor: "pointer" } })}
          />
        </section>
        {list.hasNextPage ? <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{frame.t("more")}</Button> : null}
      </div>
    </Page>
  );
}
