// What the party said, with what it sent along, and what was answered.
import type { CaseFile } from "../../api/types";
import { bytes, dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import words, { type CaseWord } from "./words";

export function Statements({ file }: { file: CaseFile }) {
  const { t } = useDictionary<CaseWord>(words);
  return (
    <section className="statements">
      <h3>{t("statements")}</h3>
      <ul className="plain-list">
        {file.statements.map((said) => (
          <li key={said.at}>
            <div className="muted">{dateTime(said.at)}</div>
            <p>{said.text}</p>
            {said.papers.map((paper, i) => (
              <div key={paper.id}>
                <a href={`/api/v1/cases/${encodeURIComponent(file.id)}/papers/${encodeURIComponent(paper.id)}`} download>{t("statementPaper", { n: i + 1, size: bytes(paper.size_bytes) })}</a>{" "}
                <span className="muted mono">{paper.sha256}</span>
              </div>
            ))}
            <p>{said.answer ? <><strong>{t("statementAnswer")}</strong> {said.answer}</> : <span className="muted">{t("statementOpen")}</span>}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
