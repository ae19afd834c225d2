// An unknown party, to be found out where it was seen: the still and the place, who is near
// by, and who has taken it on.
import { Button } from "antd";
import { evidenceFileURL } from "../../../api/queries";
import type { CaseFile } from "../../../api/types";
import { useSession } from "../../../app/session";
import { dateTime } from "../../../format/format";
import { useDictionary } from "../../../i18n/translate";
import { Mark } from "../../../parts/mark";
import { leaveSearch, takeSearch } from "../calls";
import { Due } from "../due";
import { useCaseStep } from "../use-case-step";
import words, { type BesideWord } from "./words";

export function PartySearch({ file }: { file: CaseFile }) {
  const { t } = useDictionary<BesideWord>(words);
  const { can } = useSession();
  const step = useCaseStep(file.id, (does: (id: string) => Promise<unknown>) => does(file.id));
  const search = file.search;
  if (!search) return null;
  const taken = search.taken_by !== "";
  const still = search.still ? evidenceFileURL(search.bundle, search.still) : "";
  return (
    <section className="panel" aria-labelledby="party-search">
      <header><h2 id="party-search">{t("searchHead")}</h2><Due at={search.until} /></header>
      <div className="panel-body party-search">
        {still ? <a href={still} target="_blank" rel="noreferrer"><img src={still} alt={t("searchStill")} /></a> : null}
        <div className="stack">
          <p><strong>{file.place}</strong><br />{dateTime(file.found_at)} · {file.camera}</p>
          <p className="muted">{t(!taken ? "searchLead" : search.own ? "searchOwnLead" : "searchOthersLead")}</p>
          <div className="row">
            {taken ? <span><Mark tone="ok">{t("searchTaken")}</Mark> {search.taken_by} · {dateTime(search.taken_at)}</span> : <Mark tone="act">{t("searchOpen")}</Mark>}
            {!taken && can("officer") ? <Button type="primary" loading={step.isPending} onClick={() => step.mutate(takeSearch)}>{t("searchTake")}</Button> : null}
            {taken && (search.own || can("head")) ? <Button loading={step.isPending} onClick={() => step.mutate(leaveSearch)}>{t("searchLeave")}</Button> : null}
          </div>
          {!taken && search.nearby.length > 0 ? (
            <section>
              <h3>{t("searchNearby")}</h3>
              <ul className="plain-list">
                {search.nearby.map((who, i) => <li key={i} className="row"><span>{who.name}{who.team ? ` · ${who.team}` : ""}</span>{who.on_duty ? <Mark tone="ok">{t("searchDuty")}</Mark> : null}</li>)}
              </ul>
            </section>
          ) : null}
        </div>
      </div>
    </section>
  );
}
