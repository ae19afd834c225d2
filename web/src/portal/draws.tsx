// Draws by lot: what was announced, its seed, what came of it.
import { useQuery } from "@tanstack/react-query";
import { sentenceOf } from "../api/problem";
import { dateTime } from "../format/format";
import { publicDraws } from "./public-calls";
import { usePortalWords } from "./use-portal-words";
import type { PortalWord } from "./words";

export default function Draws() {
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
                  <td className="nowrap">{dateTime(d.draw_at)}</td>
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
