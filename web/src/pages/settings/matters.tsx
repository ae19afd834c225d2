// The law as data: matters with their bands, working days by year, and what was entered
// and put into force.
import { App, Button } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sentenceOf } from "../../api/problem";
import { useMatters } from "../../api/queries";
import type { Matter } from "../../api/types";
import { useSession } from "../../app/session";
import { dateTime, duration, yuan } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Listing } from "../../parts/listing";
import { Failure, Loaded, Nothing } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { Page } from "../../parts/page";
import { Bands } from "./bands";
import { approveRule, useRules, useYears, type RuleEntry, type RuleKind } from "./calls";
import { RuleForm } from "./rule-form";
import words, { type SettingsWord } from "./words";

interface Editing { kind: RuleKind; name: string; fresh?: boolean }

export default function Matters() {
  const { t, pick, language } = useDictionary<SettingsWord>(words);
  const { can } = useSession();
  const matters = useMatters();
  const [editing, setEditing] = useState<Editing | null>(null);
  const change = can("legal");
  return (
    <Page title={t("matters")} lead={t("mattersLead")}>
      {matters.error ? <Failure error={matters.error} retry={() => void matters.refetch()} /> : null}
      <div className="stack">
        <section className="panel flush">
          <Listing<Matter>
            rowKey="key" loading={matters.isPending} dataSource={matters.data}
            locale={{ emptyText: <Nothing>{t("noMatters")}</Nothing> }}
            expandable={{ expandRowByClick: true, expandedRowRender: (m) => <Bands matter={m} /> }}
            columns={[
              { title: t("matter"), key: "name", render: (_, m) => <><strong>{pick(m.name_zh, m.name_en)}</strong>{m.major ? <> <Mark tone="wait">{t("major")}</Mark></> : null}</> },
              { title: t("basis"), key: "basis", render: (_, m) => <div>{m.basis.map((b) => <div key={b.law_zh + b.article + b.valid_from}>{pick(b.law_zh, b.law_en)} {pick(b.article, b.article_en)} <span className="muted nowrap">{t("validFrom", { date: b.valid_from })}</span></div>)}</div> },
              { title: t("fine"), key: "fine", render: (_, m) => (m.fine_max_fen ? <span className="nowrap">{yuan(m.fine_min_fen)} – {yuan(m.fine_max_fen)}</span> : "—") },
              { title: t("grace"), key: "grace", render: (_, m) => (m.grace_s ? duration(m.grace_s, language) : "—") },
              { title: t("offsite"), key: "offsite", render: (_, m) => <Mark tone={m.offsite ? "ok" : "quiet"}>{t(m.offsite ? "listed" : "notListed")}</Mark> },
              ...(change ? [{ title: "", key: "change", render: (_: unknown, m: Matter) => <Button size="small" onClick={(event) => { event.stopPropagation(); setEditing({ kind: "matter", name: m.key }); }}>{t("change")}</Button> }] : []),
            ]}
          />
        </section>
        <WorkingDays onEdit={change ? setEditing : null} />
        {can("legal", "head", "admin", "auditor", "supervisor") ? <Entered /> : null}
      </div>
      {editing ? <RuleForm {...editing} onDone={() => setEditing(null)} /> : null}
    </Page>
  );
}

function WorkingDays({ onEdit }: { onEdit: ((e: Editing) => void) | null }) {
  const { t } = useDictionary<SettingsWord>(words);
  const years = useYears();
  return (
    <section className="panel">
      <header><h2>{t("workingDays")}</h2></header>
      <div className="panel-body">
        <Loaded query={years}>
          {(data) => (
            <div className="stack">
              {data.lacks > 0 ? <Mark tone="bad">{t(data.provisional ? "yearProvisional" : "yearLacks", { year: data.lacks })}</Mark> : null}
              <ul className="plain-list">
                {data.years.map((y) => (
                  <li key={y.year} className="between">
                    <span><strong>{y.year}</strong> <span className="muted">{y.source}</span></span>
                    <span className="row">
                      {y.provisional ? <Mark tone="wait">{t("provisional")}</Mark> : null}
                      {onEdit ? <Button size="small" onClick={() => onEdit({ kind: "year", name: String(y.year) })}>{t("change")}</Button> : null}
                    </span>
                  </li>
                ))}
              </ul>
              {onEdit ? <div><Button onClick={() => onEdit({ kind: "year", name: String((data.years.at(-1)?.year ?? new Date().getFullYear()) + 1), fresh: true })}>{t("addYear")}</Button></div> : null}
            </div>
          )}
        </Loaded>
      </div>
    </section>
  );
}

function Entered() {
  const { t, language } = useDictionary<SettingsWord>(words);
  const { can, user } = useSession();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const rules = useRules(true);
  const approve = useMutation({
    mutationFn: approveRule,
    onSuccess: async () => {
      await Promise.all(["rules", "matters", "years"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
      void message.success(t("ruleHolds"));
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  const state = (e: RuleEntry) => (e.holds ? <Mark tone="ok">{t("holds")}</Mark> : e.approved_at ? <Mark tone="quiet">{t("held")}</Mark> : <Mark tone="wait">{t("waitsForApproval")}</Mark>);
  return (
    <section className="panel">
      <header><h2>{t("entered")}</h2></header>
      <div className="panel-body">
        <Loaded query={rules}>
          {(list) => (list.length === 0 ? <Nothing>{t("noRules")}</Nothing> : (
            <ul className="plain-list">
              {list.map((e) => (
                <li key={e.id}>
                  <div className="between">
                    <span><strong>{e.key}</strong> {state(e)} <span className="muted">{e.by} · {dateTime(e.at)}{e.approved_by ? ` · ${t("approvedBy", { name: e.approved_by })}` : ""}</span></span>
                    {!e.approved_at && can("head") && e.by !== user.name ? <Button size="small" type="primary" loading={approve.isPending} onClick={() => approve.mutate(e.id)}>{t("approve")}</Button> : null}
                  </div>
                  <div className="muted">{e.reason}</div>
                  <details><summary>{t("ruleText")}</summary><pre className="mono">{e.text}</pre></details>
                </li>
              ))}
            </ul>
          ))}
        </Loaded>
      </div>
    </section>
  );
}
