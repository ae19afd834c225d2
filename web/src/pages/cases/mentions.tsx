import { Link } from "react-router";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Loaded } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { useMentions } from "./calls";
import { Frame } from "./frame";
import words, { type CaseWord } from "./words";

export default function MentionList() {
  const { t, pick } = useDictionary<CaseWord>(words);
  const mentions = useMentions();
  return (
    <Frame title={t("mentions")} lead={t("mentionsLead")}>
      <Loaded query={mentions} isEmpty={(list) => list.length === 0} empty={t("noMentions")}>
        {(list) => (
          <section className="panel">
            <div className="panel-body">
              <ol className="notes">
                {list.map((note) => (
                  <li key={note.id} className={note.unseen ? "note unseen" : "note"}>
                    <div className="between" style={{ flexWrap: "wrap" }}>
                      <Link to={`/cases/${note.case_id}?tab=notes`}>{note.number || `${pick(note.matter_zh, note.matter_en)} · ${t("noNumber")}`}</Link>
                      <span className="row">{note.unseen ? <Mark tone="act">{t("unseen")}</Mark> : null}<span className="muted">{note.by} · {dateTime(note.at)}</span></span>
                    </div>
                    <p>{note.text}</p>
                  </li>
                ))}
              </ol>
            </div>
          </section>
        )}
      </Loaded>
    </Frame>
  );
}
