// A public list: what to say while it comes, when it does not, when it is empty, and
// the table of what there is.
import type { ReactNode } from "react";
import { sentenceOf } from "../api/problem";
import { usePortalWords } from "./use-portal-words";
import type { PortalWord } from "./words";

interface Asked {
  isPending: boolean;
  error: Error | null;
  data: unknown;
}

export function Listed<Row>({ query, rows, columns, children }: { query: Asked; rows: Row[]; columns: PortalWord[]; children: (row: Row) => ReactNode }) {
  const { t, language } = usePortalWords();
  return (
    <>
      {query.isPending ? <p role="status">{t("loading")}</p> : null}
      {query.error ? <p role="alert" className="say bad">{sentenceOf(query.error, language)}</p> : null}
      {query.data && rows.length === 0 ? <p className="muted">{t("none")}</p> : null}
      {rows.length > 0 ? (
        <div className="wide-table">
          <table>
            <thead><tr>{columns.map((word) => <th key={word} scope="col">{t(word)}</th>)}</tr></thead>
            <tbody>{rows.map(children)}</tbody>
          </table>
        </div>
      ) : null}
    </>
  );
}
