// One lead: what it says, its next step, what became of it.
import { App, Button, Form, Input } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { sentenceOf } from "../../api/problem";
import { useUsers } from "../../api/queries";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Dialog } from "../../parts/dialog";
import { FieldSelect } from "../../parts/field-select";
import { Loaded } from "../../parts/loaded";
import { useStep } from "../../parts/step";
import { acknowledge, contactOf, dispatchLead, finishLead, useLead, type Lead, type LeadOutcome } from "./calls";
import words, { type LeadWord } from "./words";

export function LeadOpened({ id }: { id: string }) {
  const { t } = useDictionary<LeadWord>(words);
  const found = useLead(id);
  return (
    <Loaded query={found}>
      {({ lead, steps }) => (
        <div className="stack">
          <p>{lead.what}</p>
          <p className="muted">
            {[lead.plate, lead.hauler, lead.site, lead.source_ref].filter(Boolean).join(" · ")}
            {" "}{lead.duty.length > 0 ? t("onDuty", { names: lead.duty.join("、") }) : t("nobody")}
            {lead.case_id ? <> · <Link to={`/cases/${lead.case_id}`}>{lead.case_number}</Link></> : null}
          </p>
          <Tools lead={lead} />
          <div>
            <strong>{t("steps")}</strong>
            <ul className="plain-list">
              {steps.map((step) => <li key={step.at + step.event}>{dateTime(step.at)} · {step.by} · {t(`step_${step.event}` as LeadWord)} {step.note}</li>)}
            </ul>
          </div>
        </div>
      )}
    </Loaded>
  );
}

function Tools({ lead }: { lead: Lead }) {
  const { t, language } = useDictionary<LeadWord>(words);
  const { can } = useSession();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<"dispatch" | "finish" | "contact" | null>(null);
  const seen = useMutation({
    mutationFn: () => acknowledge(lead),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["leads"] }),
    onError: (error) => void message.error(sentenceOf(error, language)),
  });
  if (!can("officer", "head")) return null;
  const close = () => setAsking(null);
  return (
    <div className="row">
      {lead.state === "received" ? <Button type="primary" loading={seen.isPending} onClick={() => seen.mutate()}>{t("acknowledge")}</Button> : null}
      {lead.state === "acknowledged" || lead.state === "dispatched" ? <Button onClick={() => setAsking("dispatch")}>{t("dispatch")}</Button> : null}
      {lead.state === "dispatched" ? <Button onClick={() => setAsking("finish")}>{t("finish")}</Button> : null}
      {lead.has_contact ? <Button type="link" onClick={() => setAsking("contact")}>{t("showContact")}</Button> : null}
      {asking === "dispatch" ? <Dispatch lead={lead} onClose={close} /> : null}
      {asking === "finish" ? <Finish lead={lead} onClose={close} /> : null}
      {asking === "contact" ? <Contact lead={lead} onClose={close} /> : null}
    </div>
  );
}

function Dispatch({ lead, onClose }: { lead: Lead; onClose: () => void }) {
  const { t } = useDictionary<LeadWord>(words);
  const users = useUsers();
  const [form] = Form.useForm<{ officer: string }>();
  const step = useStep("leads", ({ officer }: { officer: string }) => dispatchLead(lead, officer), onClose);
  const officers = (users.data ?? []).filter((user) => user.roles.includes("officer"));
  return (
    <Dialog open title={t("dispatch")} okText={t("dispatch")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={step.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => step.mutate(values)}>
        <Form.Item name="officer" label={t("officer")} rules={[{ required: true, message: t("missing") }]}>
          <FieldSelect loading={users.isPending} showSearch optionFilterProp="label" options={officers.map((user) => ({ value: user.id, label: user.name }))} />
        </Form.Item>
      </Form>
    </Dialog>
  );
}

const results: LeadOutcome["result"][] = ["case", "corrected", "unfounded"];

function Finish({ lead, onClose }: { lead: Lead; onClose: () => void }) {
  const { t } = useDictionary<LeadWord>(words);
  const [form] = Form.useForm<LeadOutcome>();
  const result = Form.useWatch("result", form);
  const step = useStep("leads", (values: LeadOutcome) => finishLead(lead, values), onClose);
  const required = { required: true, whitespace: true, message: t("missing") };
  return (
    <Dialog open title={t("finish")} okText={t("finish")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={step.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ result: "corrected" }} onFinish={(values) => step.mutate(values)}>
        <Form.Item name="result" label={t("result")}><FieldSelect options={results.map((value) => ({ value, label: t(value) }))} /></Form.Item>
        {result === "case" ? <Form.Item name="case" label={t("caseNumber")} rules={[required]}><Input maxLength={80} /></Form.Item> : null}
        <Form.Item name="note" label={t("note")} rules={[required]}><Input.TextArea rows={3} maxLength={2000} /></Form.Item>
      </Form>
    </Dialog>
  );
}

function Contact({ lead, onClose }: { lead: Lead; onClose: () => void }) {
  const { t, language } = useDictionary<LeadWord>(words);
  const frame = useWords();
  const { message } = App.useApp();
  const [form] = Form.useForm<{ reason: string }>();
  const look = useMutation({ mutationFn: ({ reason }: { reason: string }) => contactOf(lead.id, reason), onError: (error) => void message.error(sentenceOf(error, language)) });
  return (
    <Dialog open title={t("showContact")} okText={frame.t("open")} cancelText={frame.t("close")} onCancel={onClose} onOk={() => form.submit()} okButtonProps={{ disabled: look.isSuccess }} confirmLoading={look.isPending}>
      {look.data ? <p>{look.data.contact || t("noContact")}</p> : (
        <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => look.mutate(values)}>
          <Form.Item name="reason" label={t("contactReason")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input maxLength={300} /></Form.Item>
        </Form>
      )}
    </Dialog>
  );
}
