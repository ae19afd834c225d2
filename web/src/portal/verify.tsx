// Checking a bundle that somebody has as a file: nothing is sent anywhere, and once
// the page is loaded it needs no network.
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { checkBundle, type Trust } from "../bundle/check";
import { usePortalWords } from "./use-portal-words";

export default function Verify() {
  const { t } = usePortalWords();
  const [tar, setTar] = useState<File>();
  const [trust, setTrust] = useState<File>();
  const check = useMutation({
    networkMode: "always",
    mutationFn: async (files: { tar: File; trust: File }) => checkBundle(new Uint8Array(await files.tar.arrayBuffer()), JSON.parse(await files.trust.text()) as Trust),
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (tar && trust) check.mutate({ tar, trust });
  };
  const wrong = check.data ? [...new Set([...check.data.bag, ...check.data.sealed].map((f) => f.file))] : [];
  const holds = check.data?.signature === "ok" && wrong.length === 0;
  return (
    <section>
      <h2>{t("verifyHead")}</h2>
      <p>{t("verifyLead")}</p>
      <form onSubmit={onSubmit}>
        <label>{t("verifyBundle")}<input type="file" accept=".tar" onChange={(event) => setTar(event.target.files?.[0])} /></label>
        <label>{t("verifyTrust")}<input type="file" accept=".json,application/json" onChange={(event) => setTrust(event.target.files?.[0])} /></label>
        <button type="submit" disabled={!tar || !trust || check.isPending}>{t("verifySend")}</button>
      </form>
      {check.error ? <p role="alert" className="say bad">{t("verifyUnreadable")} {check.error.message}</p> : null}
      {check.data ? (
        <div role="status" className={holds ? "say ok" : "say bad"}>
          <strong>{t(holds ? "verifyHolds" : "verifyBroken")}</strong>
          <p className="mono">{check.data.bundle} · {check.data.key}</p>
          {wrong.map((file) => <div key={file} className="mono">{file}</div>)}
          <p>{t("verifyMore")}</p>
        </div>
      ) : null}
    </section>
  );
}
