// Keys of other systems, and where other systems are told.
import { useState } from "react";
import { useSession } from "../../app/session";
import { useDictionary } from "../../i18n/translate";
import { Page } from "../../parts/page";
import { Keys } from "./keys";
import { SecretDialog, type Secret } from "./secret";
import { Hooks } from "./hooks";
import words, { type IntegrationWord } from "./words";

export default function Integration() {
  const { t } = useDictionary<IntegrationWord>(words);
  const { can } = useSession();
  const [secret, setSecret] = useState<Secret | null>(null);
  return (
    <Page title={t("title")} lead={t("lead")}>
      <div className="stack">
        {can("admin", "auditor") ? <><Keys onSecret={setSecret} /><Hooks onSecret={setSecret} /></> : null}
        {can("legal", "head", "auditor", "supervisor") ? <Exports /> : null}
      </div>
      {secret ? <SecretDialog secret={secret} onClose={() => setSecret(null)} /> : null}
    </Page>
  );
}

const exported: [string, IntegrationWord][] = [["cases", "exportCases"], ["objects", "exportObjects"]];

function Exports() {
  const { t } = useDictionary<IntegrationWord>(words);
  return (
    <section className="panel">
      <header><h2>{t("exports")}</h2></header>
      <div className="panel-body">
        <p className="muted">{t("exportsLead")}</p>
        <ul className="plain-list">
          {exported.map(([kind, word]) => <li key={kind}><a href={`/api/v1/exports/${kind}`} download>{t(word)}</a></li>)}
        </ul>
      </div>
    </section>
  );
}
