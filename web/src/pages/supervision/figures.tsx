// The plan's figures with their other readings, what is still needed, and the months
// that are sealed.
import { Link } from "react-router";
import { useQuotas } from "../../api/queries";
import type { Quota } from "../../api/types";
import { dateTime, percent } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Loaded, Nothing } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { QuotaBar } from "../quotas/quota-bar";
import { useSnapshots, type Snapshot } from "./calls";
import { Frame } from "./frame";
import words, { type SupervisionWord } from "./words";

export default function Figures() {
  const { t } = useDictionary<SupervisionWord>(words);
  const quotas = useQuotas();
  return (
    <Frame title={t("figures")} lead={t("figuresLead")}>
      <Loaded query={quotas}>
        {(list) => (
          <div className="quota-grid">
            {list.filter((quota) => !quota.reading).map((quota) => <Group key={quota.key} quota={quota} readings={list.filter((other) => other.reading === quota.key)} />)}
          </div>
        )}
      </Loaded>
      <Sealed />
    </Frame>
  );
}

function Group({ quota, readings }: { quota: Quota; readings: Quota[] }) {
  const { t, pick } = useDictionary<SupervisionWord>(words);
  return (
    <section className="panel">
      <div className="panel-body stack">
        {[quota, ...readings].map((one) => (
          <div key={one.key}>
            {one.reading ? <p className="muted">{t("otherReading")}</p> : null}
            <QuotaBar quota={one} />
            <Outlook quota={one} />
            <blockquote>{pick(one.sentence_zh, one.sentence_en)}</blockquote>
            <Link to={`/supervision/figures/${one.key}`}>{t("openList")}</Link>
          </div>
        ))}
      </div>
    </section>
  );
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

function Sealed() {
  const { t } = useDictionary<SupervisionWord>(words);
  const snapshots = useSnapshots();
  return (
    <section className="panel">
      <header><h2>{t("sealed")}</h2></header>
      <div className="panel-body">
        <p className="muted">{t("sealedLead")}</p>
        <Loaded query={snapshots}>
          {(list) => (list.length === 0 ? <Nothing>{t("noSealed")}</Nothing> : <ul className="plain-list">{list.map((one) => <Month key={one.month} snapshot={one} />)}</ul>)}
        </Loaded>
      </div>
    </section>
  );
}

const download = (text: string) => `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`;

function Month({ snapshot }: { snapshot: Snapshot }) {
  const { t } = useDictionary<SupervisionWord>(words);
  return (
    <li>
      <div className="between">
        <span className="row"><strong>{snapshot.month}</strong><Mark tone={snapshot.proof ? "ok" : "wait"}>{t(snapshot.proof ? "inLog" : "waitsForLog")}</Mark></span>
        <span className="row">
          <a href={download(snapshot.text)} download={`quota-${snapshot.month}.json`}>{t("text")}</a>
          {snapshot.proof ? <a href={download(snapshot.proof)} download={`quota-${snapshot.month}.tlog-proof`}>{t("proof")}</a> : null}
        </span>
      </div>
      <div className="muted"><span className="mono break">{snapshot.sha256}</span> · {t("sealedAt")} {dateTime(snapshot.at)}</div>
    </li>
  );
}
