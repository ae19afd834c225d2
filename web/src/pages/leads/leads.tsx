// Leads from outside, the newest first, beside the duty list.
import { Button, Checkbox, Select } from "antd";
import { useState } from "react";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Listing } from "../../parts/listing";
import { Failure, Nothing } from "../../parts/loaded";
import { Mark, type Tone } from "../../parts/mark";
import { Page } from "../../parts/page";
import { useLeads, type Lead, type LeadKind, type LeadState } from "./calls";
import { Duty } from "./duty";
import { LeadOpened } from "./lead";
import { LeadForm } from "./lead-form";
import { kinds } from "./kinds";
import words, { type LeadWord } from "./words";

const states: LeadState[] = ["open", "received", "acknowledged", "dispatched", "done", "transferred"];
const tones: Record<Lead["state"], Tone> = { received: "act", acknowledged: "wait", dispatched: "wait", done: "ok", transferred: "quiet" };

export default function Leads() {
  const { t } = useDictionary<LeadWord>(words);
  const frame = useWords();
  const { can } = useSession();
  const [state, setState] = useState<LeadState | undefined>("open");
  const [kind, setKind] = useState<LeadKind>();
  const [mine, setMine] = useState(false);
  const [adding, setAdding] = useState(false);
  const list = useLeads(state, kind, mine);
  return (
    <Page title={t("title")} lead={t("lead")} extra={can("officer", "head") ? <Button type="primary" onClick={() => setAdding(true)}>{t("add")}</Button> : null}>
      <div className="stack">
        <section className="panel flush">
          <header className="between">
            <h2>{t("title")}</h2>
            <div className="row">
              <Select<LeadState> allowClear placeholder={frame.t("all")} aria-label={t("state")} value={state} onChange={setState} options={states.map((value) => ({ value, label: t(value) }))} style={{ minWidth: 140 }} />
              <Select<LeadKind> allowClear placeholder={frame.t("all")} aria-label={t("kind")} value={kind} onChange={setKind} options={kinds.map((value) => ({ value, label: t(value) }))} style={{ minWidth: 140 }} />
              {can("officer") ? <Checkbox checked={mine} onChange={(event) => setMine(event.target.checked)}>{t("mine")}</Checkbox> : null}
            </div>
          </header>
          {list.error ? <Failure error={list.error} retry={() => void list.refetch()} /> : null}
          <Listing<Lead>
            rowKey="id" loading={list.isPending} dataSource={list.data?.pages.flatMap((page) => page.items)} locale={{ emptyText: <Nothing>{t("none")}</Nothing> }}
            expandable={{ expandRowByClick: true, expandedRowRender: (lead) => <LeadOpened id={lead.id} /> }}
            columns={[
              { title: t("number"), dataIndex: "number", render: (no: string, lead) => <>{no} {lead.urgent ? <Mark tone="bad">{t("urgent")}</Mark> : null}</> },
              { title: t("from"), key: "from", render: (_, lead) => `${t(lead.source as LeadWord)} · ${lead.source_name}` },
              { title: t("kind"), dataIndex: "kind", render: (k: string) => t(k as LeadWord) },
              { title: t("what"), dataIndex: "what" },
              { title: t("place"), key: "place", render: (_, lead) => [lead.township, lead.place].filter(Boolean).join(" ") },
              { title: t("state"), key: "state", render: (_, lead) => <LeadState of={lead} /> },
              { title: t("times"), key: "times", render: (_, lead) => <Due of={lead} /> },
            ]}
          />
          {list.hasNextPage ? <div className="form-foot"><Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>{t("more")}</Button></div> : null}
        </section>
        <Duty />
      </div>
      {adding ? <LeadForm onClose={() => setAdding(false)} /> : null}
    </Page>
  );
}

function LeadState({ of }: { of: Lead }) {
  const { t } = useDictionary<LeadWord>(words);
  return (
    <>
      <Mark tone={tones[of.state]}>{t(of.state)}</Mark>
      {of.alarm > 0 ? <> <Mark tone="bad">{t(`alarm${of.alarm}` as LeadWord)}</Mark></> : null}
    </>
  );
}

function Due({ of }: { of: Lead }) {
  const { t } = useDictionary<LeadWord>(words);
  if (of.done_at) return dateTime(of.done_at);
  return of.state === "received" ? t("acknowledgeBy", { time: dateTime(of.acknowledge_by) }) : t("handleBy", { time: dateTime(of.handle_by) });
}
