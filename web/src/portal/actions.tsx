// What the party can do besides paying. Each opens in place; what was typed
// stays when sending fails.
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { sentenceOf } from "../api/problem";
import { askDeferral, askHearing, askInstalments, consent, makeAppointment, renewed, sendStatement, waive } from "./calls";
import { packed, papersTaken } from "../parts/papers";
import { Signature } from "./signature";
import type { PortalCase } from "./types";
import { Until } from "./until";
import { usePortalWords } from "./use-portal-words";
import type { PortalWord } from "./words";

interface Props {
  file: PortalCase;
  onDone: () => unknown;
}

export function Actions({ file, onDone }: Props) {
  const { t } = usePortalWords();
  const shown = file.actions.filter((a) => a.event !== "pay" && a.allowed);
  const known: Record<string, (until?: string) => ReactNode> = {
    statement: (until) => <Statement key="statement" until={until} onDone={onDone} />,
    hearing_request: (until) => <Hearing key="hearing" until={until} onDone={onDone} />,
    waive: (until) => <Waive key="waive" until={until} onDone={onDone} />,
    consent: () => <Consent key="consent" byEmail={file.by_email} onDone={onDone} />,
    appointment: () => <Appointment key="appointment" onDone={onDone} />,
    ask_deferral: () => <Deferral key="deferral" onDone={onDone} />,
    ask_instalments: () => <Instalments key="instalments" onDone={onDone} />,
  };
  return (
    <section>
      <h2>{t("canDo")}</h2>
      {shown.length === 0 ? <p className="muted">{t("noAction")}</p> : null}
      {shown.length > 0 ? <p className="muted">{file.phone ? t("proofNeeded", { phone: file.phone }) : t("proofNone", { address: file.office_address, office: file.office_phone })}</p> : null}
      {shown.map((a) => known[a.event]?.(a.until))}
    </section>
  );
}

interface ActionProps {
  id: string;
  head: PortalWord;
  lead: PortalWord;
  until?: string;
  send: PortalWord;
  done: PortalWord;
  problem?: PortalWord | null; // what keeps it from being sent
  submit: () => Promise<unknown>;
  onDone: () => unknown;
  children?: ReactNode;
}

export function Action({ id, head, lead, until, send, done, problem, submit, onDone, children }: ActionProps) {
  const { t, language } = usePortalWords();
  const [complaint, setComplaint] = useState(false);
  const sending = useMutation({ mutationFn: () => renewed(submit), onSuccess: onDone });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    setComplaint(!!problem);
    if (!problem) sending.mutate();
  };
  return (
    <details data-action={id}>
      <summary>{t(head)}</summary>
      <div>
        <p>{t(lead)}</p>
        <Until at={until} />
        {sending.isSuccess ? (
          <p role="status" className="say ok">{t(done)}</p>
        ) : (
          <form onSubmit={onSubmit} noValidate>
            {children}
            {complaint && problem ? <p role="alert" className="say bad">{t(problem)}</p> : null}
            {sending.error ? <p role="alert" className="say bad">{t("failed")}: {sentenceOf(sending.error, language)}</p> : null}
            <button type="submit" disabled={sending.isPending}>{sending.isPending ? t("sending") : t(send)}</button>
          </form>
        )}
      </div>
    </details>
  );
}

function Statement({ until, onDone }: { until?: string; onDone: () => unknown }) {
  const { t } = usePortalWords();
  const [text, setText] = useState("");
  const [files, setFiles] = useState<File[]>([]);
  const send = async () => sendStatement(text.trim(), await packed(files));
  return (
    <Action id="statement" head="statementHead" lead="statementLead" until={until} send="statementSend" done="statementDone"
      problem={text.trim() ? null : "statementShort"} submit={send} onDone={onDone}>
      <label>{t("statementLabel")}<textarea value={text} maxLength={4000} onChange={(event) => setText(event.target.value)} /></label>
      <label>{t("statementPapers")}<input type="file" multiple accept={papersTaken} onChange={(event) => setFiles([...(event.target.files ?? [])])} /></label>
    </Action>
  );
}

function Hearing({ until, onDone }: { until?: string; onDone: () => unknown }) {
  const { t } = usePortalWords();
  const [reason, setReason] = useState("");
  return (
    <Action id="hearing" head="hearingHead" lead="hearingLead" until={until} send="hearingSend" done="hearingDone" submit={() => askHearing(reason.trim())} onDone={onDone}>
      <label>{t("hearingReason")}<textarea value={reason} maxLength={2000} onChange={(event) => setReason(event.target.value)} /></label>
    </Action>
  );
}

function Waive({ until, onDone }: { until?: string; onDone: () => unknown }) {
  const { t } = usePortalWords();
  const [sure, setSure] = useState(false);
  return (
    <Action id="waive" head="waiveHead" lead="waiveLead" until={until} send="waiveSend" done="waiveDone" problem={sure ? null : "waiveCheck"} submit={waive} onDone={onDone}>
      <label className="check"><input type="checkbox" checked={sure} onChange={(event) => setSure(event.target.checked)} />{t("waiveCheck")}</label>
    </Action>
  );
}

function Appointment({ onDone }: { onDone: () => unknown }) {
  const { t } = usePortalWords();
  const [at, setAt] = useState("");
  const [note, setNote] = useState("");
  return (
    <Action id="appointment" head="appointmentHead" lead="appointmentLead" send="appointmentSend" done="appointmentDone"
      problem={at ? null : "appointmentMissing"} submit={() => makeAppointment(shanghai(at), note.trim())} onDone={onDone}>
      <label>{t("appointmentAt")}<input type="datetime-local" value={at} onChange={(event) => setAt(event.target.value)} /></label>
      <label>{t("appointmentNote")}<textarea value={note} maxLength={2000} onChange={(event) => setNote(event.target.value)} /></label>
    </Action>
  );
}

// shanghai reads what a date field holds on the legal clock, wherever the reader is.
const shanghai = (local: string) => new Date(`${local.length === 10 ? `${local}T23:59:59` : local}+08:00`).toISOString();

function Deferral({ onDone }: { onDone: () => unknown }) {
  const { t } = usePortalWords();
  const [until, setUntil] = useState("");
  const [reason, setReason] = useState("");
  return (
    <Action id="deferral" head="deferralHead" lead="deferralLead" send="deferralSend" done="deferralDone"
      problem={until && reason.trim() ? null : "deferralMissing"} submit={() => askDeferral(shanghai(until), reason.trim())} onDone={onDone}>
      <label>{t("deferralUntil")}<input type="date" value={until} onChange={(event) => setUntil(event.target.value)} /></label>
      <label>{t("deferralReason")}<textarea value={reason} maxLength={2000} onChange={(event) => setReason(event.target.value)} /></label>
    </Action>
  );
}

function Instalments({ onDone }: { onDone: () => unknown }) {
  const { t } = usePortalWords();
  const [parts, setParts] = useState("3");
  const [first, setFirst] = useState("");
  const [reason, setReason] = useState("");
  return (
    <Action id="instalments" head="instalmentsHead" lead="instalmentsLead" send="instalmentsSend" done="deferralDone"
      problem={Number(parts) >= 2 && first && reason.trim() ? null : "instalmentsMissing"} submit={() => askInstalments(Number(parts), shanghai(first), reason.trim())} onDone={onDone}>
      <label>{t("instalmentsParts")}<input type="number" inputMode="numeric" min={2} max={24} value={parts} onChange={(event) => setParts(event.target.value)} /></label>
      <label>{t("instalmentsFirst")}<input type="date" value={first} onChange={(event) => setFirst(event.target.value)} /></label>
      <label>{t("deferralReason")}<textarea value={reason} maxLength={2000} onChange={(event) => setReason(event.target.value)} /></label>
    </Action>
  );
}

function Consent({ byEmail, onDone }: { byEmail: boolean; onDone: () => unknown }) {
  const { t } = usePortalWords();
  const [phone, setPhone] = useState("");
  const [email, setEmail] = useState("");
  const [signature, setSignature] = useState<string | null>(null);
  return (
    <Action id="consent" head="consentHead" lead="consentLead" send="consentSend" done="consentDone"
      problem={phone.trim() && signature ? null : "consentMissing"} submit={() => consent(phone.trim(), email.trim(), signature ?? "")} onDone={onDone}>
      <label>{t("consentPhone")}<input type="tel" inputMode="tel" autoComplete="tel" value={phone} onChange={(event) => setPhone(event.target.value)} /></label>
      {byEmail ? <label>{t("consentEmail")}<input type="email" autoComplete="email" value={email} onChange={(event) => setEmail(event.target.value)} /></label> : null}
      <p style={{ fontWeight: 600, marginBottom: 4 }}>{t("consentSign")}</p>
      <Signature
        labels={{ surface: t("consentSign"), clear: t("consentClear"), typeInstead: t("consentType"), drawInstead: t("consentDraw"), typedName: t("consentTyped") }}
        onChange={setSignature}
      />
    </Action>
  );
}
