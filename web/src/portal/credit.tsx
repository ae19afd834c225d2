// What stands against the party for this case, and asking for its repair (信用修复).
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "../api/problem";
import { date } from "../format/format";
import { Action } from "./actions";
import { askRepair, portalCredit } from "./calls";
import { packed, papersTaken } from "../parts/papers";
import type { PortalCredit } from "./types";
import { usePortalWords } from "./use-portal-words";

export function Credit() {
  const { t } = usePortalWords();
  const credit = useQuery({ queryKey: ["portal-credit"], queryFn: portalCredit, retry: (count, error) => count < 2 && !(error instanceof Problem) });
  const record = credit.data?.record;
  if (!record) return null; // there is none, and most cases never have one
  const repair = credit.data?.repair;
  const waits = repair?.state === "asked" || repair?.state === "reviewed";
  return (
    <section>
      <h2>{t("credit")}</h2>
      <p>{t(`credit_${record.state}`, { until: date(record.until) })}</p>
      {waits ? <p role="status">{t("repairWaits", { date: date(repair?.decide_by) })}</p> : null}
      {repair?.state === "refused" ? <p>{t("repairRefused", { reason: repair.reason })}</p> : null}
      {record.state === "open" && !waits ? <Ask record={record} /> : null}
    </section>
  );
}

function Ask({ record }: { record: NonNullable<PortalCredit["record"]> }) {
  const { t } = usePortalWords();
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const [files, setFiles] = useState<File[]>([]);
  if (new Date(record.repair_from) > new Date()) return <p className="muted">{t("repairFrom", { date: date(record.repair_from) })}</p>;
  const send = async () => askRepair(text.trim(), await packed(files));
  return (
    <Action id="repair" head="repairAsk" lead="repairLead" send="repairAsk" done="repairSent" submit={send} onDone={() => queries.invalidateQueries({ queryKey: ["portal-credit"] })}>
      <label>{t("repairText")}<textarea value={text} maxLength={2000} onChange={(event) => setText(event.target.value)} /></label>
      <label>{t("repairPapers")}<input type="file" multiple accept={papersTaken} onChange={(event) => setFiles([...(event.target.files ?? [])])} /></label>
    </Action>
  );
}
