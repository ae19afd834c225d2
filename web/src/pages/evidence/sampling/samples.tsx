// Samples of evidence: announced first, drawn later, by the public log.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Form } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { Link } from "react-router";
import { sentenceOf } from "../../../api/problem";
import type { Sample } from "../../../api/types";
import { useSession } from "../../../app/session";
import { dateTime } from "../../../format/format";
import { useDictionary } from "../../../i18n/translate";
import { DatePicker } from "../../../parts/dates";
import { InputNumber } from "../../../parts/input-number";
import { Loaded } from "../../../parts/loaded";
import { Mark } from "../../../parts/mark";
import { Page } from "../../../parts/page";
import { announceSample, useSamples } from "./calls";
import words, { type SamplingWord } from "./words";

export default function Samples() {
  const { t } = useDictionary<SamplingWord>(words);
  const { can } = useSession();
  const samples = useSamples();
  return (
    <Page title={t("title")} lead={t("lead")}>
      <div className="stack">
        {can("auditor", "supervisor") ? <Announce /> : null}
        <section className="panel">
          <header><h2>{t("samples")}</h2></header>
          <div className="panel-body">
            <Loaded query={samples} isEmpty={(list) => list.length === 0} empty={t("none")}>
              {(list) => (
                <ul className="plain-list">
                  {list.map((sample) => (
                    <li key={sample.id} className="between" style={{ flexWrap: "wrap" }}>
                      <span>
                        <Link to={`/evidence/samples/${sample.id}`}>{dateTime(sample.from)} – {dateTime(sample.to)} · {percent(sample.rate)}</Link>
                        <div className="muted">{t("draws")} {dateTime(sample.draws)} · {t("by")} {sample.by}</div>
                      </span>
                      <SampleState sample={sample} />
                    </li>
                  ))}
                </ul>
              )}
            </Loaded>
          </div>
        </section>
      </div>
    </Page>
  );
}

export const percent = (rate: number) => `${Number((rate * 100).toPrecision(6))}%`;

export function SampleState({ sample }: { sample: Sample }) {
  const { t } = useDictionary<SamplingWord>(words);
  if (sample.taken) return <Mark tone="ok">{t("drawn", { n: Math.ceil(sample.rate * sample.population), all: sample.population })}</Mark>;
  return <Mark tone="wait">{t(new Date(sample.draws) > new Date() ? "waiting" : "due")}</Mark>;
}

interface Fields { from: Dayjs; to: Dayjs; percent: number; draws: Dayjs }

function Announce() {
  const { t, language } = useDictionary<SamplingWord>(words);
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Fields>();
  const announce = useMutation({
    mutationFn: ({ from, to, percent: share, draws }: Fields) =>
      announceSample({ from: from.toISOString(), to: to.toISOString(), rate: share / 100, draws: draws.toISOString() }),
    onSuccess: (sample) => {
      void message.success(t("announced", { time: dateTime(sample.draws) }));
      void queries.invalidateQueries({ queryKey: ["samples"] });
    },
  });
  const needed = { required: true, message: t("needed") };
  const picker = <DatePicker className="wide" showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" />;
  const initial = { from: dayjs().subtract(1, "month").startOf("month"), to: dayjs().startOf("month"), percent: 5, draws: dayjs().add(1, "hour").startOf("minute") };
  return (
    <section className="panel">
      <header><h2>{t("announce")}</h2></header>
      <div className="panel-body">
        <Form<Fields> form={form} layout="vertical" initialValues={initial} onFinish={(fields) => announce.mutate(fields)} requiredMark={false}>
          <div style={{ display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(220px, 1fr))", gap: "0 16px" }}>
            <Form.Item name="from" label={`${t("period")} ${t("from")}`} rules={[needed]}>{picker}</Form.Item>
            <Form.Item
              name="to"
              label={`${t("period")} ${t("to")}`}
              dependencies={["from"]}
              rules={[needed, ({ getFieldValue }) => ({ validator: (_, to: Dayjs | null) => (!to || to.isAfter(getFieldValue("from") as Dayjs) ? Promise.resolve() : Promise.reject(new Error(t("ordered")))) })]}
            >
              {picker}
            </Form.Item>
            <Form.Item name="percent" label={t("rate")} rules={[needed]}><InputNumber className="wide" min={0.01} max={100} /></Form.Item>
            <Form.Item
              name="draws"
              label={t("draws")}
              extra={t("drawsHint")}
              rules={[needed, { validator: (_, at: Dayjs | null) => (!at || at.isAfter(dayjs().add(1, "minute")) ? Promise.resolve() : Promise.reject(new Error(t("ahead")))) }]}
            >
              {picker}
            </Form.Item>
          </div>
          {announce.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(announce.error, language)} style={{ marginBottom: 12 }} /> : null}
          <Button type="primary" htmlType="submit" loading={announce.isPending}>{t("submit")}</Button>
        </Form>
      </div>
    </section>
  );
}
