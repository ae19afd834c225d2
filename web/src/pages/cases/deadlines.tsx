// Deadlines that alarm, by the person to whom the case is assigned.
import { Segmented } from "antd";
import { Link } from "react-router";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import { useFilter } from "../../parts/filter";
import { Listing } from "../../parts/listing";
import { Loaded, Nothing } from "../../parts/loaded";
import { caseTone, Mark } from "../../parts/mark";
import { useAlarms, type Alarm } from "./calls";
import { Due } from "./due";
import { Frame } from "./frame";
import words, { type CaseWord } from "./words";

const levels = ["100", "80", "50"] as const;
const tones = { 100: "bad", 80: "wait", 50: "quiet" } as const;
const toneOf = (percent: number) => tones[percent as keyof typeof tones] ?? "quiet";

interface Load {
  name: string; // "": assigned to nobody
  all: number;
  overdue: number;
}

// loadsOf counts the alarms of each person, who has most overdue first.
function loadsOf(alarms: Alarm[]): Load[] {
  const loads = new Map<string, Load>();
  for (const alarm of alarms) {
    for (const name of alarm.officers.length > 0 ? alarm.officers : [""]) {
      const load = loads.get(name) ?? { name, all: 0, overdue: 0 };
      load.all++;
      if (alarm.percent >= 100) load.overdue++;
      loads.set(name, load);
    }
  }
  return [...loads.values()].sort((a, b) => b.overdue - a.overdue || b.all - a.all);
}

export default function DeadlineList() {
  const { t } = useDictionary<CaseWord>(words);
  const alarms = useAlarms();
  return (
    <Frame title={t("deadlineList")} lead={t("deadlineLead")}>
      <Loaded query={alarms} isEmpty={(list) => list.length === 0} empty={t("noAlarms")}>{(list) => <Shown alarms={list} />}</Loaded>
    </Frame>
  );
}

const nobody = "-"; // the address's word for cases that are assigned to nobody

function Shown({ alarms }: { alarms: Alarm[] }) {
  const { t, pick } = useDictionary<CaseWord>(words);
  const frame = useWords();
  const { value, set } = useFilter();
  const [level, person] = [value("level"), value("person")];
  const loads = loadsOf(alarms);
  const shown = alarms.filter((a) => (!level || String(a.percent) === level) && (!person || (person === nobody ? a.officers.length === 0 : a.officers.includes(person))));
  return (
    <>
      {loads.length > 1 ? (
        <div className="counts" role="group" aria-label={t("byPerson")}>
          {loads.map((load) => {
            const key = load.name || nobody;
            return (
              <button key={key} type="button" className={load.overdue > 0 ? "count error" : "count"} aria-pressed={person === key} onClick={() => set("person", person === key ? "" : key)}>
                <strong>{load.overdue}</strong>
                <span>{load.name || t("assignedNobody")}</span>
                <span className="muted">{t("alarmsAll", { n: load.all })}</span>
              </button>
            );
          })}
        </div>
      ) : null}
      <Segmented<string>
        value={level} onChange={(to) => set("level", to)} aria-label={t("alarmLevel")} style={{ justifySelf: "start" }}
        options={[{ value: "", label: frame.t("all") }, ...levels.map((l) => ({ value: l, label: t(`level_${l}`) }))]}
      />
      <section className="panel flush">
        <Listing<Alarm>
          rowKey={(a) => a.case_id + a.label_zh + a.due_at} dataSource={shown} scroll={{ x: "max-content" }}
          locale={{ emptyText: <Nothing>{t("noMatch")}</Nothing> }}
          columns={[
            { title: t("number"), dataIndex: "number", render: (number: string, a) => <Link to={`/cases/${a.case_id}`}>{number || t("noNumber")}</Link> },
            { title: frame.t("state"), dataIndex: "state", render: (s: string) => <Mark tone={caseTone(s)}>{frame.stateLabel(s)}</Mark> },
            { title: t("deadline"), key: "label", render: (_: unknown, a) => pick(a.label_zh, a.label_en) },
            { title: t("dueDay"), dataIndex: "due_at", render: (at: string) => <Due at={at} /> },
            { title: t("alarmLevel"), dataIndex: "percent", render: (percent: number) => <Mark tone={toneOf(percent)}>{t(`level_${percent}` as CaseWord)}</Mark> },
            { title: t("assigned"), dataIndex: "officers", render: (officers: string[]) => officers.join(t("listComma")) || "—" },
          ]}
        />
      </section>
    </>
  );
}
