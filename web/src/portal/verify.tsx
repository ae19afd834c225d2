// Checking a bundle that somebody has as a file: nothing is sent anywhere, and once
// the page is loaded it needs no network.
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { sentenceOf } from "../api/problem";
import { bytesOf, checkBundle, trustOf, type Finding, type Outcome } from "../bundle/check";
import { usePortalWords } from "./use-portal-words";
import type { PortalWord } from "./words";

const changes: Record<Finding["what"], PortalWord> = { changed: "verifyChanged", missing: "verifyMissing", extra: "verifyExtra" };
const signatures: Record<Outcome["signature"], PortalWord | undefined> = {
  ok: undefined, bad: "verifyBadSignature", "unknown-key": "verifyUnknownKey", unsupported: "verifyUnsupported",
};
const heads = { ok: "verifyHolds", bad: "verifyBroken", unsure: "verifyUnsure" } as const;

function Verdict({ outcome }: { outcome: Outcome }) {
  const { t } = usePortalWords();
  const said = [...outcome.bag, ...outcome.sealed].map(({ file, what }) => t("verifyFile", { file, what: t(changes[what]) }));
  const signature = signatures[outcome.signature];
  const lines = [...new Set(said), ...(signature ? [t(signature)] : [])];
  const kind = said.length > 0 || outcome.signature === "bad" ? "bad" : signature ? "unsure" : "ok";
  return (
    <div role="status" className={`say ${kind}`}>
      <strong>{t(heads[kind])}</strong>
      <p className="mono">{outcome.bundle} · {outcome.key}</p>
      {lines.map((line) => <div key={line} className="mono">{line}</div>)}
      <p>{t("verifyMore")}</p>
    </div>
  );
}

export default function Verify() {
  const { t, language } = usePortalWords();
  const [tar, setTar] = useState<File>();
  const [trust, setTrust] = useState<File>();
  const check = useMutation({
    networkMode: "always",
    mutationFn: async (files: { tar: File; trust: File }) => checkBundle(await bytesOf(files.tar), trustOf(await files.trust.text())),
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (tar && trust) check.mutate({ tar, trust });
  };
  return (
    <section>
      <h2>{t("verifyHead")}</h2>
      <p>{t("verifyLead")}</p>
      <form onSubmit={onSubmit}>
        <label>{t("verifyBundle")}<input type="file" accept=".tar" onChange={(event) => setTar(event.target.files?.[0])} /></label>
        <label>{t("verifyTrust")}<input type="file" accept=".json,application/json" onChange={(event) => setTrust(event.target.files?.[0])} /></label>
        <button type="submit" disabled={!tar || !trust || check.isPending}>{t("verifySend")}</button>
      </form>
      {check.error ? <p role="alert" className="say bad">{t("verifyUnreadable")} {sentenceOf(check.error, language)}</p> : null}
      {check.data ? <Verdict outcome={check.data} /> : null}
    </section>
  );
}
