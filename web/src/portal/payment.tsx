// Paying: the provider's page takes over and sends the party back with
// ?returned=…; the money's arrival comes to us by the provider's signed callback, and the
// server says so.
import { useMutation } from "@tanstack/react-query";
import { sentenceOf } from "../api/problem";
import { date, dateTime, yuan } from "../format/format";
import { renewed, startPayment } from "./calls";
import type { PortalCase } from "./types";
import { Until } from "./until";
import { useChanges } from "./use-changes";
import { usePortalWords } from "./use-portal-words";

export function Payment({ file, onChange }: { file: PortalCase; onChange: () => unknown }) {
  const { t, language } = usePortalWords();
  const pay = useMutation({ mutationFn: () => renewed(startPayment), onSuccess: (url) => location.assign(url) });
  const action = file.actions.find((a) => a.event === "pay");
  const returned = new URLSearchParams(location.search).has("returned");
  const settled = file.paid_fen > 0 && file.paid_fen >= file.fine_fen + file.late_fen;
  const waiting = returned && !settled && !!action;
  useChanges(waiting, onChange);
  if (settled) {
    return (
      <section className="settled" role="status">
        <h2>{t("paid")}</h2>
        <p className="amount">{yuan(file.paid_fen)}</p>
        <dl>
          <dt>{t("receiptNo")}</dt><dd>{file.receipt_no}</dd>
          <dt>{t("paidAt")}</dt><dd>{dateTime(file.paid_at)}</dd>
        </dl>
      </section>
    );
  }
  if (!action?.allowed) return null;
  return (
    <section className="urgent">
      <h2>{t("payHead")}</h2>
      <p className="amount">{yuan(action.fen ?? 0)}</p>
      <Instalments file={file} />
      {file.late_fen > 0 ? <p>{t("payLate", { late: yuan(file.late_fen) })}</p> : null}
      <Until at={action.until} />
      <p className="muted">{t("payLead")}</p>
      {waiting ? <p role="status" className="say ok">{t("payReturned")} {t("payWaiting")}</p> : null}
      {pay.error ? <p role="alert" className="say bad">{t("failed")}: {sentenceOf(pay.error, language)}</p> : null}
      <button type="button" data-action="pay" disabled={pay.isPending || pay.isSuccess} onClick={() => pay.mutate()}>{pay.isPending ? t("sending") : t("paySend")}</button>
    </section>
  );
}

// Instalments lists what was granted, and says which one is paid next.
function Instalments({ file }: { file: PortalCase }) {
  const { t } = usePortalWords();
  if (file.instalments.length === 0) return null;
  const next = file.instalments.findIndex((one) => one.paid_fen < one.fine_fen + one.late_fen);
  return (
    <>
      <p>{t("instalmentNext", { n: next + 1, of: file.instalments.length })}</p>
      <ol className="steps">
        {file.instalments.map((one, i) => (
          <li key={one.until} className={i === next ? "now" : i < next ? "done" : undefined}>
            {t("instalmentUntil", { fine: yuan(one.fine_fen), date: date(one.until) })}
            {one.late_fen > 0 ? ` · ${t("payLate", { late: yuan(one.late_fen) })}` : ""}
            {one.paid_at ? <time dateTime={one.paid_at}>{t("instalmentPaid", { receipt: one.receipt_no ?? "" })} {dateTime(one.paid_at)}</time> : null}
          </li>
        ))}
      </ol>
    </>
  );
}
