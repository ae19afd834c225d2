// Asking for all that is held on oneself (个人信息保护法 art. 45), and taking it along
// once it was released. The link alone is not enough: the identity number is asked for.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "../api/problem";
import { date } from "../format/format";
import { saveFile } from "../format/save-file";
import { Action } from "./actions";
import { askOwnData, ownData, ownDataRequest } from "./calls";
import { usePortalWords } from "./use-portal-words";

export function OwnData() {
  const { t } = usePortalWords();
  const queries = useQueryClient();
  const [identity, setIdentity] = useState("");
  const request = useQuery({ queryKey: ["portal-data"], queryFn: ownDataRequest, retry: (count, error) => count < 2 && !(error instanceof Problem) });
  if (!request.data) return null;
  const { state, decide_by, reason } = request.data;
  const waits = state === "asked" || state === "reviewed";
  const released = state === "released";
  const field = <label>{t("ownDataIdentity")}<input type="text" autoComplete="off" value={identity} minLength={15} maxLength={20} onChange={(event) => setIdentity(event.target.value.trim())} /></label>;
  const problem = identity.length < 15 ? "ownDataIdentityMissing" : null;
  return (
    <section>
      <h2>{t("ownData")}</h2>
      {waits ? <p role="status">{t("ownDataWaits", { date: date(decide_by) })}</p> : null}
      {state === "refused" ? <p>{t("ownDataRefused", { reason: reason ?? "" })}</p> : null}
      {released ? (
        <Action id="own-data-take" head="ownDataTake" lead="ownDataTakeLead" send="ownDataTake" done="ownDataTaken" problem={problem} submit={async () => saveFile(await ownData(identity), "personal-data.zip")} onDone={() => undefined}>{field}</Action>
      ) : null}
      {waits ? null : (
        <Action id="own-data" head="ownDataAsk" lead="ownDataLead" send="ownDataAsk" done="ownDataSent" problem={problem} submit={() => askOwnData(identity)} onDone={() => queries.invalidateQueries({ queryKey: ["portal-data"] })}>{field}</Action>
      )}
    </section>
  );
}
