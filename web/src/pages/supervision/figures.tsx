// The plan's figures with their other readings, beside a month that is sealed, and
// what is still needed.
import { Button, Select } from "antd";
import { Link, useSearchParams } from "react-router";
import { useQuotas, type Part } from "../../api/queries";
import type { Quota } from "../../api/types";
import { useSession } from "../../app/session";
import { dateTime, percent } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Loaded, Nothing } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import partWords, { type PartWord } from "../../parts/words";
import { useSnapshots, type Snapshot } from "./calls";
import { Frame } from "./frame";
import { ChoosePart, Comparison, usePart } from "./parts";
import { QuotaBar } from "./quota-bar";
import words, { type SupervisionWord } from "./words";

const reportURL = (format: "xlsx" | "pdf", query = "") => `/api/v1/quotas/report?${new URLSearchParams({ format })}${query && `&${query}`}`;

// Figures are those of the townships that somebody sees, now and as their months were sealed.
export default function Figures() {
  const { t } = useDictionary<SupervisionWord>(words);
  const { user } = useSession();
  const { part, query } = usePart();
  const chosen = part.brigade ?? part.township;
  const district = user.townships.length === 0 && !chosen;
  const quotas = useQuotas(part);
  const snapshots = useSnapshots(part);
  const [search, setSearch] = useSearchParams();
  const then = snapshots.data?.find((one) => one.month === search.get("month"));
  return (
    <Frame
      title={district ? t("figures") : t("figuresOf", { townships: chosen ?? user.townships.join("、") })} lead={t(district ? "figuresLead" : "figuresOwn")}
      extra={(["xlsx", "pdf"] as const).map((format) => <Button key={format} href={reportURL(format, query)} download>{t("export", { format: format.toUpperCase() })}</Button>)}
    >
      <div className="row">
        <ChoosePart />
        {snapshots.data?.length ? (
          <Select
            allowClear value={then?.month} placeholder={t("compare")} aria-label={t("compare")} style={{ width: 280, maxWidth: "100%" }}
            onChange={(month?: string) => setSearch(new URLSearchParams([query, month ? `month=${month}` : ""].filter(Boolean).join("&")), { replace: true })}
            options={snapshots.data.map(({ month }) => ({ value: month, label: t("compareWith", { month }) }))}
          />
        ) : null}
      </div>
      <Loaded query={quotas} isEmpty={(list) => list.length === 0} empty={t("noFigures")}>
        {(list) => (
          <div className="quota-grid">
            {list.filter((quota) => !quota.reading).map((quota) => <Group key={quota.key} quota={quota} readings={list.filter((other) => other.reading === quota.key)} query={query} then={then} />)}
          </div>
        )}
      </Loaded>
      {chosen ? null : <Comparison quotas={quotas.data ?? []} />}
      <Sealed part={part} query={query} />
    </Frame>
  );
}

function Group({ quota, readings, query, then }: { quota: Quota; readings: Quota[]; query: string; then?: Snapshot }) {
  const { t, pick } = useDictionary<SupervisionWord>(words);
  const { can } = useSession();
  const opens = can("officer", "legal", "head", "auditor", "supervisor");
  return (
    <section className="panel">
      <div className="panel-body stack">
        {[quota, ...readings].map((one) => (
          <div key={one.key}>
            {one.reading ? <p className="muted">{t("otherReading")}</p> : null}
            <QuotaBar quota={one} />
            {then ? <Change now={one} then={then.quotas.find((other) => other.key === one.key)} month={then.month} /> : null}
            <Outlook quota={one} />
            <blockquote>{pick(one.sentence_zh, one.sentence_en)}</blockquote>
            {opens ? <Link to={`/supervision/figures/${one.key}${query && `?${query}`}`}>{t("openList")}</Link> : null}
          </div>
        ))}
      </div>
    </section>
  );
}

// Change says what a figure was in a sealed month and by how much it has moved.
function Change({ now, then, month }: { now: Quota; then?: Quota; month: string }) {
  const { t } = useDictionary<SupervisionWord>(words);
  const part = useDictionary<PartWord>(partWords);
  if (!then || then.denominator === 0 || now.denominator === 0) return <p className="muted change">{t("wasNothing", { month })}</p>;
  const days = now.unit === "days";
  const by = now.value - then.value;
  const amount = days ? part.t("days1", { n: Math.abs(by).toFixed(1) }) : t("points", { n: (Math.abs(by) * 100).toFixed(1) });
  const was = days ? part.t("days1", { n: then.value.toFixed(1) }) : percent(then.value);
  const sign = Math.abs(by) < (days ? 0.05 : 0.0005) ? t("same") : `${by > 0 ? "+" : "−"}${amount}`;
  return <p className="change">{t("was", { month, value: was })} <strong>{sign}</strong></p>;
}

// Outlook says how the year will end at this pace, and how many are wanting.
export function Outlook({ quota }: { quota: Quota }) {
  const { t } = useDictionary<SupervisionWord>(words);
  if (quota.unit !== "share" || quota.denominator === 0) return null;
  return (
    <p className="muted">
      {t("forecast", { value: percent(quota.forecast) })} · {quota.needed > 0 ? t("needed", { n: quota.needed }) : t("enough")}
    </p>
  );
}

function Sealed({ part, query }: { part: Part; query: string }) {
  const { t } = useDictionary<SupervisionWord>(words);
  const snapshots = useSnapshots(part);
  return (
    <section className="panel">
      <header><h2>{t("sealed")}</h2></header>
      <div className="panel-body">
        <p className="muted">{t("sealedLead")}</p>
        <Loaded query={snapshots}>
          {(list) => (list.length === 0 ? <Nothing>{t("noSealed")}</Nothing> : <ul className="plain-list">{list.map((one) => <Month key={one.month} snapshot={one} query={query} />)}</ul>)}
        </Loaded>
      </div>
    </section>
  );
}

const download = (text: string) => `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`;

function Month({ snapshot, query }: { snapshot: Snapshot; query: string }) {
  const { t } = useDictionary<SupervisionWord>(words);
  const month = `month=${snapshot.month}${query && `&${query}`}`;
  const name = `quota-${snapshot.month}${snapshot.area && `-${snapshot.area}`}`;
  return (
    <li>
      <div className="between">
        <span className="row"><strong>{snapshot.month}</strong><Mark tone={snapshot.proof ? "ok" : "wait"}>{t(snapshot.proof ? "inLog" : "waitsForLog")}</Mark></span>
        <span className="row">
          <a href={reportURL("pdf", month)} download>PDF</a>
          <a href={reportURL("xlsx", month)} download>XLSX</a>
          <a href={download(snapshot.text)} download={`${name}.json`}>{t("text")}</a>
          {snapshot.proof ? <a href={download(snapshot.proof)} download={`${name}.tlog-proof`}>{t("proof")}</a> : null}
        </span>
      </div>
      <div className="muted"><span className="mono break">{snapshot.sha256}</span> · {t("sealedAt")} {dateTime(snapshot.at)}</div>
    </li>
  );
}
