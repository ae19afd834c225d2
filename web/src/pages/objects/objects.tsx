// Base data: shops, sites and land, and the parties behind them.
import { EditOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input, Table, Tabs } from "antd";
import { useMemo, useState } from "react";
import { useObjects, useParties } from "../../api/queries";
import type { ObjectRow, Party } from "../../api/types";
import { useSession } from "../../app/session";
import { date } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Failure, Nothing } from "../../parts/loaded";
import { Mark, type Tone } from "../../parts/mark";
import { Page } from "../../parts/page";
import { ObjectDialog, PartyDialog } from "./dialogs";
import words, { type ObjectWord } from "./words";

export default function Objects() {
  const { t } = useDictionary<ObjectWord>(words);
  const { can } = useSession();
  const tabs = [{ key: "objects", label: t("objects"), children: <ObjectTable /> }];
  if (can("collector", "officer", "legal", "head", "auditor", "supervisor")) tabs.push({ key: "parties", label: t("parties"), children: <PartyTable /> });
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Tabs items={tabs} destroyOnHidden />
    </Page>
  );
}

const grades: Record<string, [Tone, ObjectWord]> = { green: ["ok", "grade_green"], yellow: ["wait", "grade_yellow"], red: ["bad", "grade_red"] };
const kindWord = (kind: string) => `kind_${kind}` as ObjectWord;

// useSearch keeps the rows whose text holds what was typed.
function useSearch<T>(rows: T[] | undefined, text: (row: T) => string) {
  const [wanted, setWanted] = useState("");
  const shown = useMemo(() => {
    const needle = wanted.trim().toLowerCase();
    return (rows ?? []).filter((row) => !needle || text(row).toLowerCase().includes(needle));
    // The text of a row depends on the row alone.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [rows, wanted]);
  return { shown, setWanted };
}

function ObjectTable() {
  const { t } = useDictionary<ObjectWord>(words);
  const { can } = useSession();
  const objects = useObjects();
  const { shown, setWanted } = useSearch(objects.data, (o) => `${o.name} ${o.address} ${o.party}`);
  const [open, setOpen] = useState<ObjectRow | "new" | null>(null);
  const mayEdit = can("collector");
  return (
    <div className="stack">
      <div className="between" style={{ flexWrap: "wrap" }}>
        <Input.Search allowClear placeholder={t("search")} aria-label={t("search")} style={{ width: 280 }} onChange={(event) => setWanted(event.target.value)} />
        {mayEdit ? <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen("new")}>{t("addObject")}</Button> : null}
      </div>
      {objects.error ? <Failure error={objects.error} retry={() => void objects.refetch()} /> : null}
      <section className="panel flush">
        <Table<ObjectRow>
          rowKey="id" size="middle" loading={objects.isPending} dataSource={shown} scroll={{ x: "max-content" }}
          pagination={shown.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
          locale={{ emptyText: <Nothing>{t("none")}</Nothing> }}
          columns={[
            { title: t("name"), dataIndex: "name", render: (name: string) => <strong>{name}</strong> },
            { title: t("kind"), dataIndex: "kind", render: (kind: string) => t(kindWord(kind)) },
            { title: t("grade"), dataIndex: "grade", render: (grade: string) => { const [tone, word] = grades[grade] ?? ["quiet", "none"]; return <Mark tone={tone}>{t(word)}</Mark>; } },
            { title: t("address"), dataIndex: "address" },
            { title: t("business"), dataIndex: "business" },
            { title: t("party"), dataIndex: "party", render: (party: string) => party || <span className="muted">—</span> },
            ...(mayEdit ? [{ title: "", key: "edit", width: 48, render: (_: unknown, row: ObjectRow) => <Button type="text" icon={<EditOutlined />} aria-label={`${t("editObject")}: ${row.name}`} onClick={() => setOpen(row)} /> }] : []),
          ]}
        />
      </section>
      {open ? <ObjectDialog object={open === "new" ? null : open} onDone={() => setOpen(null)} /> : null}
    </div>
  );
}

function PartyTable() {
  const { t } = useDictionary<ObjectWord>(words);
  const { can } = useSession();
  const parties = useParties();
  const { shown, setWanted } = useSearch(parties.data, (p) => `${p.name} ${p.address} ${p.phone}`);
  const [open, setOpen] = useState<Party | "new" | null>(null);
  const mayEdit = can("collector", "officer");
  return (
    <div className="stack">
      <div className="between" style={{ flexWrap: "wrap" }}>
        <Input.Search allowClear placeholder={t("search")} aria-label={t("search")} style={{ width: 280 }} onChange={(event) => setWanted(event.target.value)} />
        {mayEdit ? <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen("new")}>{t("addParty")}</Button> : null}
      </div>
      {parties.error ? <Failure error={parties.error} retry={() => void parties.refetch()} /> : null}
      <section className="panel flush">
        <Table<Party>
          rowKey="id" size="middle" loading={parties.isPending} dataSource={shown} scroll={{ x: "max-content" }}
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
