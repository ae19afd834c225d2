// Base data: shops, sites and land, and the parties behind them.
import { EditOutlined, PlusOutlined, UploadOutlined } from "@ant-design/icons";
import { Button, Segmented, Select, Tabs } from "antd";
import { useDeferredValue, useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";
import { useObjectPages } from "../../api/base-data";
import { useParties } from "../../api/queries";
import type { ObjectRow, Party } from "../../api/types";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { date } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { useFilter } from "../../parts/filter";
import { Listing } from "../../parts/listing";
import { Failure, Nothing } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { Page } from "../../parts/page";
import { Search } from "../../parts/search";
import { ObjectDialog, PartyDialog } from "./dialogs";
import { GradeMark, grades } from "./grade-mark";
import { ObjectSections } from "./sections";
import words, { type ObjectWord } from "./words";

const overseers = ["officer", "legal", "head", "auditor", "supervisor"];

export default function Objects() {
  const { t } = useDictionary<ObjectWord>(words);
  const { can } = useSession();
  const navigate = useNavigate();
  const tabs = [{ key: "objects", label: t("objects"), children: <ObjectTable /> }];
  if (can("collector", ...overseers)) tabs.push({ key: "parties", label: t("parties"), children: <PartyTable /> });
  const imports = <Button icon={<UploadOutlined />} onClick={() => void navigate("/objects/imports")}>{t(can("collector") ? "import" : "imports")}</Button>;
  return (
    <Page title={t("title")} lead={t("lead")} extra={can("collector", ...overseers) ? imports : null}>
      <ObjectSections />
      <Tabs items={tabs} destroyOnHidden />
    </Page>
  );
}

const kindWord = (kind: string) => `kind_${kind}` as ObjectWord;

function ObjectTable() {
  const { t } = useDictionary<ObjectWord>(words);
  const frame = useWords();
  const { can } = useSession();
  const { value, set } = useFilter();
  const [kind, grade] = [value("kind"), value("grade")];
  const [q, setQ] = useState(value("q"));
  const wanted = useDeferredValue(q.trim());
  const objects = useObjectPages({ q: wanted, kind, grade });
  const rows = (objects.data?.pages ?? []).flatMap((page) => page.items);
  const [open, setOpen] = useState(false);
  return (
    <div className="stack">
      <div className="tools">
        <Search className="search" value={q} placeholder={t("search")} aria-label={t("search")} onChange={(event) => { setQ(event.target.value); set("q", event.target.value.trim()); }} />
        <Select
          allowClear className="narrow-select" value={kind || undefined} placeholder={t("kind")} aria-label={t("kind")} onChange={(to?: string) => set("kind", to ?? "")}
          options={(["shop", "site", "land"] as const).map((k) => ({ value: k, label: t(`kind_${k}`) }))}
        />
        <Segmented<string>
          value={grade} aria-label={t("grade")} onChange={(to) => set("grade", to)}
          options={[{ value: "", label: frame.t("all") }, ...grades.map((g) => ({ value: g, label: t(`grade_${g}`) }))]}
        />
        {can("collector") ? <Button className="push" type="primary" icon={<PlusOutlined />} onClick={() => setOpen(true)}>{t("addObject")}</Button> : null}
      </div>
      {objects.error ? <Failure error={objects.error} retry={() => void objects.refetch()} /> : null}
      <section className="panel flush">
        <Listing<ObjectRow>
          rowKey="id" loading={objects.isPending} dataSource={rows} scroll={{ x: "max-content" }} pagination={false}
          locale={{ emptyText: <Nothing>{t(q || kind || grade ? "noMatch" : "none")}</Nothing> }}
          columns={[
            { title: t("name"), dataIndex: "name", render: (name: string, row) => <Link to={`/objects/${row.id}`}>{name}</Link> },
            { title: t("kind"), dataIndex: "kind", render: (k: string) => t(kindWord(k)) },
            { title: t("grade"), dataIndex: "grade", render: (g: string) => <GradeMark grade={g} /> },
            { title: t("address"), dataIndex: "address" },
            { title: t("business"), dataIndex: "business" },
            { title: t("party"), dataIndex: "party", render: (party: string) => party || <span className="muted">—</span> },
          ]}
        />
      </section>
      {objects.hasNextPage ? <Button loading={objects.isFetchingNextPage} onClick={() => void objects.fetchNextPage()}>{frame.t("more")}</Button> : null}
      {open ? <ObjectDialog object={null} onDone={() => setOpen(false)} /> : null}
    </div>
  );
}

// useSearch keeps the parties whose text holds what was typed.
function useSearch(rows: Party[] | undefined) {
  const [wanted, setWanted] = useState("");
  const shown = useMemo(() => {
    const needle = wanted.trim().toLowerCase();
    return (rows ?? []).filter((p) => !needle || `${p.name} ${p.address} ${p.phone}`.toLowerCase().includes(needle));
  }, [rows, wanted]);
  return { shown, setWanted };
}

function PartyTable() {
  const { t } = useDictionary<ObjectWord>(words);
  const { can } = useSession();
  const parties = useParties();
  const { shown, setWanted } = useSearch(parties.data);
  const [open, setOpen] = useState<Party | "new" | null>(null);
  const mayEdit = can("collector", "officer");
  return (
    <div className="stack">
      <div className="tools">
        <Search className="search" placeholder={t("search")} aria-label={t("search")} onChange={(event) => setWanted(event.target.value)} />
        {mayEdit ? <Button className="push" type="primary" icon={<PlusOutlined />} onClick={() => setOpen("new")}>{t("addParty")}</Button> : null}
      </div>
      {parties.error ? <Failure error={parties.error} retry={() => void parties.refetch()} /> : null}
      <section className="panel flush">
        <Listing<Party>
          rowKey="id" loading={parties.isPending} dataSource={shown} scroll={{ x: "max-content" }}
          pagination={shown.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
          locale={{ emptyText: <Nothing>{t("none")}</Nothing> }}
          columns={[
            { title: t("name"), dataIndex: "name", render: (name: string) => <strong>{name}</strong> },
            { title: t("kind"), dataIndex: "kind", render: (kind: string) => t(kindWord(kind)) },
            { title: t("idNumber"), dataIndex: "identity", render: (identity: string) => <span className="mono">{identity || "—"}</span> },
            { title: t("phone"), dataIndex: "phone", render: (phone: string) => phone || "—" },
            { title: t("address"), dataIndex: "address" },
            { title: t("consent"), dataIndex: "consent_at", render: (at?: string) => (at ? <Mark tone="ok">{t("consentYes")} · {date(at)}</Mark> : <Mark tone="quiet">{t("consentNo")}</Mark>) },
            ...(mayEdit ? [{ title: "", key: "edit", width: 48, render: (_: unknown, row: Party) => <Button type="text" icon={<EditOutlined />} aria-label={`${t("editParty")}: ${row.name}`} onClick={() => setOpen(row)} /> }] : []),
          ]}
        />
      </section>
      {open ? <PartyDialog party={open === "new" ? null : open} onDone={() => setOpen(null)} /> : null}
    </div>
  );
}
