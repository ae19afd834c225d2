// What the party of a case may see, and how it comes in: its link, which officers close and
// give anew, and its requests to see the evidence uncovered.
import { Alert, Button, Collapse, Form, Input, Radio, Typography } from "antd";
import { useState } from "react";
import type { CaseFile } from "../../api/types";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { date, dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { Dialog } from "../../parts/dialog";
import { InputNumber } from "../../parts/input-number";
import { Mark, type Tone } from "../../parts/mark";
import { changeLink, decideFullCopy, type FullCopy, type FullVerdict } from "./calls";
import { useCaseStep } from "./use-case-step";
import words, { type CaseWord } from "./words";

const tones: Record<FullCopy["state"], Tone> = { asked: "act", granted: "ok", refused: "quiet", ended: "quiet" };

export function FullCopies({ file }: { file: CaseFile }) {
  const { t } = useDictionary<CaseWord>(words);
  const { can } = useSession();
  const [answering, setAnswering] = useState<FullCopy | null>(null);
  if (file.full_copies.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="full-copies">
      <header><h2 id="full-copies">{t("fullCopies")}</h2></header>
      <div className="panel-body">
        <ul className="plain-list">
          {file.full_copies.map((one) => (
            <li key={one.id}>
              <div className="between">
                <span>{dateTime(one.asked_at)} <Mark tone={tones[one.state]}>{t(`full_${one.state}`)}</Mark></span>
                {one.state === "asked" && can("officer", "head") ? <Button size="small" type="primary" onClick={() => setAnswering(one)}>{t("fullAnswer")}</Button> : null}
              </div>
              <p>{one.reason}</p>
              {one.decided_by ? <p className="muted">{t("fullDecided", { name: one.decided_by, text: one.grounds })}{one.until ? ` · ${t("fullUntil", { date: dateTime(one.until) })}` : ""}</p> : null}
              {one.decided_at && one.until ? <p className="muted">{one.views.length > 0 ? t("fullViews", { n: one.views.length, last: dateTime(one.views.at(-1)!.at) }) : t("fullUnseen")}</p> : null}
            </li>
          ))}
        </ul>
      </div>
      {answering ? <Answer file={file} request={answering} onClose={() => setAnswering(null)} /> : null}
    </section>
  );
}

function Answer({ file, request, onClose }: { file: CaseFile; request: FullCopy; onClose: () => void }) {
  const { t } = useDictionary<CaseWord>(words);
  const frame = useWords();
  const [form] = Form.useForm<FullVerdict>();
  const grant = Form.useWatch("grant", form);
  const save = useCaseStep(file.id, (verdict: FullVerdict) => decideFullCopy(file.id, request.id, verdict), onClose);
  return (
    <Dialog open title={t("fullAnswer")} okText={frame.t("save")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <p>{request.reason}</p>
      <Alert type="info" message={t("fullWhy")} style={{ marginBottom: 12 }} />
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ grant: false, days: 3 }} onFinish={(v) => save.mutate({ ...v, days: v.grant ? v.days : 0 })}>
        <Form.Item name="grant"><Radio.Group options={[{ value: false, label: t("fullRefuse") }, { value: true, label: t("fullGrant") }]} /></Form.Item>
        <Form.Item name="days" label={t("fullDays")} hidden={!grant}><InputNumber min={1} max={15} precision={0} /></Form.Item>
        <Form.Item name="grounds" label={t("fullGrounds")} rules={[{ required: true, whitespace: true, message: t("fullGroundsMissing") }]}><Input.TextArea rows={3} maxLength={2000} /></Form.Item>
      </Form>
    </Dialog>
  );
}

export function PortalLink({ file }: { file: CaseFile }) {
  const { t } = useDictionary<CaseWord>(words);
  const { can } = useSession();
  const [asking, setAsking] = useState<"renewal" | "revocation" | null>(null);
  const may = can("officer", "head");
  if (!file.portal_url && !(may && file.party)) return null;
  const whole = file.portal_url ? new URL(file.portal_url, location.origin).href : "";
  return (
    <>
      <Collapse
        items={[{
          key: "link",
          label: t("portalLink"),
          children: (
            <>
              <Alert type="info" message={whole ? t("portalLead") : t("portalClosed")} style={{ marginBottom: 8 }} />
              {whole ? <Typography.Paragraph copyable={{ text: whole }} className="mono" style={{ margin: 0 }}><a href={whole} target="_blank" rel="noreferrer">{whole}</a></Typography.Paragraph> : null}
              {whole ? <p className="muted">{file.portal_until ? t("portalUntil", { date: date(file.portal_until) }) : t("portalRuns")}</p> : null}
              {may ? (
                <div className="row">
                  <Button size="small" onClick={() => setAsking("renewal")}>{t("portalRenew")}</Button>
                  {whole ? <Button size="small" danger onClick={() => setAsking("revocation")}>{t("portalRevoke")}</Button> : null}
                </div>
              ) : null}
            </>
          ),
        }]}
      />
      {asking ? <ChangeLink file={file} what={asking} onClose={() => setAsking(null)} /> : null}
    </>
  );
}

function ChangeLink({ file, what, onClose }: { file: CaseFile; what: "renewal" | "revocation"; onClose: () => void }) {
  const { t } = useDictionary<CaseWord>(words);
  const [form] = Form.useForm<{ reason: string }>();
  const name = t(what === "renewal" ? "portalRenew" : "portalRevoke");
  const save = useCaseStep(file.id, ({ reason }: { reason: string }) => changeLink(file, what, reason), onClose);
  return (
    <Dialog open title={name} okText={name} okButtonProps={{ danger: what === "revocation" }} onCancel={onClose} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <p>{t(what === "renewal" ? "portalRenewWhy" : "portalRevokeWhy")}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(v) => save.mutate(v)}>
        <Form.Item name="reason" label={t("fullGrounds")} rules={[{ required: true, whitespace: true, message: t("fullGroundsMissing") }]}><Input.TextArea rows={2} maxLength={2000} /></Form.Item>
      </Form>
    </Dialog>
  );
}
