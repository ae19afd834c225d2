// What is published of decisions and of draws by lot.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { sentenceOf } from "../api/problem";
import { date, dateTime, yuan } from "../format/format";
import { publicDecisions, publicDraws } from "./public-calls";
import { usePortalWords } from "./use-portal-words";
import type { PortalWord } from "./words";

export function Decisions() {
  const { t, pick, language } = usePortalWords();
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  const decisions = useInfiniteQuery({
    queryKey: ["public-decisions", asked],
    initialPageParam: "",
    queryFn: ({ pageParam }) => publicDecisions(asked, pageParam),
    getNextPageParam: (last) => last.next_cursor || undefined,
  });
  const shown = decisions.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section>
      <form onSubmit={(event) => { event.preventDefault(); setAsked(text.trim()); }}>
        <label>{t("searchDecisions")}<input type="search" value={text} onChange={(event) => setText(event.target.value)} maxLength={100} /></label>
      </form>
      {decisions.isPending ? <p role="status">{t("loading")}</p> : null}
      {decisions.error ? <p role="alert" className="say bad">{sentenceOf(decisions.error, language)}</p> : null}
      {decisions.data && shown.length === 0 ? <p className="muted">{t("none")}</p> : null}
      {shown.length > 0 ? (
        <div className="wide-table">
          <table>
            <thead><tr><th scope="col">{t("decisionNo")}</th><th scope="col">{t("matter")}</th><th scope="col">{t("partyName")}</th><th scope="col">{t("fineDecided")}</th><th scope="col">{t("decidedOn")}</th></tr></thead>
            <tbody>
              {shown.map((d) => (
                <tr key={d.number}>
                  <td>{d.number}</td>
                  {d.withdrawn_at ? <td colSpan={3}>{t("withdrawn", { date: date(d.withdrawn_at) })} {d.reason_zh}</td> : <><td>{pick(d.matter_zh, d.matter_en)}</td><td>{d.party}</td><td style={{ whiteSpace: "nowrap" }}>{yuan(d.fine_fen)}</td></>}
                  <td style={{ whiteSpace: "nowrap" }}>{date(d.decided_at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {decisions.hasNextPage ? <button type="button" className="button" onClick={() => void decisions.fetchNextPage()}>{t("moreDecisions")}</button> : null}
    </section>
  );
}

export function Draws() {
  const { t, language } = usePortalWords();
  const draws = useQuery({ queryKey: ["public-draws"], queryFn: publicDraws });
  return (
    <section>
      <p className="muted">{t("drawsLead")}</p>
      {draws.isPending ? <p role="status">{t("loading")}</p> : null}
      {draws.error ? <p role="alert" className="say bad">{sentenceOf(draws.error, language)}</p> : null}
      {draws.data?.length === 0 ? <p className="muted">{t("none")}</p> : null}
      {draws.data && draws.data.length > 0 ? (
        <div className="wide-table">
          <table>
            <thead><tr><th scope="col">{t("drawName")}</th><th scope="col">{t("drawTime")}</th><th scope="col">{t("drawSeed")}</th><th scope="col">{t("drawResult")}</th></tr></thead>
            <tbody>
              {draws.data.map((d) => (
                <tr key={d.id}>
                  <td>{d.title}<br /><span className="muted">{t(`draw_${d.kind}` as PortalWord)} · {d.wanted} / {d.of}</span></td>
                  <td style={{ whiteSpace: "nowrap" }}>{dateTime(d.draw_at)}</td>
                  <td style={{ overflowWrap: "anywhere", minWidth: "12em" }}>{d.seed || t("drawWaits")}</td>
                  <td>{d.done} / {d.tasks}<br /><a href={`/api/v1/public/draws/${d.id}`}>{t("drawAll")}</a></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </section>
  );
}
