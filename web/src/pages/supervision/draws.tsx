// Draws by lot: announced, drawn, done; and the tasks that wait.
import { Button, Checkbox, Form, Input, Select, App } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { Link } from "react-router";
import { sentenceOf } from "../../api/problem";
import { useSession } from "../../app/session";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { DatePicker } from "../../parts/dates";
import { Dialog } from "../../parts/dialog";
import { InputNumber } from "../../parts/input-number";
import { Loaded, Nothing } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { announceDraw, dueOn, useDraws, useMyTasks, type Draw, type DrawPlan } from "./calls";
import { Late } from "./draw";
import { Frame } from "./frame";
import words, { type SupervisionWord } from "./words";

export default function Draws() {
  const { t } = useDictionary<SupervisionWord>(words);
  const { can } = useSession();
  const draws = useDraws();
  const [announcing, setAnnouncing] = useState(false);
  return (
    <Frame title={t("draws")} lead={t("drawsLead")} extra={can("head", "supervisor") ? <Button type="primary" onClick={() => setAnnouncing(true)}>{t("announce")}</Button> : null}>
      <div className="grid two">
        <section className="panel">
          <header><h2>{t("draws")}</h2></header>
          <div className="panel-body">
            <Loaded query={draws}>
              {(list) => (list.length === 0 ? <Nothing>{t("noDraws")}</Nothing> : <ul className="plain-list">{list.map((draw) => <Row key={draw.id} draw={draw} />)}</ul>)}
            </Loaded>
          </div>
        </section>
        <Tasks />
      </div>
      {announcing ? <Announce onDone={() => setAnnouncing(false)} /> : null}
    </Frame>
  );
}

function Row({ draw }: { draw: Draw }) {
  const { t } = useDictionary<SupervisionWord>(words);
  return (
    <li>
      <div className="between">
        <Link to={`/supervision/draws/${draw.id}`}>{draw.title}</Link>
        <Mark tone={draw.seed ? (draw.done < draw.tasks ? "act" : "ok") : "wait"}>{draw.seed ? t("done", { n: draw.done, of: draw.tasks }) : t("announced", { time: dateTime(draw.draw_at) })}</Mark>
      </div>
      <div className="muted">{t(draw.kind as SupervisionWord)} · {t("of", { n: draw.wanted, of: draw.of })}{draw.faulty > 0 ? ` · ${t("faulty", { n: draw.faulty })}` : ""}</div>
    </li>
  );
}

function Tasks() {
  const { t } = useDictionary<SupervisionWord>(words);
  const { can } = useSession();
  const tasks = useMyTasks(can("officer"));
  return (
    <section className="panel">
      <header><h2>{t("myTasks")}</h2></header>
      <div className="panel-body">
        <Loaded query={tasks}>
          {(list) => (list.length === 0 ? <Nothing>{t("noTasks")}</Nothing> : (
            <ul className="plain-list">
              {list.map((task) => (
                <li key={task.id} className="between">
                  <Link to={`/supervision/draws/${task.draw_id}`}>{task.name}</Link>
                  <span className="muted">{t(task.kind as SupervisionWord)} · {task.done_at ? t("rectifyBy", { date: dueOn(task) }) : `${t("dueOn")} ${dueOn(task)}`} <Late task={task} /></span>
                </li>
              ))}
            </ul>
          ))}
        </Loaded>
      </div>
    </section>
  );
}

const kinds = ["inspection", "process_record", "after", "during"] as const;

interface Values { kind: DrawPlan["kind"]; title: string; wanted: number; draw_at: Dayjs; township?: string; due?: boolean }

function Announce({ onDone }: { onDone: () => void }) {
  const { t, language } = useDictionary<SupervisionWord>(words);
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();
  const kind = Form.useWatch("kind", form);
  const announce = useMutation({
    mutationFn: (v: Values) => announceDraw({ kind: v.kind, title: v.title, wanted: v.wanted, draw_at: v.draw_at.toISOString(), township: v.township || undefined, due: v.due || undefined }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["draws"] });
      onDone();
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  return (
    <Dialog open title={t("announce")} okText={t("announce")} onCancel={onDone} onOk={() => form.submit()} confirmLoading={announce.isPending}>
      <Form form={form} layout="vertical" initialValues={{ kind: "inspection", wanted: 20, draw_at: dayjs().add(10, "minute") }} onFinish={(v) => announce.mutate(v)}>
        <Form.Item name="kind" label={t("kind")}><Select options={kinds.map((value) => ({ value, label: t(value) }))} /></Form.Item>
        <Form.Item name="title" label={t("name")} rules={[{ required: true, whitespace: true, message: t("nameMissing") }]}><Input maxLength={120} /></Form.Item>
        <Form.Item name="wanted" label={t("wanted")}><InputNumber min={1} max={5000} /></Form.Item>
        <Form.Item name="draw_at" label={t("drawAt")} extra={t("drawAtHint")} rules={[{ required: true }]}><DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" allowClear={false} /></Form.Item>
        {kind === "inspection" ? (
          <>
            <Form.Item name="township" label={t("township")}><Input maxLength={100} /></Form.Item>
            <Form.Item name="due" valuePropName="checked" extra={t("dueHint")}><Checkbox>{t("due")}</Checkbox></Form.Item>
          </>
        ) : null}
      </Form>
    </Dialog>
  );
}
