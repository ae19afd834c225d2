// Anybody with a document can see whether we issued it: by the code printed on
// it, or its QR code. Nothing about the person is shown.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Problem, sentenceOf } from "../api/problem";
import { longDate } from "../format/format";
import { publicDocument } from "./public-calls";
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
