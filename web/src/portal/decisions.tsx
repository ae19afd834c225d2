// Published decisions; persons are masked by the server.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { date, yuan } from "../format/format";
import { Listed } from "./listed";
import { publicDecisions } from "./public-calls";
import { usePortalWords } from "./use-portal-words";

export default function Decisions() {
  const { t, pick } = usePortalWords();
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
      <Listed query={list} rows={shown} columns={["docNumber", "matter", "party", "fineIs", "docDate"]}>
        {(d) => (
          <tr key={d.number}>
            <td>{d.number}</td>
            <td data-label={t("matter")}>{d.withdrawn_at ? `${t("withdrawn", { date: date(d.withdrawn_at) })} ${d.reason_zh}` : pick(d.matter_zh, d.matter_en)}</td>
            <td data-label={t("party")}>{d.party || "—"}</td>
            <td data-label={t("fineIs")} className="nowrap">{d.withdrawn_at ? "—" : yuan(d.fine_fen)}</td>
            <td data-label={t("docDate")} className="nowrap">{date(d.decided_at)}</td>
          </tr>
        )}
      </Listed>
      {list.hasNextPage ? <button type="button" className="plain" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t("more")}</button> : null}
    </section>
  );
}
