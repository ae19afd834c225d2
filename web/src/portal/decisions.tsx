// Published decisions; persons are masked by the server.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { sentenceOf } from "../api/problem";
import { date, yuan } from "../format/format";
import { publicDecisions } from "./public-calls";
import { usePortalWords } from "./use-portal-words";

export default function Decisions() {
  const { t, pick, language } = usePortalWords();
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  const list = useInfiniteQuery({
    queryKey: ["public-decisions", asked], initialPageParam: "", queryFn: ({ pageParam }) => publicDecisions(asked, pageParam), getNextPageParam: (last) => last.next_cursor || undefined,
  });
  const shown = (list.data?.pages ?? []).flatMap((page) => page.items);
  return (
    <section>
      <form role="search" onSubmit={(event) => { event.preventDefault(); setAsked(text.trim()); }}>
        <label>{t("searchDecisions")}<input type="search" value={text} maxLength={100} onChange={(event) => setText(event.target.value)} /></label>
      </form>
      {list.isPending ? <p role="status">{t("loading")}</p> : null}
      {list.error ? <p role="alert" className="say bad">{sentenceOf(list.error, language)}</p> : null}
      {list.data && shown.length === 0 ? <p className="muted">{t("none")}</p> : null}
      {shown.length > 0 ? (
        <div className="wide-table">
          <table>
            <thead><tr><th scope="col">{t("docNumber")}</th><th scope="col">{t("matter")}</th><th scope="col">{t("party")}</th><th scope="col">{t("fineIs")}</th><th scope="col">{t("docDate")}</th></tr></thead>
            <tbody>
              {shown.map((d) => (
                <tr key={d.number}>
                  <td>{d.number}</td>
                  <td data-label={t("matter")}>{d.withdrawn_at ? `${t("withdrawn", { date: date(d.withdrawn_at) })} ${d.reason_zh}` : pick(d.matter_zh, d.matter_en)}</td>
                  <td data-label={t("party")}>{d.party || "—"}</td>
                  <td data-label={t("fineIs")} className="nowrap">{d.withdrawn_at ? "—" : yuan(d.fine_fen)}</td>
                  <td data-label={t("docDate")} className="nowrap">{date(d.decided_at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {list.hasNextPage ? <button type="button" className="plain" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t("more")}</button> : null}
    </section>
  );
}
