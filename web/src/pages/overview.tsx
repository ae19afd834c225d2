// The first page: what waits for this person, then how the whole stands.
import { Link } from "react-router";
import { useOverview } from "../api/queries";
import type { Overview as View } from "../api/types";
import { useSession } from "../app/session";
import { useWords } from "../app/use-words";
import { dateTime, duration } from "../format/format";
import { useDictionary } from "../i18n/translate";
import { Loaded } from "../parts/loaded";
import { cameraTone, caseTone, Mark } from "../parts/mark";
import { Page } from "../parts/page";
import { Due } from "./cases/due";
import { KeyAreas } from "./areas";
import { Inspections, Services, Wall } from "./homes";
import { QuotaBar } from "./supervision/quota-bar";
import words, { type OverviewWord } from "./words";

export default function Overview() {
  const { t } = useDictionary<OverviewWord>(words);
  const { user } = useSession();
  const overview = useOverview();
  return (
    <Page title={t("title")} lead={t("hello", { name: user.name })}>
      {user.licence_state && user.licence_state !== "valid" ? <Ending /> : null}
      <Loaded query={overview}>{(view) => <Shown view={view} />}</Loaded>
    </Page>
  );
}

function Shown({ view }: { view: View }) {
  const { can } = useSession();
  const casework = can("reviewer", "officer", "legal", "head", "auditor", "supervisor");
  return (
    <div className="stack">
      {view.calendar_lacks > 0 && can("legal", "head") ? <Lacks view={view} /> : null}
      <NeedsMe view={view} />
      <div className="grid two">
        <div className="stack">
          {casework ? <Latest view={view} /> : null}
          {view.trend.length > 0 ? <Trend view={view} /> : null}
          {view.quotas.length > 0 ? <Quotas view={view} /> : null}
          {casework ? null : <Cameras view={view} />}
          {can("operator") ? <Wall /> : null}
          {can("collector") ? <Inspections /> : null}
        </div>
        <div className="stack">
          {casework ? <KeyAreas /> : null}
          {casework ? <Deadlines view={view} /> : null}
          {casework ? <Cameras view={view} /> : null}
          {casework ? <ByState view={view} /> : null}
          <Evidence view={view} />
          {can("admin") ? <Services /> : null}
        </div>
      </div>
    </div>
  );
}

// Ending warns an officer whose certificate soon runs out, or has.
function Ending() {
  const { t } = useDictionary<OverviewWord>(words);
  const { user } = useSession();
  const ended = user.licence_state === "ended";
  return (
    <p role={ended ? "alert" : "status"}>
      <Mark tone={user.licence_state === "soon" ? "wait" : "bad"}>{t(ended ? "certificateEnded" : "certificateEnds", { day: user.licence_until ?? "", n: user.licence_days })}</Mark>
    </p>
  );
}

// Lacks warns of a year whose working days nobody has entered: its deadlines cannot be counted.
function Lacks({ view }: { view: View }) {
  const { t } = useDictionary<OverviewWord>(words);
  return (
    <p role="alert" style={{ margin: 0 }}>
      <Mark tone={view.calendar_provisional ? "wait" : "bad"}>{t(view.calendar_provisional ? "yearProvisional" : "yearLacks", { year: view.calendar_lacks })}</Mark>{" "}
      <Link to="/settings/matters">{t("enterYear")}</Link>
    </p>
  );
}

const tasks: Record<string, [OverviewWord, string]> = {
  first_review: ["firstReviews", "/findings?stage=first"],
  second_review: ["secondReviews", "/findings?stage=second"],
  case: ["casesToAct", "/cases"],
  unknown_party: ["partiesToFind", "/cases?party=unknown"],
  legal: ["legalToDo", "/cases?state=legal_review"],
  head: ["headToDo", "/cases"],
  refund: ["refundsToConfirm", "/cases?refund=asked"],
  cameras: ["camerasToFix", "/cameras"],
  mention: ["mentionsToRead", "/cases/mentions"],
};

function NeedsMe({ view }: { view: View }) {
  const { t } = useDictionary<OverviewWord>(words);
  const { can } = useSession();
  const mine = [...view.waiting, ...(can("operator") ? [{ kind: "cameras", count: view.cameras.down.length }] : [])];
  if (mine.length === 0) return null;
  return (
    <section aria-label={t("needsMe")} className="tasks">
      {mine.map(({ kind, count }) => {
        const [word, to] = tasks[kind] ?? ["needsMe", "/cases"];
        return (
          <Link key={kind} to={to} className={count > 0 ? "task" : "task none"}>
            <strong>{count}</strong>
            <span>{t(word)}</span>
          </Link>
        );
      })}
    </section>
  );
}

function Latest({ view }: { view: View }) {
  const { t, pick } = useDictionary<OverviewWord>(words);
  const frame = useWords();
  return (
    <section className="panel">
      <header><h2>{t("recentHead")}</h2><Link to="/findings?stage=all">{t("all")}</Link></header>
      <div className="panel-body">
        {view.findings.length === 0 ? <span className="muted">{t("noRecent")}</span> : null}
        <ul className="plain-list">
          {view.findings.map((f) => (
            <li key={f.id}>
              <div className="between">
                <Link to={`/findings/${f.id}`}>{pick(f.matter_zh, f.matter_en)}</Link>
                <Mark tone={caseTone(f.state)}>{frame.stateLabel(f.state)}</Mark>
              </div>
              <div className="muted">{f.camera}{f.object ? ` · ${f.object}` : ""} · <span className="nowrap">{dateTime(f.raised)}</span></div>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

const trends = [["found", "trendFound", "wait"], ["filed", "trendFiled", "act"], ["closed", "trendClosed", "ok"]] as const;

// Trend shows the latest days as bars, a row for each of what they brought.
function Trend({ view }: { view: View }) {
  const { t } = useDictionary<OverviewWord>(words);
  return (
    <section className="panel">
      <header><h2>{t("trendHead", { n: view.trend.length })}</h2></header>
      <div className="panel-body trend">
        {trends.map(([key, word, tone]) => {
          const counts = view.trend.map((day) => day[key]);
          const most = Math.max(1, ...counts);
          const sum = counts.reduce((a, b) => a + b, 0);
          return (
            <div key={key} className={`trend-row ${tone}`}>
              <span>{t(word)} <strong>{sum}</strong></span>
              <svg viewBox={`0 0 ${counts.length} 10`} preserveAspectRatio="none" role="img" aria-label={t("trendSays", { name: t(word), sum, most: Math.max(...counts) })}>
                {counts.map((n, i) => <rect key={view.trend[i]!.day} x={i + 0.1} width={0.8} y={10 - (n / most) * 10} height={(n / most) * 10}><title>{`${view.trend[i]!.day}: ${n}`}</title></rect>)}
              </svg>
            </div>
          );
        })}
        <div className="trend-days" aria-hidden><span>{view.trend[0]!.day.slice(5)}</span><span>{view.trend.at(-1)!.day.slice(5)}</span></div>
      </div>
    </section>
  );
}

function Quotas({ view }: { view: View }) {
  const { t } = useDictionary<OverviewWord>(words);
  return (
    <section className="panel">
      <header><h2>{t("quotasHead")}</h2><Link to="/supervision">{t("all")}</Link></header>
      <div className="panel-body quota-pair">{view.quotas.slice(0, 4).map((quota) => <QuotaBar key={quota.key} quota={quota} />)}</div>
    </section>
  );
}

function Deadlines({ view }: { view: View }) {
  const { t, pick } = useDictionary<OverviewWord>(words);
  return (
    <section className="panel">
      <header><h2>{t("deadlinesHead")}</h2></header>
      <div className="panel-body">
        {view.deadlines.length === 0 ? <span className="muted">{t("noDeadlines")}</span> : null}
        <ul className="plain-list">
          {view.deadlines.map((d) => (
            <li key={d.case_id + d.label_zh} className="between">
              <span><Link to={`/cases/${d.case_id}`}>{d.number || pick(d.label_zh, d.label_en)}</Link>{d.number ? <div className="muted">{pick(d.label_zh, d.label_en)}</div> : null}</span>
              <Due at={d.at} />
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function Cameras({ view }: { view: View }) {
  const { t, pick } = useDictionary<OverviewWord>(words);
  const frame = useWords();
  const { live, total, down } = view.cameras;
  return (
    <section className="panel">
      <header><h2>{t("camerasHead")}</h2><Link to="/cameras">{t("camerasLive", { live, all: total })}</Link></header>
      <div className="panel-body">
        {down.length === 0 ? <span className="muted">{t("allLive")}</span> : null}
        <ul className="plain-list">
          {down.map((camera) => (
            <li key={camera.id}>
              <div className="between">
                <Link to={`/cameras/${camera.id}`}>{camera.name}</Link>
                <Mark tone={cameraTone(camera.state)}>{frame.cameraLabel(camera.state)}</Mark>
              </div>
              <div className="muted">{pick(camera.why_zh, camera.why_en)}</div>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

// What still goes its way stands above what has ended.
const order = [
  "found", "reminded", "reviewed", "verified", "filed", "notified", "investigated", "proposed", "hearing", "legal_review", "collective", "decided",
  "serving", "served", "overdue", "urged", "court", "paid", "closed", "archived",
];

function ByState({ view }: { view: View }) {
  const { t } = useDictionary<OverviewWord>(words);
  const frame = useWords();
  const most = Math.max(1, ...view.cases_by_state.map((s) => s.count));
  const place = (state: string) => (order.includes(state) ? order.indexOf(state) : order.length);
  const states = view.cases_by_state.toSorted((a, b) => place(a.state) - place(b.state));
  return (
    <section className="panel">
      <header><h2>{t("byState")}</h2></header>
      <div className="panel-body">
        {view.cases_by_state.length === 0 ? <span className="muted">{t("noCases")}</span> : null}
        <ul className="bars">
          {states.map((s) => (
            <li key={s.state}>
              <Link to={`/cases?state=${s.state}`}>{frame.stateLabel(s.state)}</Link>
              <span className="bar-track" aria-hidden><i style={{ width: `${(s.count / most) * 100}%` }} /></span>
              <span>{s.count}</span>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function Evidence({ view }: { view: View }) {
  const { t, language } = useDictionary<OverviewWord>(words);
  const { count, oldest, silent } = view.evidence_waiting;
  const waited = oldest ? duration((Date.now() - new Date(oldest).getTime()) / 1000, language) : "";
  return (
    <section className="panel">
      <header><h2>{t("evidenceHead")}</h2></header>
      <div className="panel-body">
        {count === 0 ? <span className="muted">{t("evidenceNone")}</span> : <Mark tone="wait">{t("evidenceWaiting", { n: count })}</Mark>}
        {count > 0 && waited ? <div className="muted">{t("evidenceOldest", { time: waited })}</div> : null}
        {silent.length > 0 ? <div><Mark tone="bad">{t("evidenceSilent", { nodes: silent.join(", ") })}</Mark></div> : null}
      </div>
    </section>
  );
}
