import { Button } from "antd";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { useFinding } from "../../api/queries";
import type { CaseDocument, CaseFile, Finding } from "../../api/types";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Loaded, Nothing } from "../../parts/loaded";
import { pageAlone } from "../../parts/page-alone";
import { Missing } from "../findings/clip";
import { Stills } from "../findings/review";
import { viewOf } from "../findings/view";
import words, { type CaseWord } from "./words";

const pdf = (document: CaseDocument) => `/api/v1/documents/${encodeURIComponent(document.id)}/pdf`;

// Documents lists the case's documents beside a preview of the chosen one, and beside that
// the evidence that it stands on.
export function Documents({ file }: { file: CaseFile }) {
  const { t, pick } = useDictionary<CaseWord>(words);
  const { documents } = file;
  const [chosen, setChosen] = useState(documents[documents.length - 1]?.id);
  const shown = documents.find((d) => d.id === chosen) ?? documents[documents.length - 1];
  if (!shown) return <Nothing>{t("noDocuments")}</Nothing>;
  const name = pick(shown.title_zh, shown.title_en);
  return (
    <div className="documents beside">
      <ul className="plain-list">
        {documents.map((d) => (
          <li key={d.id}>
            <button type="button" className="review-item" aria-current={d.id === shown.id} onClick={() => setChosen(d.id)}>
              <strong>{pick(d.title_zh, d.title_en)}</strong>
              <span>{d.number}</span>
              <span>{dateTime(d.issued_at)}</span>
            </button>
          </li>
        ))}
      </ul>
      <div className="stack" style={{ gap: 8 }}>
        <iframe title={t("previewOf", { name })} src={pdf(shown) + pageAlone} />
        <div className="between">
          <dl className="facts">
            <dt>{t("code")}</dt><dd className="mono"><a href={`/d/${shown.code}`} target="_blank" rel="noreferrer">{shown.code}</a></dd>
            <dt>{t("digest")}</dt><dd className="mono">{shown.sha256}</dd>
          </dl>
          <Button href={pdf(shown)} target="_blank" rel="noreferrer">{t("openPDF")}</Button>
        </div>
      </div>
      <Evidence file={file} />
    </div>
  );
}

// Evidence is what a document must agree with: the pictures, the rule's sentence, the clip.
function Evidence({ file }: { file: CaseFile }) {
  const { t } = useDictionary<CaseWord>(words);
  const finding = useFinding(file.id);
  return (
    <section className="stack" style={{ gap: 8 }} aria-label={t("evidence")}>
      <Loaded query={finding} isEmpty={({ bundle }) => !bundle} empty={t("noEvidence")}>{(data) => <Seen finding={data} />}</Loaded>
    </section>
  );
}

function Seen({ finding }: { finding: Finding }) {
  const { t, pick } = useDictionary<CaseWord>(words);
  const seen = useMemo(() => viewOf(finding, "case"), [finding]);
  return (
    <>
      <Stills finding={seen} boxes />
      {seen.clip ? <video src={seen.clip} controls muted playsInline preload="metadata" aria-label={t("clip")} /> : null}
      <Missing finding={seen} />
      <p style={{ margin: 0 }}>{pick(seen.why.zh, seen.why.en)}</p>
      <p className="muted" style={{ margin: 0 }}>{seen.camera} · {dateTime(seen.first)} – {dateTime(seen.last)}</p>
      <Link to={`/evidence/${seen.bundle}`} className="mono">{seen.bundle}</Link>
    </>
  );
}
