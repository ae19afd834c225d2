// The party's side of an inquiry by video: who asks, what rights there are and what is
// recorded first; then the telephone's code, the consent, the room, and the record to be
// read and confirmed.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { sentenceOf } from "../api/problem";
import { dateTime } from "../format/format";
import { Screen } from "../meeting/screen";
import { useMeeting } from "../meeting/use-meeting";
import { agreeRecording, confirmInquiry, documentURL, joinInquiry, portalInquiry, recordingURL, renewed } from "./calls";
import { Code } from "./proof";
import type { PortalCase, PortalInquiry } from "./types";
import { useChanges } from "./use-changes";
import { usePortalWords } from "./use-portal-words";

export function Inquiry({ file, onChange }: { file: PortalCase; onChange: () => unknown }) {
  const { t } = usePortalWords();
  const queries = useQueryClient();
  const held = useQuery({ queryKey: ["portal-inquiry"], queryFn: () => renewed(portalInquiry) });
  useChanges(["notified", "investigated", "proposed"].includes(file.state), () => queries.invalidateQueries({ queryKey: ["portal-inquiry"] }));
  const refresh = () => Promise.all([queries.invalidateQueries({ queryKey: ["portal-inquiry"] }), onChange()]);
  const inquiry = held.data?.inquiry;
  if (!held.data || !inquiry) return null;
  const record = inquiry.record;
  const unread = record && !record.confirmed_at && file.state !== "closed";
  if (inquiry.state === "none" && !inquiry.appointed_at && !record) return null;
  return (
    <section className={inquiry.state === "open" || unread ? "urgent" : undefined} data-inquiry={inquiry.state}>
      <h2>{t("inquiryHead")}</h2>
      {inquiry.state === "none" && inquiry.appointed_at ? <p>{t("inquiryAppointed", { time: dateTime(inquiry.appointed_at) })}</p> : null}
      {inquiry.state === "open" ? <Room data={held.data} onDone={refresh} /> : null}
      {inquiry.state === "ended" && inquiry.recorded ? <p role="status">{t("inquirySealing")}</p> : null}
      {inquiry.state === "ended" && !inquiry.recorded ? <p role="status">{t("inquiryNone")}</p> : null}
      {inquiry.state === "sealed" ? <p role="status">{t("inquirySealed", { bundle: inquiry.bundle ?? "" })}</p> : null}
      {held.data.recordings.length > 0 ? <Recordings data={held.data} onDone={refresh} /> : null}
      {record ? <p><a href={documentURL(record.document)} target="_blank" rel="noreferrer">{t("inquiryRecord", { time: dateTime(record.at) })}</a></p> : null}
      {unread ? held.data.proved ? <Confirm onDone={refresh} /> : held.data.recordings.length > 0 ? null : <Code onDone={refresh} /> : null}
      {record?.confirmed_at ? <p className="say ok">{t("inquiryConfirmed", { time: dateTime(record.confirmed_at) })}</p> : null}
    </section>
  );
}

function Room({ data: { inquiry, proved }, onDone }: { data: PortalInquiry; onDone: () => unknown }) {
  const { t } = usePortalWords();
  return (
    <>
      <p>{t("inquiryOfficers")} {inquiry.officers.map((o) => t("inquiryOfficer", { name: o.name, licence: o.licence_no })).join(t("inquiryAnd"))}</p>
      {inquiry.agreed_at ? null : <ul className="rights">{(["rightAnswer", "rightDefend", "rightRecuse", "rightRefuse"] as const).map((right) => <li key={right}>{t(right)}</li>)}</ul>}
      {!proved ? <Code onDone={onDone} /> : inquiry.agreed_at ? <Meet onDone={onDone} /> : <Agree onDone={onDone} />}
    </>
  );
}

// Recordings are the party's own side, to take along; the code comes first here too.
function Recordings({ data: { recordings, proved }, onDone }: { data: PortalInquiry; onDone: () => unknown }) {
  const { t } = usePortalWords();
  return (
    <div data-part="recordings">
      <h3>{t("recordings")}</h3>
      <p className="muted">{t("recordingsNote")}</p>
      {!proved ? <Code onDone={onDone} /> : (
        <ul className="links">
          {recordings.map((r) => (
            <li key={r.bundle + r.file}>
              <a href={recordingURL(r.bundle, r.file)} download={r.file}>
                <span>{dateTime(r.sealed_at)}<br /><small className="muted">SHA-256 {r.sha256}</small></span>
                <span style={{ whiteSpace: "nowrap" }}>{t("copyDownload", { size: Math.ceil(r.size_bytes / (1 << 20)) })}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Agree({ onDone }: { onDone: () => unknown }) {
  const { t, language } = usePortalWords();
  const [sure, setSure] = useState(false);
  const sending = useMutation({ mutationFn: agreeRecording, onSuccess: onDone });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    sending.mutate(true);
  };
  return (
    <form data-action="agree" onSubmit={submit}>
      <h3>{t("agreeHead")}</h3>
      <p>{t("agreeLead")}</p>
      <label className="check"><input type="checkbox" checked={sure} required onChange={(event) => setSure(event.target.checked)} />{t("agreeCheck")}</label>
      {sending.error ? <p role="alert" className="say bad">{sentenceOf(sending.error, language)}</p> : null}
      <button type="submit" disabled={!sure || sending.isPending}>{t("agreeSend")}</button>
      <button type="button" className="plain" disabled={sending.isPending} onClick={() => sending.mutate(false)}>{t("agreeRefuse")}</button>
    </form>
  );
}

function Meet({ onDone }: { onDone: () => unknown }) {
  const { t, language } = usePortalWords();
  const meeting = useMeeting(joinInquiry);
  const withdrawing = useMutation({ mutationFn: () => agreeRecording(false), onSuccess: onDone });
  return (
    <div data-meeting={meeting.state}>
      {meeting.state === "away" || meeting.state === "lost" ? (
        <>
          <p>{t(meeting.state === "lost" ? "meetLost" : "meetLead")}</p>
          <button type="button" data-action="enter" onClick={() => void meeting.enter()}>{t("meetEnter")}</button>
        </>
      ) : (
        <>
          <p role="status" className="say">{t(meeting.state === "joined" ? "meetRecording" : "meetJoining")}</p>
          <Screen stream={meeting.other} label={t("meetOfficer")} />
          <Screen stream={meeting.own} label={t("meetOwn")} own />
          <button type="button" className="plain" onClick={meeting.leave}>{t("meetLeave")}</button>
        </>
      )}
      <button type="button" className="quiet" disabled={withdrawing.isPending} onClick={() => withdrawing.mutate()}>{t("meetWithdraw")}</button>
      {meeting.problem ? <p role="alert" className="say bad">{meeting.problem instanceof DOMException ? t("meetDevices") : sentenceOf(meeting.problem, language)}</p> : null}
    </div>
  );
}

function Confirm({ onDone }: { onDone: () => unknown }) {
  const { t, language } = usePortalWords();
  const [text, setText] = useState("");
  const [read, setRead] = useState(false);
  const sending = useMutation({ mutationFn: () => confirmInquiry(text.trim()), onSuccess: onDone });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    sending.mutate();
  };
  return (
    <form data-action="confirm" onSubmit={submit}>
      <p>{t("confirmLead")}</p>
      <label>{t("confirmText")}<textarea value={text} maxLength={4000} onChange={(event) => setText(event.target.value)} /></label>
      <label className="check"><input type="checkbox" checked={read} required onChange={(event) => setRead(event.target.checked)} />{t("confirmCheck")}</label>
      {sending.error ? <p role="alert" className="say bad">{sentenceOf(sending.error, language)}</p> : null}
      <button type="submit" disabled={!read || sending.isPending}>{t("confirmSend")}</button>
    </form>
  );
}
