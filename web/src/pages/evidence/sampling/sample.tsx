// One sample: how it was drawn, what was drawn, and how anyone draws it again.
import { Button } from "antd";
import { Link, useParams } from "react-router";
import type { Sample } from "../../../api/types";
import { dateTime } from "../../../format/format";
import { useDictionary } from "../../../i18n/translate";
import { Loaded, Nothing } from "../../../parts/loaded";
import { Page } from "../../../parts/page";
import { reportOf, useSample } from "./calls";
import { percent, SampleState } from "./samples";
import words, { type SamplingWord } from "./words";

export default function SamplePage() {
  const { id = "" } = useParams();
  const { t } = useDictionary<SamplingWord>(words);
  const sample = useSample(id);
  return (
    <Page title={t("title")} lead={<span className="mono">{id}</span>}>
      <Loaded query={sample}>{(data) => <Shown sample={data} />}</Loaded>
    </Page>
  );
}

function Shown({ sample }: { sample: Sample }) {
  const { t } = useDictionary<SamplingWord>(words);
  const rows: [string, React.ReactNode][] = [
    [t("state"), <SampleState key="state" sample={sample} />],
    [t("period"), `${dateTime(sample.from)} – ${dateTime(sample.to)}`],
    [t("rate"), percent(sample.rate)],
    [t("draws"), dateTime(sample.draws)],
    [t("by"), sample.by],
    ...(sample.seed ? ([[t("index"), String(sample.index ?? 0)], [t("seed"), <span key="seed" className="mono" style={{ overflowWrap: "anywhere" }}>{sample.seed}</span>]] as [string, React.ReactNode][]) : []),
  ];
  return (
    <div className="stack">
      <section className="panel">
        <div className="panel-body stack">
          <dl className="facts">{rows.map(([name, value]) => <div key={name} style={{ display: "contents" }}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
          {sample.taken ? (
            <>
              <div className="row" style={{ flexWrap: "wrap" }}>
                <Button type="primary" href={reportOf(sample.id, "xlsx")} download>{t("reportXLSX")}</Button>
                <Button href={reportOf(sample.id, "pdf")} download>{t("reportPDF")}</Button>
                <Button href={`/api/v1/samples/${encodeURIComponent(sample.id)}`} download={`sample-${sample.id}.json`}>{t("downloadSample")}</Button>
              </div>
              <p className="muted">{t("again")}</p>
              <pre className="mono" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{`offsite audit draw ${window.location.origin}/log/ sample-${sample.id}.json --trust trust.json`}</pre>
            </>
          ) : <p className="muted">{t("notDrawn")}</p>}
        </div>
      </section>
      {sample.taken ? (
        <section className="panel">
          <header><h2>{t("members")}</h2></header>
          <div className="panel-body">
            {sample.members.length === 0 ? <Nothing>{t("nothingDrawn")}</Nothing> : (
              <ul className="plain-list">
                {sample.members.map((m) => (
                  <li key={m.bundle} className="between" style={{ flexWrap: "wrap" }}>
                    <Link className="mono" to={`/evidence/${m.bundle}`}>{m.bundle}</Link>
                    <span className="muted">{t("sealedAt")} {dateTime(m.sealed_at)}</span>
                  </li>
                ))}
              </ul>
            )}
          </div>
        </section>
      ) : null}
    </div>
  );
}
