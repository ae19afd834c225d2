// Every change of an object or a party: who, when, what became of which field.
import { useObjectHistory, usePartyHistory } from "../../api/base-data";
import type { ObjectChange } from "../../api/types";
import { useDictionary } from "../../i18n/translate";
import { Changes } from "../../parts/changes";
import { Loaded } from "../../parts/loaded";
import { useFieldWords } from "./field-words";
import words, { type ObjectWord } from "./words";

export function History({ id }: { id: string }) {
  const { t } = useDictionary<ObjectWord>(words);
  const history = useObjectHistory(id);
  return (
    <section className="panel">
      <header><h2>{t("history")}</h2></header>
      <div className="panel-body"><Loaded query={history}>{(changes) => <Told changes={changes} />}</Loaded></div>
    </section>
  );
}

// PartyHistory stands below the form in which a party is changed.
export function PartyHistory({ id }: { id: string }) {
  const { t } = useDictionary<ObjectWord>(words);
  const history = usePartyHistory(id);
  return (
    <details>
      <summary>{t("history")}</summary>
      <Loaded query={history}>{(changes) => <Told changes={changes} />}</Loaded>
    </details>
  );
}

function Told({ changes }: { changes: ObjectChange[] }) {
  const { t, pick } = useDictionary<ObjectWord>(words);
  const did = ({ action }: ObjectChange) => (`did_${action}` in words.zh ? t(`did_${action}` as ObjectWord) : action);
  return <Changes of={changes} did={did} {...useFieldWords()} nothing={t("nothing")} system={t("system")} more={({ zh, en }) => (zh ? <div className="muted">{pick(zh, en)}</div> : null)} />;
}
