// The evidence uncovered: the party asks with a reason, an officer answers, and while it is
// granted each look is recorded.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { dateTime } from "../format/format";
import { Action } from "./actions";
import { askFullCopy, originalURL, portalInquiry } from "./calls";
import { Code } from "./proof";
import type { PortalCase } from "./types";
import { useCaptions } from "./use-captions";
import { usePortalWords } from "./use-portal-words";

export function FullCopy({ file, onDone }: { file: PortalCase; onDone: () => unknown }) {
  const { t } = usePortalWords();
  const [reason, setReason] = useState("");
  const captionOf = useCaptions(file);
  const last = file.full_copies[0];
  const views = file.full_copies.flatMap((one) => one.views);
  if (file.stills.length === 0 && !file.clip) return null;
  return (
    <section data-full={last?.state ?? "none"}>
      <h2>{t("fullHead")}</h2>
      {last?.state === "asked" ? <p role="status">{t("fullWaits", { time: dateTime(last.asked_at) })}</p> : null}
      {last?.state === "refused" ? <p>{t("fullRefused", { text: last.grounds })}</p> : null}
      {last?.state === "ended" ? <p>{t("fullEnded")}</p> : null}
      {last?.state === "granted" ? <Granted file={file} until={last.until ?? ""} /> : null}
      {views.length > 0 ? (
        <details>
          <summary>{t("fullViews")}</summary>
          <ul>{views.map((view) => <li key={view.at + view.file}>{t("fullView", { time: dateTime(view.at), what: captionOf(`${view.bundle}/${view.file}`) })}</li>)}</ul>
        </details>
      ) : null}
      {last?.state === "asked" || last?.state === "granted" ? null : (
        <Action id="full-copy" head="fullAsk" lead="fullLead" send="fullSend" done="fullSent" problem={reason.trim() ? null : "fullShort"} submit={() => askFullCopy(reason.trim())} onDone={onDone}>
          <label>{t("fullReason")}<textarea value={reason} maxLength={2000} onChange={(event) => setReason(event.target.value)} /></label>
        </Action>
      )}
    </section>
  );
}

function Granted({ file, until }: { file: PortalCase; until: string }) {
  const { t } = usePortalWords();
  const captionOf = useCaptions(file);
  const session = useQuery({ queryKey: ["portal-inquiry"], queryFn: portalInquiry }); // says whether the code was shown
  return (
    <>
      <p role="status">{t("fullGranted", { time: dateTime(until) })}</p>
      {session.data && !session.data.proved ? <Code onDone={() => session.refetch()} /> : null}
      {session.data?.proved ? (
        <ul className="links">
          {file.stills.map((still) => <li key={still.name}><Open name={still.name} what={captionOf(still.name)} /></li>)}
          {file.clip ? <li><Open name={file.clip} what={captionOf(file.clip)} /></li> : null}
        </ul>
      ) : null}
    </>
  );
}

function Open({ name, what }: { name: string; what: string }) {
  const { t } = usePortalWords();
  return <a href={originalURL(name)} target="_blank" rel="noreferrer"><span>{what}</span><span className="nowrap">{t("fullOpen")}</span></a>;
}
