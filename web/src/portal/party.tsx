// What a party sees: what happened, the pictures, what can be done and until
// when, the documents, how far it is.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { dateTime, longDate } from "../format/format";
import { Actions } from "./actions";
import { copyURL, documentURL, fileURL, openCase, portalCase } from "./calls";
import { Credit } from "./credit";
import { FullCopy } from "./full-copy";
import { Inquiry } from "./inquiry";
import { OwnData } from "./own-data";
import { Payment } from "./payment";
import { Proof } from "./proof";
import { Served } from "./served";
import type { PortalCase } from "./types";
import { useCaptions } from "./use-captions";
import { usePortalWords } from "./use-portal-words";
import type { PortalWord } from "./words";

export default function Party({ token }: { token: string }) {
  const { t } = usePortalWords();
  const queries = useQueryClient();
  const opened = useQuery({ queryKey: ["portal", token], queryFn: () => openCase(token), staleTime: Infinity });
  const file = useQuery({ queryKey: ["portal-case"], queryFn: portalCase, enabled: opened.isSuccess, initialData: opened.data });
  useEffect(() => {
    document.title = t("yourCase");
  }, [t]);
  if (opened.error) {
    return (
      <section className="urgent" role="alert">
        <h1>{t("linkBad")}</h1>
        <p>{t("linkBadWhy")}</p>
        <button type="button" className="plain" onClick={() => void opened.refetch()}>{t("retry")}</button>
      </section>
    );
  }
  const data = file.data ?? opened.data;
  if (!data) return <Served waiting={t("loading")} />;
  const refresh = () => queries.invalidateQueries({ queryKey: ["portal-case"] });
  return (
    <>
      <Headline file={data} />
      <Payment file={data} onChange={refresh} />
      <Inquiry file={data} onChange={refresh} />
      <Evidence file={data} />
      <FullCopy file={data} onDone={refresh} />
      <Actions file={data} onDone={refresh} />
      <Said file={data} />
      <Documents file={data} />
      <Copies file={data} />
      <Credit />
      <OwnData />
      <Progress file={data} />
      <Proof />
    </>
  );
}

function Headline({ file }: { file: PortalCase }) {
  const { t, pick, language } = usePortalWords();
  const rows: [PortalWord, string][] = [
    ["when", dateTime(file.at)],
    ["where", file.place],
    ["shop", file.object],
    ["party", file.party],
    ["basis", pick(file.basis_zh, file.basis_en)],
    ["caseNo", file.number],
  ];
  return (
    <>
      <p className="muted" style={{ margin: 0 }}>{t("yourCase")} · {longDate(file.at, language)}</p>
      <h1>{t("headline", { place: file.object || file.place, matter: pick(file.matter_zh, file.matter_en) })}</h1>
      <section>
        <h2>{t("whatHappened")}</h2>
        <p>{pick(file.what_zh, file.what_en)}</p>
        <dl>
          {rows.filter(([, value]) => value).map(([word, value]) => <div key={word} style={{ display: "contents" }}><dt>{t(word)}</dt><dd>{value}</dd></div>)}
        </dl>
      </section>
    </>
  );
}

function Evidence({ file }: { file: PortalCase }) {
  const { t } = usePortalWords();
  const captionOf = useCaptions(file);
  if (file.stills.length === 0 && !file.clip) return null;
  return (
    <section>
      <h2>{t("evidenceHead")}</h2>
      {file.stills.map((still) => <Still key={still.name} url={fileURL(still.name)} caption={captionOf(still.name)} />)}
      {file.clip ? (
        <Clip url={fileURL(file.clip)} />
      ) : null}
      <p className="muted" style={{ fontSize: 14, margin: 0 }}>{t("evidenceNote")}</p>
    </section>
  );
}

/** Sealed copies of all evidence, to be taken along and checked without the bureau. */
function Copies({ file }: { file: PortalCase }) {
  const { t } = usePortalWords();
  if (file.copies.length === 0) return null;
  return (
    <section>
      <h2>{t("copies")}</h2>
      <p className="muted">{t("copiesNote")} <a href="/public/verify" target="_blank" rel="noreferrer">{t("copiesCheck")}</a></p>
      <ul className="links">
        {file.copies.map((copy) => (
          <li key={copy.bundle}>
            <a href={copyURL(copy.bundle, "tar")} download>
              <span>{dateTime(copy.sealed_at)}<br /><small className="muted">{copy.bundle}</small></span>
              <span style={{ whiteSpace: "nowrap" }}>{t("copyDownload", { size: Math.ceil(copy.size_bytes / (1 << 20)) })}</span>
            </a>
            <a href={copyURL(copy.bundle, "tlog-proof")} download>{t("copyReceipt")}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Tries again by itself until the file is there: the first who asks for it waits until it is covered and sealed. */
function useAwaited(): { tries: number; awaited: boolean; failed: () => void } {
  const [tries, setTries] = useState(0);
  const [awaited, setAwaited] = useState(false);
  useEffect(() => {
    if (!awaited) return;
    const timer = setTimeout(() => { setTries((n) => n + 1); setAwaited(false); }, 10_000);
    return () => clearTimeout(timer);
  }, [awaited]);
  return { tries, awaited, failed: () => setAwaited(true) };
}

function Awaited({ what }: { what: string }) {
  const { t } = usePortalWords();
  return (
    <div role="status" className="awaited">
      <progress aria-label={t("copyAwaited")} />
      <p>{what}: {t("copyAwaited")}</p>
    </div>
  );
}

function Still({ url, caption }: { url: string; caption: string }) {
  const { tries, awaited, failed } = useAwaited();
  if (awaited) return <Awaited what={caption} />;
  return (
    <figure>
      <img key={tries} src={url} alt={caption} loading={tries > 0 ? "eager" : "lazy"} decoding="async" onError={failed} />
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

/** The clip, in which people and vehicles are covered. */
function Clip({ url }: { url: string }) {
  const { t } = usePortalWords();
  const { tries, awaited, failed } = useAwaited();
  if (awaited) return <Awaited what={t("clip")} />;
  return (
    <figure>
      <video key={tries} src={url} controls playsInline muted preload={tries > 0 ? "auto" : "none"} aria-label={t("clip")} onError={failed} />
      <figcaption>{t("clipUnplayable")} <a href={url} download>{t("downloadClip")}</a></figcaption>
    </figure>
  );
}

/** What the party stated before, and what was answered. */
function Said({ file }: { file: PortalCase }) {
  const { t } = usePortalWords();
  if (file.statements.length === 0) return null;
  return (
    <section>
      <h2>{t("said")}</h2>
      <ol className="steps">
        {file.statements.map((one) => (
          <li key={one.at} className="done">
            <time dateTime={one.at}>{dateTime(one.at)}</time>
            <p>{one.text}</p>
            {one.papers.length > 0 ? <p className="muted">{t("saidPapers", { n: one.papers.length })}</p> : null}
            <p>{one.answer ? t("saidAnswer", { text: one.answer }) : t("saidOpen")}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Documents({ file }: { file: PortalCase }) {
  const { t, pick } = usePortalWords();
  return (
    <section>
      <h2>{t("documents")}</h2>
      {file.documents.length === 0 ? <p className="muted">{t("noDocuments")}</p> : null}
      <ul className="links">
        {file.documents.map((d) => (
          <li key={d.id}>
            <a href={documentURL(d.id)} target="_blank" rel="noreferrer">
              <span>{pick(d.title_zh, d.title_en)}<br /><small className="muted">{d.number}</small></span>
              <span style={{ whiteSpace: "nowrap" }}>{t("openPDF")}</span>
            </a>
            <a href={`/d/${encodeURIComponent(d.code)}`} target="_blank" rel="noreferrer" aria-label={`${t("documentCheck")} ${d.number}`}>{t("documentCheck")}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Progress({ file }: { file: PortalCase }) {
  const { t, pick } = usePortalWords();
  return (
    <section>
      <h2>{t("progress")}</h2>
      <ol className="steps">
        {file.progress.map((step, i) => (
          <li key={step.at + step.label_zh} className={i === file.progress.length - 1 ? "now" : "done"}>
            {pick(step.label_zh, step.label_en)}
            <time dateTime={step.at}>{dateTime(step.at)}</time>
          </li>
        ))}
      </ol>
      <h2>{t("disagree")}</h2>
      <p>{t("disagreeText")}</p>
      <p className="muted" style={{ margin: 0 }}>{t("contact")}</p>
    </section>
  );
}
