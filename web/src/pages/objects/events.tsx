// What was recorded of an object: inspections, complaints, cases; and when it is
// inspected next.
import { useObjectEvents } from "../../api/base-data";
import type { ObjectEvent, ObjectRow } from "../../api/types";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Loaded, Nothing } from "../../parts/loaded";
import { Mark, type Tone } from "../../parts/mark";
import { Due } from "../cases/due";
import { signed } from "./why";
import words, { type ObjectWord } from "./words";

const tones: Record<string, Tone> = { inspection_passed: "ok", inspection_failed: "bad", case: "bad", finding: "wait", complaint: "wait", media: "wait", joint_passed: "ok", joint_failed: "bad", adjustment: "act" };

export function Events({ object }: { object: ObjectRow }) {
  const { t } = useDictionary<ObjectWord>(words);
  const events = useObjectEvents(object.id);
  return (
    <section className="panel">
      <header>
        <h2>{t("events")}</h2>
        {events.data ? <span className="row">{t("nextInspection")} <Due at={events.data.next_inspection} /></span> : null}
      </header>
      <div className="panel-body">
        <Loaded query={events}>
          {({ items }) => (items.length === 0 ? <Nothing>{t("noEvents")}</Nothing> : <ul className="plain-list">{items.map((e) => <Entry key={e.kind + e.source} event={e} />)}</ul>)}
        </Loaded>
      </div>
    </section>
  );
}

function Entry({ event }: { event: ObjectEvent }) {
  const { t } = useDictionary<ObjectWord>(words);
  return (
    <li className={event.withdrawn ? "withdrawn" : undefined}>
      <div className="between">
        <span className="row">
          <Mark tone={event.withdrawn ? "quiet" : (tones[event.kind] ?? "quiet")}>{t(`event_${event.kind}` as ObjectWord)}{event.points ? ` ${signed(event.points)}` : ""}</Mark>
          {event.kind === "adjustment" ? null : <span className="mono">{event.source}</span>}
          {event.withdrawn ? <span className="muted">{t("withdrawn")}</span> : null}
        </span>
        <span className="muted nowrap">{dateTime(event.at)}</span>
      </div>
      {event.note || event.by_name ? <div className="muted">{[event.note, event.by_name].filter(Boolean).join(" · ")}</div> : null}
    </li>
  );
}
