// The portal's second factor: the link may be passed on or read over a shoulder, so that
// steps that bind want the code that the party's telephone is sent. Where the server asks
// for it, this asks above the page, and what was sent goes on afterwards.
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { answerProof, useProofWanted } from "../api/proof-state";
import { sentenceOf } from "../api/problem";
import { prove, sendCode } from "./calls";
import { usePortalWords } from "./use-portal-words";

export function Proof() {
  const { t } = usePortalWords();
  const wanted = useProofWanted();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (wanted) dialog.current?.showModal();
    else dialog.current?.close(); // which gives the focus back to where it was
  }, [wanted]);
  return (
    <dialog ref={dialog} data-part="proof" aria-label={t("proofHead")} onCancel={(event) => { event.preventDefault(); answerProof(false); }}>
      {wanted ? (
        <>
          <h2>{t("proofHead")}</h2>
          <Code onDone={() => answerProof(true)} />
          <button type="button" className="plain" onClick={() => answerProof(false)}>{t("proofLater")}</button>
        </>
      ) : null}
    </dialog>
  );
}

/** Has a code sent and takes it. */
export function Code({ onDone }: { onDone: () => unknown }) {
  const { t, language } = usePortalWords();
  const [code, setCode] = useState("");
  const asking = useMutation({ mutationFn: sendCode });
  const checking = useMutation({ mutationFn: () => prove(code), onSuccess: onDone });
  const error = checking.error ?? asking.error;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    checking.mutate();
  };
  return (
    <div data-action="code">
      <p>{t("codeLead")}</p>
      <button type="button" className="plain" disabled={asking.isPending} onClick={() => asking.mutate()}>{asking.isSuccess ? t("codeAgain") : t("codeSend")}</button>
      {asking.isSuccess ? <p role="status">{t("codeSent", { phone: asking.data.phone })}</p> : null}
      <form onSubmit={submit}>
        <label>{t("codeLabel")}<input value={code} inputMode="numeric" autoComplete="one-time-code" pattern="[0-9]{6}" maxLength={6} required onChange={(event) => setCode(event.target.value.trim())} /></label>
        {error ? <p role="alert" className="say bad">{sentenceOf(error, language)}</p> : null}
        <button type="submit" disabled={checking.isPending}>{checking.isPending ? t("sending") : t("codeCheck")}</button>
      </form>
    </div>
  );
}
