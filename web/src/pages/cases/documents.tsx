import { Button } from "antd";
import { useState } from "react";
import type { CaseDocument } from "../../api/types";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Nothing } from "../../parts/loaded";
import words, { type CaseWord } from "./words";

const pdf = (document: CaseDocument) => `/api/v1/documents/${encodeURIComponent(document.id)}/pdf`;

// Documents lists the case's documents beside a preview of the chosen one.
export function Documents({ documents }: { documents: CaseDocument[] }) {
  const { t, pick } = useDictionary<CaseWord>(words);
  const [chosen, setChosen] = useState(documents[documents.length - 1]?.id);
  const shown = documents.find((d) => d.id === chosen) ?? documents[documents.length - 1];
  if (!shown) return <Nothing>{t("noDocuments")}</Nothing>;
  const name = pick(shown.title_zh, shown.title_en);
  return (
    <div className="documents">
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
        <iframe title={t("previewOf", { name })} src={pdf(shown)} />
        <div className="between">
          <dl className="facts">
            <dt>{t("code")}</dt><dd className="mono"><a href={`/d/${shown.code}`} target="_blank" rel="noreferrer">{shown.code}</a></dd>
            <dt>{t("digest")}</dt><dd className="mono">{shown.sha256}</dd>
          </dl>
          <Button href={pdf(shown)} target="_blank" rel="noreferrer">{t("openPDF")}</Button>
        </div>
      </div>
    </div>
  );
}
