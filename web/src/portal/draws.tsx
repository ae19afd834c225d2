// Draws by lot: what was announced, its seed, what came of it.
import { useQuery } from "@tanstack/react-query";
import { dateTime } from "../format/format";
import { Listed } from "./listed";
import { publicDraws } from "./public-calls";
import { usePortalWords } from "./use-portal-words";
import type { PortalWord } from "./words";

export default function Draws() {
  const { t } = usePortalWords();
  const draws = useQuery({ queryKey: ["public-draws"], queryFn: publicDraws });
  return (
    <section>
      <p className="muted">{t("drawsLead")}</p>
      <Listed query={draws} rows={draws.data ?? []} columns={["drawName", "drawTime", "drawSeed", "drawResult"]}>
        {(d) => (
          <tr key={d.id}>
            <td>{d.title}<br /><span className="muted">{t(`draw_${d.kind}` as PortalWord)} · {d.wanted} / {d.of}</span></td>
            <td data-label={t("drawTime")} className="nowrap">{dateTime(d.draw_at)}</td>
            <td data-label={t("drawSeed")} style={{ overflowWrap: "anywhere", minWidth: "12em" }}>{d.seed || t("drawWaits")}{d.adopted ? <div className="muted">{t("drawAdopted")}</div> : null}</td>
            <td data-label={t("drawResult")}>{d.done} / {d.tasks}<br /><a href={`/api/v1/public/draws/${d.id}`}>{t("drawAll")}</a></td>
          </tr>
        )}
      </Listed>
    </section>
  );
}
