// Reports of people, teams and townships: what a day, month, quarter or year brought,
// from the records that the work left. Nothing is entered here.
import { App, Button, Form, Input, Segmented, Select, Space } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import dayjs from "dayjs";
import { useState } from "react";
import { Link } from "react-router";
import { sentenceOf } from "../../api/problem";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { DatePicker } from "../../parts/dates";
import { Dialog } from "../../parts/dialog";
import { useFilter } from "../../parts/filter";
import { InputNumber } from "../../parts/input-number";
import { Listing } from "../../parts/listing";
import { Loaded, Nothing } from "../../parts/loaded";
import { activateScoreRules, useDay, useTeamReport, type DayLine, type ReportBy, type TeamReport } from "./calls";
import { beside, changeOf, earlier, earlierOf, periodOf, spans, type ComparedRow, type Earlier, type Span } from "./compared";
import { Frame } from "./frame";
import words, { type SupervisionWord } from "./words";

const dayForm = "YYYY-MM-DD";

export default function Reports() {
  const { t } = useDictionary<SupervisionWord>(words);
  const { can } = useSession();
  return (
    <Frame title={t("reports")} lead={t("reportsLead")}>
      {can("head", "auditor", "supervisor") ? <Scores /> : null}
      <Day />
    </Frame>
  );
}

function Scores() {
  const { t, pick, language } = useDictionary<SupervisionWord>(words);
  const { can } = useSession();
  const filter = useFilter();
  const [changing, setChanging] = useState(false);
  const span = (filter.value("span") || "month") as Span;
  const by = (filter.value("by") || "person") as ReportBy;
  const at = dayjs(filter.value("month") || undefined);
  const against = filter.value("against") as Earlier | "";
  const past = against ? periodOf(span, earlierOf(span, at, against)) : "";
  const report = useTeamReport(periodOf(span, at), by);
  const then = useTeamReport(past, by);
  const shown = past !== "" && then.isSuccess;
  return (
    <section className="panel flush">
      <header className="between">
        <h2>{t("scores")}</h2>
        {can("head") && report.data ? <Button onClick={() => setChanging(true)}>{t("changePoints")}</Button> : null}
      </header>
      <div className="panel-body" style={{ padding: 16 }}>
        <Space wrap>
          <Segmented<Span> aria-label={t("span")} value={span} onChange={(value) => filter.set("span", value)} options={spans.map((value) => ({ value, label: t(value) }))} />
          <DatePicker aria-label={t("period")} picker={span} value={at} allowClear={false} onChange={(value) => filter.set("month", (value ?? dayjs()).format("YYYY-MM"))} />
          <Segmented<ReportBy> aria-label={t("by")} value={by} onChange={(value) => filter.set("by", value)} options={(["person", "team", "township", "brigade"] as const).map((value) => ({ value, label: t(`by_${value}`) }))} />
          <Select<Earlier> allowClear aria-label={t("against")} placeholder={t("against")} style={{ width: 320, maxWidth: "100%" }} value={against || undefined} onChange={(value?: Earlier) => filter.set("against", value ?? "")} options={earlier.map((value) => ({ value, label: t(`against_${value}`, { period: periodOf(span, earlierOf(span, at, value)) }) }))} />
        </Space>
      </div>
      {past ? <Loaded query={then}>{() => <p className="panel-body muted" style={{ margin: 0, padding: "0 16px 16px" }}>{t("againstLead", { period: past })}</p>}</Loaded> : null}
      <Loaded query={report}>
        {(data) => (
          <>
            <Listing<ComparedRow>
              rowKey="key" dataSource={shown ? beside(data.rows, then.data.rows) : data.rows} scroll={{ x: "max-content" }} locale={{ emptyText: <Nothing>{t("noWork")}</Nothing> }}
              columns={[
                { title: t("place"), key: "place", fixed: "left", width: 64, render: (_, row) => row.place || null },
                { title: t(`by_${by}`), key: "name", fixed: "left", render: (_, row) => [row.name || t("ofNone"), row.team].filter(Boolean).join(" · ") },
                { title: t("pointsSum"), key: "points", align: "right", render: (_, row) => <Counted now={row.points} was={shown && (row.was?.points ?? 0)} /> },
                ...(data.months.length > 1 ? data.months.map((month, i) => ({ title: month, key: month, align: "right" as const, render: (_: unknown, row: ComparedRow) => row.months[i] })) : []),
                ...data.rules.measures.map((measure) => ({ title: pick(measure.zh, measure.en), key: measure.key, align: "right" as const, render: (_: unknown, row: ComparedRow) => <Counted now={row.counts[measure.key] ?? 0} was={shown && (row.was?.counts[measure.key] ?? 0)} /> })),
              ]}
            />
            <div className="panel-body muted" style={{ padding: 16 }}>
              <p>{data.rules.version === 0 ? t("pointsShipped") : t("pointsHold", { n: data.rules.version, by: data.rules.by, reason: data.rules.reason })}</p>
              <p>{data.rules.measures.map((measure) => `${pick(measure.zh, measure.en)} ${measure.points}`).join(language === "zh" ? "；" : "; ")}</p>
              <p>{t("byPeople")}</p>
            </div>
            {changing ? <ChangePoints report={data} onClose={() => setChanging(false)} /> : null}
          </>
        )}
      </Loaded>
    </section>
  );
}

// Counted is a number, and, where it is set beside an earlier one, how far it has moved.
function Counted({ now, was }: { now: number; was: number | false }) {
  if (was === false) return now || null;
  if (now === 0 && was === 0) return null;
  return <>{now} <span className="muted">({changeOf(now, was)})</span></>;
}

type Points = Record<string, number | string>;

function ChangePoints({ report, onClose }: { report: TeamReport; onClose: () => void }) {
  const { t, pick, language } = useDictionary<SupervisionWord>(words);
  const { t: frame } = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Points>();
  const measures = report.rules.measures;
  const save = useMutation({
    mutationFn: (values: Points) => activateScoreRules({ points: Object.fromEntries(measures.map(({ key }) => [key, Number(values[key])])), reason: String(values.reason) }),
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: ["reports"] });
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  return (
    <Dialog open title={t("changePoints")} okText={frame("save")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={Object.fromEntries(measures.map(({ key, points }) => [key, points]))} onFinish={(values) => save.mutate(values)}>
        {measures.map(({ key, zh, en }) => <Form.Item key={key} name={key} label={pick(zh, en)} rules={[{ required: true }]}><InputNumber min={-1000} max={1000} precision={0} /></Form.Item>)}
        <Form.Item name="reason" label={t("pointsReason")} rules={[{ required: true, whitespace: true, message: t("pointsReason") }]}><Input.TextArea rows={2} maxLength={1000} /></Form.Item>
      </Form>
    </Dialog>
  );
}

const addressOf: Record<string, (id: string) => string> = { case: (id) => `/cases/${id}`, object: (id) => `/objects/${id}` };

function Day() {
  const { t, pick } = useDictionary<SupervisionWord>(words);
  const filter = useFilter();
  const at = dayjs(filter.value("day") || undefined);
  const team = filter.value("team");
  const day = useDay(at.format(dayForm));
  const teams = [...new Set((day.data ?? []).map((line) => line.team).filter(Boolean))];
  return (
    <section className="panel flush">
      <header><h2>{t("day")}</h2></header>
      <div className="panel-body" style={{ padding: 16 }}>
        <Space wrap>
          <DatePicker aria-label={t("day")} value={at} allowClear={false} onChange={(value) => filter.set("day", (value ?? dayjs()).format(dayForm))} />
          <Select allowClear aria-label={t("by_team")} placeholder={t("by_team")} style={{ minWidth: 180 }} value={team || undefined} onChange={(value?: string) => filter.set("team", value ?? "")} options={teams.map((value) => ({ value }))} />
        </Space>
      </div>
      <Loaded query={day}>
        {(lines) => (
          <Listing<DayLine>
            rowKey={(line) => `${line.at} ${line.kind} ${line.subject} ${line.event}`} dataSource={lines.filter((line) => !team || line.team === team)} locale={{ emptyText: <Nothing>{t("noWork")}</Nothing> }}
            columns={[
              { title: t("at"), dataIndex: "at", render: (time: string) => dateTime(time) },
              { title: t("by_person"), key: "person", render: (_, line) => [line.person, line.team].filter(Boolean).join(" · ") },
              { title: t("done1"), key: "done", render: (_, line) => pick(line.zh, line.en) },
              { title: t("subject"), key: "subject", render: (_, line) => (addressOf[line.kind] ? <Link to={addressOf[line.kind]!(line.subject)}>{line.name || t("unnumbered")}</Link> : line.name) },
              { title: t("by_township"), dataIndex: "township" },
            ]}
          />
        )}
      </Loaded>
    </section>
  );
}
