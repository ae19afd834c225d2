// Notes of colleagues on a case. They are no part of the court file; one that is to
// be part of it is put there as a line of the process record, and stays.
import { Alert, App, Button, Form, Mentions } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { sentenceOf } from "../../api/problem";
import { useSession } from "../../app/session";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Sure } from "../../parts/dialog";
import { Loaded } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { fileNote, seeNotes, useColleagues, useNotes, withdrawNote, writeNote, type Note } from "./calls";
import { mentioned } from "./mentioned";
import words, { type CaseWord } from "./words";

export function Notes({ caseID }: { caseID: string }) {
  const { t } = useDictionary<CaseWord>(words);
  const { can } = useSession();
  const notes = useNotes(caseID);
  useSeen(caseID, notes.data?.some((note) => note.unseen) ?? false);
  return (
    <div className="stack">
      <p className="muted" style={{ margin: 0 }}>{t("notesLead")}</p>
      <Loaded query={notes} isEmpty={(list) => list.length === 0} empty={t("noNotes")}>
        {(list) => <ol className="notes">{list.map((note) => <Written key={note.id} note={note} />)}</ol>}
      </Loaded>
      {can("reviewer", "officer", "legal", "head") ? <Write caseID={caseID} /> : null}
    </div>
  );
}

// useSeen tells the server, once they are on the screen, that mentions were seen.
function useSeen(caseID: string, unseen: boolean) {
  const queries = useQueryClient();
  useEffect(() => {
    if (!unseen) return;
    seeNotes(caseID).then(() => Promise.all([["mentions"], ["overview"]].map((queryKey) => queries.invalidateQueries({ queryKey }))), () => undefined); // they stay unseen, and are told again
  }, [caseID, unseen, queries]);
}

function Written({ note }: { note: Note }) {
  const { t, language } = useDictionary<CaseWord>(words);
  const { user, can } = useSession();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: (what: (id: string) => Promise<unknown>) => what(note.id),
    onSettled: () => Promise.all([["notes", note.case_id], ["case", note.case_id]].map((queryKey) => queries.invalidateQueries({ queryKey }))),
    onError: (error) => message.error(sentenceOf(error, language)),
  });
  return (
    <li className={note.unseen ? "note unseen" : "note"}>
      <div className="between" style={{ flexWrap: "wrap" }}>
        <span><strong>{note.by}</strong> <span className="muted">{dateTime(note.at)}</span></span>
        {note.filed_at ? <Mark tone="ok">{t("noteFiled", { name: note.filed_by ?? "" })}</Mark> : null}
      </div>
      <p>{note.text}</p>
      {note.filed_at ? null : (
        <div className="row">
          {can("officer", "legal", "head") ? (
            <Sure title={t("fileNote")} description={t("fileNoteWhy")} okText={t("fileNote")} onConfirm={() => act.mutate(fileNote)}>
              <Button size="small" loading={act.isPending}>{t("fileNote")}</Button>
            </Sure>
          ) : null}
          {note.by_id === user.id ? (
            <Sure title={t("withdrawNoteWhy")} okText={t("withdrawNote")} onConfirm={() => act.mutate(withdrawNote)}>
              <Button size="small" type="text">{t("withdrawNote")}</Button>
            </Sure>
          ) : null}
        </div>
      )}
    </li>
  );
}

function Write({ caseID }: { caseID: string }) {
  const { t, language } = useDictionary<CaseWord>(words);
  const queries = useQueryClient();
  const colleagues = useColleagues(true);
  const [form] = Form.useForm<{ text: string }>();
  const once = useRef(crypto.randomUUID()); // sent again after a broken answer, it is written once
  const write = useMutation({
    mutationFn: (text: string) => writeNote(caseID, { text, mentions: mentioned(text, colleagues.data ?? []) }, once.current),
    onSuccess: () => {
      once.current = crypto.randomUUID();
      form.resetFields();
      return queries.invalidateQueries({ queryKey: ["notes", caseID] });
    },
  });
  return (
    <Form<{ text: string }> form={form} layout="vertical" requiredMark={false} onFinish={({ text }) => write.mutate(text)} className="write-note">
      {write.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(write.error, language)} className="form-alert" /> : null}
      <Form.Item name="text" label={t("writeNote")} extra={t("writeNoteHint")} rules={[{ required: true, whitespace: true, message: t("noteMissing") }]}>
        <Mentions
          rows={3} maxLength={4000} loading={colleagues.isPending} placement="top"
          options={(colleagues.data ?? []).map((c) => ({ value: c.name, label: c.name, key: c.id }))}
        />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={write.isPending}>{t("sendNote")}</Button>
    </Form>
  );
}
