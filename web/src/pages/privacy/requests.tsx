// Requests of parties for all that is held on them: taken down by one, reviewed by
// another, released by a third; every handing over is recorded.
import { App, Button, Form, Input, Radio } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sentenceOf } from "../../api/problem";
import { useParties } from "../../api/queries";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { date, dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { saveFile } from "../../format/save-file";
import { Dialog } from "../../parts/dialog";
import { FieldSelect } from "../../parts/field-select";
import { Loaded } from "../../parts/loaded";
import { Mark, type Tone } from "../../parts/mark";
import { askAtDesk, handOver, judge, useRequests, type Ask, type SubjectRequest, type Verdict } from "./calls";
import words, { type PrivacyWord } from "./words";

const tones: Record<string, Tone> = { asked: "act", reviewed: "act", released: "ok", refused: "quiet" };

export function Requests() {
  const { t, language } = useDictionary<PrivacyWord>(words);
  const { can } = useSession();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const requests = useRequests();
  const [asking, setAsking] = useState(false);
  const [judging, setJudging] = useState<SubjectRequest | null>(null);
  const hand = useMutation({
    mutationFn: async (request: SubjectRequest) => saveFile(await handOver(request.id), `personal-data-${request.id}.zip`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["subject-requests"] }),
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  const next = ({ state }: SubjectRequest): PrivacyWord | null => (state === "asked" && can("legal") ? "review" : state === "reviewed" && can("head") ? "decide" : null);
  return (
    <section className="panel">
      <header className="between"><h2>{t("requests")}</h2>{can("officer") ? <Button onClick={() => setAsking(true)}>{t("ask")}</Button> : null}</header>
      <div className="panel-body">
        <p className="muted">{t("requestsLead")}</p>
        <Loaded query={requests} isEmpty={(list) => list.length === 0} empty={t("noRequests")}>
          {(list) => (
            <ul className="plain-list">
              {list.map((request) => {
                const step = next(request);
                return (
                  <li key={request.id}>
                    <div className="between">
                      <span>{request.party} · {t(`how_${request.how}` as PrivacyWord)} <Mark tone={tones[request.state] ?? "quiet"}>{t(`state_${request.state}` as PrivacyWord)}</Mark></span>
                      <span className="row">
                        {step ? <Button size="small" type="primary" onClick={() => setJudging(request)}>{t(step)}</Button> : null}
                        {request.state === "released" && can("officer", "head") ? <Button size="small" loading={hand.isPending} onClick={() => hand.mutate(request)}>{t("hand")}</Button> : null}
                      </span>
                    </div>
                    <div className="muted">{dateTime(request.asked_at)} · {request.checked} · {t("decideBy", { date: date(request.decide_by) })}</div>
                    {request.reviewer ? <div className="muted">{t("reviewedBy", { name: request.reviewer, advice: t(request.advised ? "release" : "refuse"), text: request.review ?? "" })}</div> : null}
                    {request.decider ? <div className="muted">{t("decidedBy", { name: request.decider, text: request.reason ?? "" })}</div> : null}
                    {request.events.filter((one) => one.event === "handed_over").map((one) => <div key={one.at} className="muted">{t("handed", { time: dateTime(one.at), by: one.by === "party" ? t("party") : one.by })} <span className="mono break">{one.sha256}</span></div>)}
                  </li>
                );
              })}
            </ul>
          )}
        </Loaded>
      </div>
      {asking ? <AskDialog onClose={() => setAsking(false)} /> : null}
      {judging ? <Judge request={judging} onClose={() => setJudging(null)} /> : null}
    </section>
  );
}

function AskDialog({ onClose }: { onClose: () => void }) {
  const { t, language } = useDictionary<PrivacyWord>(words);
  const frame = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const parties = useParties();
  const [form] = Form.useForm<Ask>();
  const save = useMutation({
    mutationFn: askAtDesk,
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: ["subject-requests"] });
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  const required = [{ required: true, whitespace: true, message: t("missing") }];
  return (
    <Dialog open title={t("ask")} okText={frame.t("save")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => save.mutate(values)}>
        <Form.Item name="party_id" label={t("party")} rules={required}>
          <FieldSelect showSearch optionFilterProp="label" loading={parties.isPending} options={parties.data?.map((one) => ({ value: one.id, label: [one.name, one.identity].filter(Boolean).join(" · ") }))} />
        </Form.Item>
        <Form.Item name="checked" label={t("checked")} extra={t("checkedHelp")} rules={required}><Input.TextArea rows={2} maxLength={500} /></Form.Item>
      </Form>
    </Dialog>
  );
}

function Judge({ request, onClose }: { request: SubjectRequest; onClose: () => void }) {
  const { t, language } = useDictionary<PrivacyWord>(words);
  const frame = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Verdict>();
  const save = useMutation({
    mutationFn: (verdict: Verdict) => judge(request, verdict),
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: ["subject-requests"] });
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  return (
    <Dialog open title={t(request.state === "asked" ? "review" : "decide")} okText={frame.t("save")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <p>{t("judgeLead")}</p>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ release: true }} onFinish={(values) => save.mutate(values)}>
        <Form.Item name="release"><Radio.Group options={[{ value: true, label: t("release") }, { value: false, label: t("refuse") }]} /></Form.Item>
        <Form.Item name="reason" label={t("reason")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input.TextArea rows={3} maxLength={2000} /></Form.Item>
      </Form>
    </Dialog>
  );
}
