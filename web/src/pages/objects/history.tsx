// Every change of an object or a party: who, when, what became of which field.
import { Timeline } from "antd";
import { useObjectHistory, usePartyHistory } from "../../api/base-data";
import type { ObjectChange } from "../../api/types";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Loaded } from "../../parts/loaded";
import { Became } from "../../parts/became";
import { useFieldWords } from "./field-words";
import words, { type ObjectWord } from "./words";

const colours: Record<string, string> = { create: "green", remove: "red" };

export function History({ id }: { id: string }) {
  const { t } = useDictionary<ObjectWord>(words);
  const history = useObjectHistory(id);
  return (
    <section className="panel">
      <header><h2>{t("history")}</h2></header>
      <div className="panel-body history"><Loaded query={history}>{(changes) => <Changes of={changes} />}</Loaded></div>
    </section>
  );
}

// PartyHistory stands below the form in which a party is changed.
export function PartyHistory({ id }: { id: string }) {
  const { t } = useDictionary<ObjectWord>(words);
  const history = usePartyHistory(id);
  return (
    <details className="history">
      <summary>{t("history")}</summary>
      <Loaded query={history}>{(changes) => <Changes of={changes} />}</Loaded>
    </details>
  );
}

const Changes = ({ of }: { of: ObjectChange[] }) => <Timeline items={of.map((change) => ({ color: colours[change.action] ?? "gray", children: <Change change={change} /> }))} />;

function Change({ change }: { change: ObjectChange }) {
  const { t, pick } = useDictionary<ObjectWord>(words);
  const { fieldLabel, valueLabel } = useFieldWords();
  const action = `did_${change.action}`;
  return (
    <>
      <strong>{action in words.zh ? t(action as ObjectWord) : change.action}</strong>
      <div className="muted">{dateTime(change.at)} · {change.by || t("system")}</div>
      <ul className="changes">
        {change.fields.map((f) => (
          <li key={f.field}>{fieldLabel(f.field)}: <Became before={valueLabel(f.field, f.before)} after={valueLabel(f.field, f.after)} nothing={t("nothing")} /></li>
        ))}
      </ul>
      {change.zh ? <div className="muted">{pick(change.zh, change.en)}</div> : null}
    </>
  );
}
