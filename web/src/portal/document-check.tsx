// Anybody with a document can see whether we issued it: by the code printed on
// it, or its QR code. Nothing about the person is shown.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { Problem, sentenceOf } from "../api/problem";
import { trustText, trustURL } from "../api/trust";
import { trustOf } from "../bundle/check";
import { checkDocument } from "../bundle/document";
import { longDate } from "../format/format";
import { documentSeal, documentSealURL, publicDocument } from "./public-calls";
import { usePortalWords } from "./use-portal-words";

export default function DocumentCheck({ code }: { code: string }) {
  const { t, language } = usePortalWords();
  const [typed, setTyped] = useState(code);
  const found = useQuery({ queryKey: ["document", code], queryFn: () => publicDocument(code), enabled: code !== "" });
  const unknown = found.error instanceof Problem && found.error.status === 404;
  useEffect(() => {
    document.title = t("checkHead");
  }, [t]);
  return (
    <>
      <h1>{t("checkHead")}</h1>
      <p className="muted">{t("checkLead")}</p>
      <section>
        <form onSubmit={(event) => { event.preventDefault(); if (typed.trim()) location.assign(`/d/${encodeURIComponent(typed.trim())}`); }}>
          <label>{t("checkCode")}<input value={typed} spellCheck={false} autoCapitalize="characters" onChange={(event) => setTyped(event.target.value)} /></label>
          <button type="submit">{t("checkSend")}</button>
        </form>
      </section>
      {found.isFetching ? <p role="status">{t("loading")}</p> : null}
      {found.error ? <section className="urgent" role="alert">{unknown ? t("checkBad") : sentenceOf(found.error, language)}</section> : null}
      {found.data ? <Found document={found.data} /> : null}
      {found.data ? <Seal code={code} keys={found.data.keys} /> : null}
    </>
  );
}

function Found({ document: found }: { document: Awaited<ReturnType<typeof publicDocument>> }) {
  const { t, pick, language } = usePortalWords();
  return (
    <section className="settled" role="status">
      <h2>{t("checkOK")}</h2>
      <dl>
        <dt>{t("docKind")}</dt><dd>{pick(found.title_zh, found.title_en)}</dd>
        <dt>{t("docNumber")}</dt><dd>{found.number}</dd>
        <dt>{t("docDate")}</dt><dd>{longDate(found.issued_at, language)}</dd>
        <dt>{t("docDigest")}</dt><dd style={{ fontFamily: "var(--mono)", fontSize: 13 }}>{found.sha256}</dd>
      </dl>
      <p className="muted" style={{ marginTop: 10 }}>{t("docNote")}</p>
    </section>
  );
}

/** The signature that lies beside the document: to take along, and to check here. */
function Seal({ code, keys }: { code: string; keys: { algorithm: string; key: string }[] }) {
  const { t, language } = usePortalWords();
  const [pdf, setPDF] = useState<File>();
  const check = useMutation({
    mutationFn: async (file: File) => checkDocument(new Uint8Array(await file.arrayBuffer()), await documentSeal(code), trustOf(await trustText())),
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (pdf) check.mutate(pdf);
  };
  if (keys.length === 0) return <section data-part="seal"><h2>{t("sealHead")}</h2><p>{t("sealNone")}</p></section>;
  const tone = check.data === "ok" ? "ok" : check.data === "changed" || check.data === "bad" ? "bad" : "unsure";
  return (
    <section data-part="seal">
      <h2>{t("sealHead")}</h2>
      <dl>
        <dt>{t("sealKeys")}</dt>
        <dd className="mono">{keys.map((k) => `${k.key} (${k.algorithm})`).join(", ")}</dd>
      </dl>
      <p>{t("sealLead")}</p>
      <form onSubmit={onSubmit}>
        <label>{t("sealFile")}<input type="file" accept=".pdf,application/pdf" onChange={(event) => { setPDF(event.target.files?.[0]); check.reset(); }} /></label>
        <button type="submit" disabled={!pdf || check.isPending}>{t("sealCheck")}</button>
      </form>
      {check.error ? <p role="alert" className="say bad">{sentenceOf(check.error, language)}</p> : null}
      {check.data ? <p role="status" className={`say ${tone}`}>{t(`seal_${check.data}`)}</p> : null}
      <p>{t("sealOffline")} <code>offsite document verify</code></p>
      <ul className="links">
        <li><a href={documentSealURL(code)} download>{t("sealTake")}</a></li>
        <li><a href={trustURL} download="trust.json">{t("sealTrust")}</a></li>
      </ul>
    </section>
  );
}
