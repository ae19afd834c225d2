// How long personal data are kept: the schedule as it holds, orders to keep something
// longer or shorter (the legal reviewer gives one, the head agrees), and what was deleted.
import { Button, Form, Input } from "antd";
import { useState } from "react";
import { useSession } from "../../app/session";
import { useDictionary } from "../../i18n/translate";
import { articleOf } from "../../parts/article";
import { Dialog } from "../../parts/dialog";
import { InputNumber } from "../../parts/input-number";
import { Listing } from "../../parts/listing";
import { Loaded, Nothing } from "../../parts/loaded";
import { Mark } from "../../parts/mark";
import { Order } from "../../parts/order";
import { useStep } from "../../parts/step";
import { agreeToRetention, orderRetention, useRetention, type Ran, type RetentionOrder, type Rule } from "./calls";
import words, { type PrivacyWord } from "./words";

export function Kept() {
  const { t, pick, language } = useDictionary<PrivacyWord>(words);
  const { can } = useSession();
  const retention = useRetention();
  const [wanted, setWanted] = useState<Rule | null>(null);
  return (
    <Loaded query={retention}>
      {({ schedule, orders, runs }) => (
        <>
          <section className="panel flush">
            <header><h2>{t("schedule")}</h2></header>
            <Listing<Rule>
              rowKey="key" dataSource={schedule}
              columns={[
                { title: t("what"), key: "what", render: (_, rule) => pick(rule.zh, rule.en) },
                { title: t("period"), dataIndex: "days", render: (n: number) => t("days", { n }) },
                { title: t("basis"), dataIndex: "basis", render: (basis: string) => articleOf(basis, language) },
                ...(can("legal") ? [{ title: "", key: "order", render: (_: unknown, rule: Rule) => <Button size="small" aria-label={t("changeOf", { what: pick(rule.zh, rule.en) })} onClick={() => setWanted(rule)}>{t("change")}</Button> }] : []),
              ]}
            />
          </section>
          <section className="panel">
            <header><h2>{t("termOrders")}</h2></header>
            <div className="panel-body stack" style={{ gap: 10 }}>
              <p className="muted" style={{ margin: 0 }}>{t("termLead")}</p>
              {orders.length === 0 ? <Nothing>{t("noTermOrders")}</Nothing> : <ul className="plain-list">{orders.map((one) => <Ordered key={one.id} order={one} rule={schedule.find((r) => r.key === one.rule)} />)}</ul>}
            </div>
          </section>
          <section className="panel">
            <header><h2>{t("runs")}</h2></header>
            <div className="panel-body">
              {runs.length === 0 ? <Nothing>{t("noRuns")}</Nothing> : <ul className="plain-list">{runs.map((ran) => <Shown key={ran.day} ran={ran} />)}</ul>}
            </div>
          </section>
          {wanted ? <Give rule={wanted} onClose={() => setWanted(null)} /> : null}
        </>
      )}
    </Loaded>
  );
}

function Ordered({ order, rule }: { order: RetentionOrder; rule?: Rule }) {
  const { t, pick } = useDictionary<PrivacyWord>(words);
  const { can } = useSession();
  const [, kind, year] = /^(archive|end)_(\d{4})$/.exec(order.rule) ?? []; // whose line goes when its evidence has
  const what = year ? t(kind === "end" ? "endedIn" : "archivedIn", { year }) : rule ? pick(rule.zh, rule.en) : order.rule;
  const standing = order.agreed_at ? <Mark tone="ok">{t("agreed")}</Mark> : <Mark tone={order.open ? "wait" : "quiet"}>{t(order.open ? "waitsForAgreement" : "replaced")}</Mark>;
  return (
    <Order
      order={order} standing={standing} title={<>{what}: {t("days", { n: order.days })}</>}
      agreement={can("head") && order.open ? { list: "retention", label: t("agreeOf", { what, n: order.days }), give: () => agreeToRetention(order.id) } : undefined}
    />
  );
}

interface Terms {
  days: number;
  reason: string;
}

function Give({ rule, onClose }: { rule: Rule; onClose: () => void }) {
  const { t, pick } = useDictionary<PrivacyWord>(words);
  const [form] = Form.useForm<Terms>();
  const give = useStep("retention", ({ days, reason }: Terms) => orderRetention({ rule: rule.key, days, reason: reason.trim() }), onClose);
  return (
    <Dialog open title={t("changeOf", { what: pick(rule.zh, rule.en) })} onCancel={onClose} onOk={() => form.submit()} okText={t("giveOrder")} confirmLoading={give.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ days: rule.days }} onFinish={(values: Terms) => give.mutate(values)}>
        <Form.Item name="days" label={t("daysBetween", { least: rule.least, most: rule.most })} rules={[{ required: true, message: t("missing") }]}><InputNumber min={rule.least} max={rule.most} precision={0} /></Form.Item>
        <Form.Item name="reason" label={t("reason")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input.TextArea rows={3} maxLength={500} showCount /></Form.Item>
      </Form>
    </Dialog>
  );
}

function Shown({ ran }: { ran: Ran }) {
  const { t } = useDictionary<PrivacyWord>(words);
  const report = JSON.parse(ran.text) as { deleted: { count: number }[] };
  const n = report.deleted.reduce((sum, one) => sum + one.count, 0);
  return (
    <li>
      <div className="between"><span>{ran.day} · {n > 0 ? t("deleted", { n }) : t("nothing")}</span><Mark tone={ran.proof ? "ok" : "wait"}>{t(ran.proof ? "inLog" : "waitsForLog")}</Mark></div>
      <details><summary>{t("text")}</summary><pre className="mono break">{ran.text}</pre></details>
      {ran.proof ? <details><summary>{t("proof")}</summary><pre className="mono break">{ran.proof}</pre></details> : null}
    </li>
  );
}
