// The officers' side of an inquiry by video: the room, the questions and answers as they
// are noted, and the record made of them once the recording is sealed.
import { Alert, App, Button, Descriptions, Input } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link, useParams } from "react-router";
import { api, ok, type Schemas } from "../../api/client";
import { sentenceOf } from "../../api/problem";
import { caseEvent, useCase } from "../../api/queries";
import type { CaseFile } from "../../api/types";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Screen } from "../../meeting/screen";
import { useMeeting } from "../../meeting/use-meeting";
import { articleOf } from "../../parts/article";
import { Loaded } from "../../parts/loaded";
import { Page } from "../../parts/page";
import words, { type CaseWord } from "./words";

// draft is how a record of questions and answers begins. It is in Chinese, as all papers of
// a case are, whatever the console's language.
const draft = "问：我们是执法人员，已出示执法证件，您是否看清？\n答：\n问：您的权利和义务已经告知，是否申请回避？\n答：\n";

type InquiryState = Schemas["Inquiry"];

const useInquiry = (id: string) =>
  useQuery({ queryKey: ["inquiry", id], queryFn: (): Promise<InquiryState> => ok(api.GET("/api/v1/cases/{id}/inquiry", { params: { path: { id } } })) });

export default function InquiryPage() {
  const { id = "" } = useParams();
  const { t } = useDictionary<CaseWord>(words);
  const file = useCase(id);
  const inquiry = useInquiry(id);
  return (
    <Page title={t("inquiryTitle")} lead={<Link to={`/cases/${id}`}>{file.data?.number || t("title")}</Link>}>
      <Loaded query={file}>{(data) => <Loaded query={inquiry}>{(held) => <Inquiry file={data} inquiry={held} />}</Loaded>}</Loaded>
    </Page>
  );
}

function Inquiry({ file, inquiry }: { file: CaseFile; inquiry: InquiryState }) {
  const { t } = useDictionary<CaseWord>(words);
  const rows: [CaseWord, string | undefined][] = [
    ["inquiryAppointed", inquiry.appointed_at], ["inquiryOpened", inquiry.opened_at], ["inquiryAgreed", inquiry.agreed_at], ["inquiryClosed", inquiry.closed_at],
    ["inquiryConfirmed", inquiry.record?.confirmed_at],
  ];
  return (
    <div className="stack">
      <section className="panel">
        <header><h2>{t("inquiryCourse")}</h2></header>
        <div className="panel-body stack" data-inquiry={inquiry.state}>
          <Descriptions size="small" column={{ xs: 1, md: 2 }} items={rows.map(([word, at]) => ({ key: word, label: t(word), children: at ? dateTime(at) : "—" }))} />
          <ul className="plain-list">
            {inquiry.officers.map((o) => (
              <li key={o.licence_no} data-present={!!o.present_at}>
                {o.name}（{o.licence_no}） <span className="muted">{o.present_at ? `${t("inquiryPresent")} ${dateTime(o.present_at)}` : inquiry.state === "none" ? null : t("inquiryAbsent")}</span>
              </li>
            ))}
          </ul>
          <Steps file={file} />
          {inquiry.state === "ended" ? <Alert type="info" showIcon message={inquiry.recorded ? t("inquirySealing") : t("inquiryNone")} /> : null}
          {inquiry.state === "sealed" ? <Alert type="success" showIcon message={<Link to={`/evidence/${inquiry.bundle ?? ""}`}>{t("inquirySealed")}</Link>} /> : null}
          {inquiry.record?.correction ? <Alert type="warning" showIcon message={t("inquiryCorrection")} description={inquiry.record.correction} /> : null}
        </div>
      </section>
      {inquiry.state === "open" ? <Room id={file.id} agreed={!!inquiry.agreed_at} /> : null}
      <Notes key={file.id} file={file} />
    </div>
  );
}

// useStep takes a step of the case and fetches what it changes.
function useStep(file: CaseFile) {
  const { message } = App.useApp();
  const { language } = useDictionary<CaseWord>(words);
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ event, fields }: { event: string; fields: Record<string, unknown> }) => caseEvent(file, event, fields),
    onSettled: () => Promise.all([["case", file.id], ["inquiry", file.id], ["cases"]].map((queryKey) => queries.invalidateQueries({ queryKey }))),
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
}

// Steps are to open or end the room, and, for an officer who sits beside the one whose camera
// is on, to say so: each in a session of their own.
function Steps({ file }: { file: CaseFile }) {
  const { pick, language } = useDictionary<CaseWord>(words);
  const step = useStep(file);
  const shown = file.events.filter((e) => e.event === "open_room" || e.event === "close_room");
  const now = shown.find((e) => e.allowed) ?? shown[0];
  const attend = file.events.find((e) => e.event === "attend" && e.allowed);
  if (!now) return null;
  return (
    <div className="row">
      {attend ? (
        <Button loading={step.isPending} data-event="attend" onClick={() => step.mutate({ event: "attend", fields: {} })}>{pick(attend.label_zh, attend.label_en)}</Button>
      ) : null}
      <Button type="primary" danger={now.event === "close_room"} disabled={!now.allowed} loading={step.isPending} data-event={now.event} onClick={() => step.mutate({ event: now.event, fields: {} })}>
        {pick(now.label_zh, now.label_en)}
      </Button>
      <span className="muted">{now.allowed ? null : pick(now.why_zh, now.why_en)} {articleOf(now.article, language)}</span>
    </div>
  );
}

function Room({ id, agreed }: { id: string; agreed: boolean }) {
  const { t, language } = useDictionary<CaseWord>(words);
  const queries = useQueryClient();
  const meeting = useMeeting(async (sdp) => {
    const { sdp: answer } = await ok(api.POST("/api/v1/cases/{id}/inquiry/join", { params: { path: { id } }, body: { sdp } }));
    await Promise.all([["case", id], ["inquiry", id]].map((queryKey) => queries.invalidateQueries({ queryKey }))); // who enters is present
    return answer;
  });
  return (
    <section className="panel">
      <header><h2>{t("meetHead")}</h2></header>
      <div className="panel-body stack" data-meeting={meeting.state}>
        <Alert type={agreed ? "success" : "info"} showIcon message={t(agreed ? "meetAgreed" : "meetWaits")} />
        {meeting.problem ? <Alert type="error" showIcon role="alert" message={meeting.problem instanceof DOMException ? t("meetDevices") : sentenceOf(meeting.problem, language)} /> : null}
        {meeting.state === "away" || meeting.state === "lost" ? (
          <div className="row">
            <Button type="primary" data-action="enter" onClick={() => void meeting.enter()}>{t("meetEnter")}</Button>
            <span className="muted">{t(meeting.state === "lost" ? "meetLost" : "meetLead")}</span>
          </div>
        ) : (
          <>
            <div className="meeting">
              <Screen stream={meeting.other} label={t("meetParty")} />
              <Screen stream={meeting.own} label={t("meetOwn")} own />
            </div>
            <div><Button onClick={meeting.leave}>{t("meetLeave")}</Button></div>
          </>
        )}
      </div>
    </section>
  );
}

// Notes keeps what is typed in this browser until the record is made of it.
function Notes({ file }: { file: CaseFile }) {
  const { t, pick } = useDictionary<CaseWord>(words);
  const key = `offsite.inquiry.${file.id}`;
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? draft);
  const step = useStep(file);
  useEffect(() => sessionStorage.setItem(key, text), [key, text]);
  const event = file.events.find((e) => e.event === "inquire");
  if (!event) return null;
  const send = () => step.mutate({ event: "inquire", fields: { text } }, { onSuccess: () => sessionStorage.removeItem(key) });
  return (
    <section className="panel">
      <header><h2>{t("inquiryNotes")}</h2></header>
      <div className="panel-body stack">
        <label htmlFor="inquiry-text" className="muted">{t("inquiryNotesLead")}</label>
        <Input.TextArea id="inquiry-text" value={text} maxLength={8000} rows={10} onChange={(e) => setText(e.target.value)} />
        <div className="row">
          <Button disabled={!event.allowed || !text.trim()} loading={step.isPending} data-event="inquire" onClick={send}>{t("inquiryMake")}</Button>
          {event.allowed ? null : <span className="muted">{pick(event.why_zh, event.why_en)}</span>}
        </div>
      </div>
    </section>
  );
}
