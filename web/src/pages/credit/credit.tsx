// Credit records and applications for their repair.
import { App, Form, Input, Radio, Button } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { sentenceOf } from "../../api/problem";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { date, dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Dialog } from "../../parts/dialog";
import { Listing } from "../../parts/listing";
import { Loaded, Nothing } from "../../parts/loaded";
import { Mark, type Tone } from "../../parts/mark";
import { Page } from "../../parts/page";
import { judge, useRecords, useRepairs, type CreditRecord, type Repair, type Verdict } from "./calls";
import { groundsOf } from "./grounds";
import { RulesPanel } from "./rules";
import words, { type CreditWord } from "./words";

const recordTones: Record<CreditRecord["state"], Tone> = { open: "bad", repaired: "ok", ended: "quiet", withdrawn: "quiet" };
const repairTones: Record<Repair["state"], Tone> = { asked: "act", reviewed: "act", granted: "ok", refused: "quiet" };

export default function Credit() {
  const { t } = useDictionary<CreditWord>(words);
  return (
    <Page title={t("title")} lead={t("lead")}>
      <div className="stack">
        <Repairs />
        <Records />
        <RulesPanel />
      </div>
    </Page>
  );
}

function Repairs() {
  const { t } = useDictionary<CreditWord>(words);
  const { can } = useSession();
  const repairs = useRepairs();
  const [judging, setJudging] = useState<Repair | null>(null);
  const next = (repair: Repair): CreditWord | null => (repair.state === "asked" && can("legal") ? "review" : repair.state === "reviewed" && can("head") ? "decide" : null);
  return (
    <section className="panel">
      <header><h2>{t("repairs")}</h2></header>
      <div className="panel-body">
        <Loaded query={repairs} isEmpty={(list) => list.length === 0} empty={t("noRepairs")}>
          {(list) => (
            <ul className="plain-list">
              {list.map((repair) => {
                const step = next(repair);
                return (
                  <li key={repair.id}>
                    <div className="between">
                      <p style={{ margin: 0 }}>{repair.party} · <Link to={`/cases/${repair.case_id}`}>{repair.case_number}</Link> <Mark tone={repairTones[repair.state]}>{t(repair.state)}</Mark></p>
                      {step ? <Button size="small" type="primary" onClick={() => setJudging(repair)}>{t(step)}</Button> : null}
                    </div>
                    <div>{repair.text}</div>
                    <p className="muted" style={{ margin: 0 }}>
                      {dateTime(repair.asked_at)} · {t("decideBy", { date: date(repair.decide_by) })}
                      {can("legal", "head", "auditor", "supervisor") ? Array.from({ length: repair.papers }, (_, i) => <span key={i}> · <a href={`/api/v1/credit/repairs/${repair.id}/papers/${i + 1}`}>{t("paper", { n: i + 1 })}</a></span>) : null}
                    </p>
                    {repair.reviewer ? <div className="muted">{t("reviewedBy", { name: repair.reviewer, advice: t(repair.advised ? "grant" : "refuse"), text: repair.review })}</div> : null}
                    {repair.decider ? <div className="muted">{t("decidedBy", { name: repair.decider, text: repair.reason })}</div> : null}
                  </li>
                );
              })}
            </ul>
          )}
        </Loaded>
      </div>
      {judging ? <Judge repair={judging} onClose={() => setJudging(null)} /> : null}
    </section>
  );
}

function Judge({ repair, onClose }: { repair: Repair; onClose: () => void }) {
  const { t, language } = useDictionary<CreditWord>(words);
  const frame = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Verdict>();
  const save = useMutation({
    mutationFn: (verdict: Verdict) => judge(repair, verdict),
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: ["credit"] });
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  return (
    <Dialog open title={t(repair.state === "asked" ? "review" : "decide")} okText={frame.t("save")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <p>{repair.text}</p>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ grant: true }} onFinish={(values) => save.mutate(values)}>
        <Form.Item name="grant"><Radio.Group options={[{ value: true, label: t("grant") }, { value: false, label: t("refuse") }]} /></Form.Item>
        <Form.Item name="reason" label={t("reason")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input.TextArea rows={3} maxLength={2000} /></Form.Item>
      </Form>
    </Dialog>
  );
}

function Records() {
  const { t } = useDictionary<CreditWord>(words);
  const records = useRecords();
  return (
    <section className="panel flush">
      <header><h2>{t("records")}</h2></header>
      <Loaded query={records}>
        {(list) => (
          <Listing<CreditRecord>
            rowKey="id" dataSource={list} locale={{ emptyText: <Nothing>{t("noRecords")}</Nothing> }}
            columns={[
              { title: t("party"), dataIndex: "party" },
              { title: t("caseNumber"), key: "case", width: 200, render: (_, record) => <Link to={`/cases/${record.case_id}`}>{record.case_number}</Link> },
              { title: t("level"), dataIndex: "level", render: (level: CreditRecord["level"]) => t(level) },
              { title: t("why"), key: "why", width: 260, render: (_, record) => groundsOf(record, t) },
              { title: t("repairFrom"), dataIndex: "repair_from", render: (at: string) => date(at) },
              { title: t("until"), dataIndex: "until", render: (at: string) => date(at) },
              { title: t("state"), dataIndex: "state", render: (state: CreditRecord["state"]) => <Mark tone={recordTones[state]}>{t(state)}</Mark> },
            ]}
          />
        )}
      </Loaded>
    </section>
  );
}
