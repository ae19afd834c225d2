// One draw: how it was drawn, so that anybody can draw again, and what came of it.
import { App, Button, Form, Input, Radio, Table } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { sentenceOf } from "../../api/problem";
import { useSession } from "../../app/session";
import { date, dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Dialog } from "../../parts/dialog";
import { InputNumber } from "../../parts/input-number";
import { Loaded } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { dueOn, enterResult, rectify, useDraw, type Draw, type Question, type Task } from "./calls";
import { Frame } from "./frame";
import words, { type SupervisionWord } from "./words";

export default function DrawShown() {
  const { t } = useDictionary<SupervisionWord>(words);
  const { id = "" } = useParams();
  const draw = useDraw(id);
  return (
    <Frame title={draw.data?.draw.title ?? t("draws")} lead={draw.data ? `${t(draw.data.draw.kind as SupervisionWord)} · ${t("of", { n: draw.data.draw.wanted, of: draw.data.draw.of })}` : undefined}>
      <Loaded query={draw}>
        {({ draw: one, questions, tasks }) => (
          <>
            <How draw={one} />
            {one.seed ? <Tasks tasks={tasks} questions={questions} /> : null}
          </>
        )}
      </Loaded>
    </Frame>
  );
}

const download = (text: string) => `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`;

function How({ draw }: { draw: Draw }) {
  const { t } = useDictionary<SupervisionWord>(words);
  return (
    <section className="panel">
      <header><h2>{draw.drawn_at ? `${t("drawn")} ${dateTime(draw.drawn_at)}` : t("announced", { time: dateTime(draw.draw_at) })}</h2></header>
      <div className="panel-body stack">
        <p style={{ margin: 0 }}><strong>{t("announcement")}</strong> <span className="mono break">{draw.sha256}</span> {draw.announced ? <a href={download(draw.announced)} download={`draw-${draw.id}.tlog-proof`}>{t("proof")}</a> : draw.adopted ? null : <Mark tone="wait">{t("waitsForLog")}</Mark>}</p>
        {draw.adopted ? <div><strong>{t("seed")}</strong> <span className="mono break">{draw.seed}</span><p className="muted">{t("adopted")}</p></div> : null}
        {draw.seed && draw.drawn ? (
          <div><p style={{ margin: 0 }}><strong>{t("seed")}</strong> <span className="mono break">{draw.seed}</span> <a href={download(draw.drawn)} download={`draw-${draw.id}-seed.tlog-proof`}>{t("proof")}</a></p><p className="muted">{t("seedWhy")}</p></div>
        ) : null}
      </div>
    </section>
  );
}

function Tasks({ tasks, questions }: { tasks: Task[]; questions: Question[] }) {
  const { t } = useDictionary<SupervisionWord>(words);
  const { user, can } = useSession();
  const [entering, setEntering] = useState<Task | null>(null);
  const [righting, setRighting] = useState<Task | null>(null);
  const mayEnter = (task: Task) => !task.done_at && (task.kind === "inspection" ? task.inspectors.includes(user.name) : can("legal", "supervisor"));
  const columns = [
    { title: t("rank"), dataIndex: "rank", width: 60 },
    { title: t("object"), dataIndex: "name", render: (name: string, task: Task) => <Link to={task.kind === "inspection" ? `/objects/${task.subject}` : `/cases/${task.subject}`}>{name}</Link> },
    ...(tasks[0]?.kind === "inspection" ? [{ title: t("inspectors"), dataIndex: "inspectors", render: (names: string[]) => names.join(" · ") }] : []),
    { title: t("dueOn"), dataIndex: "due_on" },
    { title: t("result"), key: "result", render: (_: unknown, task: Task) => <Outcome task={task} /> },
    {
      title: "", key: "act", render: (_: unknown, task: Task) => (
        <>
          {mayEnter(task) ? <Button size="small" onClick={() => setEntering(task)}>{t("enter")}</Button> : null}
          {task.rectify_by && !task.rectified_at && can("officer", "head") ? <Button size="small" onClick={() => setRighting(task)}>{t("rectify")}</Button> : null}
        </>
      ),
    },
  ];
  return (
    <>
      <Table<Task> size="middle" rowKey="id" columns={columns} dataSource={tasks} pagination={{ pageSize: 50, hideOnSinglePage: true }} scroll={{ x: true }} />
      {entering ? <Enter task={entering} questions={questions} onDone={() => setEntering(null)} /> : null}
      {righting ? <Right task={righting} onDone={() => setRighting(null)} /> : null}
    </>
  );
}

function Outcome({ task }: { task: Task }) {
  const { t } = useDictionary<SupervisionWord>(words);
  if (!task.done_at) return <><Mark tone="wait">{t("waits")}</Mark> <Late task={task} /></>;
  return (
    <>
      <Mark tone={task.result === "sound" ? "ok" : "bad"}>{t(task.result === "sound" ? "sound" : "faultyMark")}</Mark>
      {task.note ? <div className="muted">{task.note} · {task.done_by}</div> : null}
      {task.rectified_at ? <div className="muted">{t("rectified")} {dateTime(task.rectified_at)}: {task.rectified}</div> : task.rectify_by ? <div className="muted">{t("rectifyBy", { date: task.rectify_by })} <Late task={task} /></div> : null}
    </>
  );
}

// Late is shown once the last day is over, on the legal clock.
export function Late({ task }: { task: Task }) {
  const { t } = useDictionary<SupervisionWord>(words);
  const today = date(new Date().toISOString());
  return dueOn(task) && dueOn(task) < today ? <Mark tone="bad">{t("overdue")}</Mark> : null;
}

// useSave is a change of a task, said aloud.
function useSave<V>(save: (values: V) => Promise<unknown>, onDone: () => void) {
  const { t, language } = useDictionary<SupervisionWord>(words);
  const { message } = App.useApp();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: save,
    onSuccess: async () => {
      await Promise.all(["draws", "quotas", "object"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
      void message.success(t("saved"));
      onDone();
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
}

const answers = ["ok", "fault", "none"] as const;

interface Values { answers: Record<string, string>; note?: string; days?: number }

function Enter({ task, questions, onDone }: { task: Task; questions: Question[]; onDone: () => void }) {
  const { t, pick } = useDictionary<SupervisionWord>(words);
  const [form] = Form.useForm<Values>();
  const given = Form.useWatch("answers", form);
  const faulty = Object.values(given ?? {}).includes("fault");
  const save = useSave((v: Values) => enterResult(task.id, { answers: v.answers, note: v.note ?? "", days: v.days }), onDone);
  return (
    <Dialog open title={task.name} okText={t("enter")} onCancel={onDone} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <Form form={form} layout="vertical" initialValues={{ answers: Object.fromEntries(questions.map((q) => [q.key, "ok"])) }} onFinish={(v) => save.mutate(v)}>
        {questions.map((q) => (
          <Form.Item key={q.key} name={["answers", q.key]} label={pick(q.zh, q.en)}>
            <Radio.Group options={answers.map((value) => ({ value, label: t(`answer_${value}`) }))} />
          </Form.Item>
        ))}
        <Form.Item name="note" label={t("note")} rules={[{ required: faulty, whitespace: true, message: t("noteHint") }]}><Input.TextArea rows={3} maxLength={4000} /></Form.Item>
        {faulty ? <Form.Item name="days" label={t("days")} initialValue={10}><InputNumber min={1} max={60} /></Form.Item> : null}
      </Form>
    </Dialog>
  );
}

function Right({ task, onDone }: { task: Task; onDone: () => void }) {
  const { t } = useDictionary<SupervisionWord>(words);
  const [form] = Form.useForm<{ what: string }>();
  const save = useSave((v: { what: string }) => rectify(task.id, v.what), onDone);
  return (
    <Dialog open title={task.name} okText={t("rectify")} onCancel={onDone} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <Form form={form} layout="vertical" onFinish={(v) => save.mutate(v)}>
        <Form.Item name="what" label={t("rectifyWhat")} rules={[{ required: true, whitespace: true, message: t("rectifyWhat") }]}><Input.TextArea rows={3} maxLength={2000} /></Form.Item>
      </Form>
    </Dialog>
  );
}
