// The whole case on one page: where it stands, what may lawfully follow, its
// file and its process record.
import { Button, Tabs, Timeline } from "antd";
import { Link, useParams, useSearchParams } from "react-router";
import { useCase } from "../../api/queries";
import type { CaseFile, CaseRef } from "../../api/types";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { date, dateTime, yuan } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { articleOf } from "../../parts/article";
import { Loaded, Nothing } from "../../parts/loaded";
import { caseTone, Mark } from "../../parts/mark";
import { Page } from "../../parts/page";
import { Documents } from "./documents";
import { Diagram } from "./diagram";
import { Due } from "./due";
import { ended, NextSteps } from "./next-steps";
import { useNotes } from "./calls";
import { Notes } from "./notes";
import { FullCopies, PortalLink } from "./party-access";
import { PartySearch } from "./beside/party-search";
import { CounterPayments } from "./beside/counter";
import { Refunds } from "./beside/refunds";
import { Stages } from "./stages";
import { Statements } from "./statements";
import { Annotations } from "../annotations/panel";
import { Suggestions } from "./beside/suggestions";
import words, { type CaseWord } from "./words";

export default function CasePage() {
  const { id = "" } = useParams();
  const file = useCase(id);
  return <Loaded query={file}>{(data) => <File file={data} />}</Loaded>;
}

function File({ file }: { file: CaseFile }) {
  const { t, pick } = useDictionary<CaseWord>(words);
  const frame = useWords();
  const { can } = useSession();
  const [search, setSearch] = useSearchParams();
  const notes = useNotes(file.id);
  const tab = search.get("tab") ?? "facts";
  const matter = pick(file.matter_zh, file.matter_en);
  const tabs = [
    { key: "facts", label: t("facts"), children: <Facts file={file} /> },
    { key: "documents", label: `${t("documents")} ${file.documents.length || ""}`, children: <Documents file={file} /> },
    { key: "evidence", label: `${t("evidence")} ${file.evidence.length || ""}`, children: <Evidence file={file} /> },
    { key: "record", label: t("record"), children: <ProcessRecord file={file} /> },
    { key: "diagram", label: t("diagram"), children: <Diagram file={file} /> },
    { key: "notes", label: `${t("notes")} ${notes.data?.length || ""}`, children: <Notes caseID={file.id} /> },
  ];
  return (
    <Page
      title={file.number || `${matter} · ${t("noNumber")}`}
      extra={can("officer", "legal", "head", "auditor", "supervisor") ? <Button href={`/api/v1/cases/${encodeURIComponent(file.id)}/file.zip`} download>{t("exportFile")}</Button> : null}
      lead={
        <span className="row">
          <Mark tone={caseTone(file.state)}>{frame.stateLabel(file.state)}</Mark>
          {matter} · {file.party || file.object || t("noParty")} · {file.place}
        </span>
      }
    >
      <div className="stack">
        <section className="panel"><div className="panel-body"><Stages state={file.state} /></div></section>
        <PartySearch file={file} />
        <div className={tab === "documents" ? "grid" : "grid two"}>
          <section className="panel case-file"><Tabs items={tabs} activeKey={tab} onChange={(to) => setSearch(to === "facts" ? {} : { tab: to }, { replace: true })} tabBarStyle={{ padding: "0 16px" }} /></section>
          <div className="stack">
            {file.same_act ? <SameAct other={file.same_act} over={ended.has(file.state)} /> : null}
            <NextSteps file={file} />
            <Deadlines file={file} />
            {["notified", "investigated", "proposed"].includes(file.state) ? <Link to={`/cases/${file.id}/inquiry`}>{t("inquiryOpen")}</Link> : null}
            <FullCopies file={file} />
            <CounterPayments file={file} />
            <Refunds file={file} />
            <Suggestions file={file} />
            <Annotations file={file} over={ended.has(file.state)} />
            <PortalLink file={file} />
          </div>
        </div>
      </div>
    </Page>
  );
}

function Facts({ file }: { file: CaseFile }) {
  const { t, pick } = useDictionary<CaseWord>(words);
  const rows: [string, React.ReactNode][] = [
    [t("matter"), pick(file.matter_zh, file.matter_en)],
    [t("description"), pick(file.why_zh, file.why_en)],
    [t("found"), dateTime(file.found_at)],
    [t("place"), file.place],
    [t("camera"), file.camera],
    [t("object"), file.object || "—"],
    [t("party"), file.party || t("noParty")],
    ...(file.fine_fen ? ([[t("fine"), yuan(file.fine_fen)], [t("paid"), yuan(file.paid_fen)], [t("receipt"), file.receipt_no || "—"]] as [string, React.ReactNode][]) : []),
  ];
  return (
    <div className="stack">
      <dl className="facts">
        {rows.map(([name, value]) => <div key={name} style={{ display: "contents" }}><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
      {file.instalments.length > 0 ? <Instalments file={file} /> : null}
      {file.statements.length > 0 ? <Statements file={file} /> : null}
      <Link to={`/findings/${file.id}`}>{t("pictures")} →</Link>
    </div>
  );
}

// The case that forbids another fine, so that whoever decides reads both.
function SameAct({ other, over }: { other: CaseRef; over: boolean }) {
  const { t } = useDictionary<CaseWord>(words);
  return (
    <section className="panel" aria-labelledby="same-act">
      <header><h2 id="same-act">{t("sameAct")}</h2></header>
      <div className="panel-body">
        <OtherCaseLink other={other} />
        {over ? null : <p className="muted" style={{ margin: 0 }}>{t("sameActLead")}</p>}
      </div>
    </section>
  );
}

function OtherCaseLink({ other }: { other: CaseRef }) {
  const { t } = useDictionary<CaseWord>(words);
  if (!other.open) return <span>{other.number} · {t("otherTownship")}</span>;
  return <Link to={`/cases/${other.id}`}>{other.number}</Link>;
}

function Instalments({ file }: { file: CaseFile }) {
  const { t } = useDictionary<CaseWord>(words);
  return (
    <section>
      <h3>{t("instalments")}</h3>
      <ul className="plain-list">
        {file.instalments.map((one, i) => (
          <li key={one.until} className="between">
            <span>{t("instalment", { n: i + 1 })} · {t("instalmentUntil", { fine: yuan(one.fine_fen), date: date(one.until) })}</span>
            <span className="muted">
              {one.late_fen > 0 ? `${t("instalmentLate", { late: yuan(one.late_fen) })} · ` : ""}
              {one.paid_fen > 0 ? t("instalmentPaid", { paid: yuan(one.paid_fen), receipt: one.receipt_no ?? "" }) : "—"}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Evidence({ file }: { file: CaseFile }) {
  const { t } = useDictionary<CaseWord>(words);
  if (file.evidence.length === 0) return <Nothing>{t("noEvidence")}</Nothing>;
  return (
    <ul className="plain-list">
      {file.evidence.map((e) => (
        <li key={e.bundle} className="between">
          <Link className="mono" to={`/evidence/${e.bundle}`}>{e.bundle}</Link>
          <span className="muted">{t(`bundle_${e.kind}`)} · {dateTime(e.sealed_at)}</span>
        </li>
      ))}
    </ul>
  );
}

function ProcessRecord({ file }: { file: CaseFile }) {
  const { t, pick } = useDictionary<CaseWord>(words);
  const frame = useWords();
  return (
    <Timeline
      items={file.record.map((entry) => ({
        color: "gray",
        children: (
          <div>
            <strong>{pick(entry.label_zh, entry.label_en) || entry.event}</strong>
            <span className="muted"> · {dateTime(entry.at)} · {entry.actor || t("system")}{entry.role ? `（${frame.roleLabel(entry.role)}）` : ""}</span>
            <div className="muted">
              {entry.from ? `${frame.stateLabel(entry.from)} → ` : ""}{frame.stateLabel(entry.to)}
              {entry.reason ? ` · ${entry.event === "rechecked" ? t(entry.reason === "present" ? "rechecked_present" : "rechecked_gone") : entry.reason}` : ""}
            </div>
            {entry.papers?.length ? (
              <div className="row">
                {entry.papers.map((p, i) => <a key={p.id} href={`/api/v1/cases/${encodeURIComponent(file.id)}/papers/${encodeURIComponent(p.id)}`} download title={p.sha256}>{t("paper", { n: i + 1 })}</a>)}
              </div>
            ) : null}
            {entry.other_case ? <div>{t("heldApart")} <OtherCaseLink other={entry.other_case} /></div> : null}
          </div>
        ),
      }))}
    />
  );
}

function Deadlines({ file }: { file: CaseFile }) {
  const { t, pick, language } = useDictionary<CaseWord>(words);
  return (
    <section className="panel">
      <header><h2>{t("deadlines")}</h2></header>
      <div className="panel-body">
        {file.deadlines.length === 0 ? <span className="muted">{t("noDeadlines")}</span> : null}
        <ul className="plain-list">
          {file.deadlines.map((d) => (
            <li key={d.label_zh + d.at}>
              <div className="between"><strong>{pick(d.label_zh, d.label_en)}</strong><Due at={d.at} /></div>
              <div className="muted">{articleOf(d.article, language)}</div>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
