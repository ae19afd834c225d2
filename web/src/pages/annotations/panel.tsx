// Annotations of the party's real estate, on the case's page: asked for by one, decided by
// another, lifted once the ground has gone.
import { Alert, Button, Form, Input, Radio } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import type { CaseFile } from "../../api/types";
import { useSession } from "../../app/session";
import { dateTime } from "../../format/format";
import { useDictionary } from "../../i18n/translate";
import { DatePicker } from "../../parts/dates";
import { Dialog } from "../../parts/dialog";
import { useCaseStep } from "../cases/use-case-step";
import { VerdictDialog } from "../cases/verdict-dialog";
import { askAnnotation, decideAnnotation, liftAnnotation, type Annotation, type AnnotationDraft } from "./calls";
import { Entries, Standing } from "./standing";
import words, { type AnnotationWord } from "./words";

const holds = (a: Annotation) => ["asked", "sent", "noted", "lifting"].includes(a.state);

export function Annotations({ file, over }: { file: CaseFile; over: boolean }) {
  const { t } = useDictionary<AnnotationWord>(words);
  const { can } = useSession();
  const [asking, setAsking] = useState(false);
  const [deciding, setDeciding] = useState<Annotation | null>(null);
  const [lifting, setLifting] = useState<Annotation | null>(null);
  const may = can("officer", "head") && file.annotation_grounds.length > 0 && file.number !== "" && !over && !file.annotations.some(holds);
  if (file.annotations.length === 0 && !may) return null;
  return (
    <section className="panel" aria-labelledby="annotations">
      <header>
        <h2 id="annotations">{t("title")}</h2>
        {may ? <Button size="small" onClick={() => setAsking(true)}>{t("ask")}</Button> : null}
      </header>
      <div className="panel-body">
        {file.annotations.length === 0 ? <span className="muted">{t("none")}</span> : null}
        <ul className="plain-list">
          {file.annotations.map((a) => (
            <li key={a.id}>
              <div className="between">
                <span><strong>{a.property}</strong> <Standing of={a} /></span>
                {a.state === "asked" && !a.own && can("head") ? <Button size="small" onClick={() => setDeciding(a)}>{t("decide")}</Button> : null}
                {(a.state === "sent" || a.state === "noted") && can("officer", "head") ? <Button size="small" onClick={() => setLifting(a)}>{t("lift")}</Button> : null}
              </div>
              <p className="muted">{a.place} · {t(`ground_${a.ground}`)} · {a.basis} · {t("lasts", { day: a.until })} · {a.asked_by} · {dateTime(a.asked_at)}</p>
              <p style={{ whiteSpace: "pre-line" }}>{a.reason}</p>
              {a.decided_at ? <p>{a.decided_by} · {dateTime(a.decided_at)} · {a.grounds}</p> : null}
              {a.lift_at ? <p>{t("lift")} · {a.lift_by} · {dateTime(a.lift_at)} · {a.lift_reason}</p> : null}
              <Entries of={a} />
              {a.document_id ? <p className="muted"><Letter id={a.document_id} number={a.number} /> {a.lift_document_id ? <Letter id={a.lift_document_id} number={a.lift_number} /> : null}</p> : null}
              {a.due_at ? <p className="muted">{t("due")} {dateTime(a.due_at)}</p> : null}
            </li>
          ))}
        </ul>
      </div>
      {asking ? <Ask file={file} onClose={() => setAsking(false)} /> : null}
      {deciding ? <Decide file={file} annotation={deciding} onClose={() => setDeciding(null)} /> : null}
      {lifting ? <Lift file={file} annotation={lifting} onClose={() => setLifting(null)} /> : null}
    </section>
  );
}

const Letter = ({ id, number }: { id: string; number: string }) => <a href={`/api/v1/documents/${encodeURIComponent(id)}/pdf`} target="_blank" rel="noreferrer">{number}</a>;

type Drafted = Omit<AnnotationDraft, "until"> & { until: Dayjs };

function Ask({ file, onClose }: { file: CaseFile; onClose: () => void }) {
  const { t } = useDictionary<AnnotationWord>(words);
  const [form] = Form.useForm<Drafted>();
  const save = useCaseStep(file.id, (v: Drafted) => askAnnotation(file.id, { ...v, until: v.until.format("YYYY-MM-DD") }), onClose);
  const needed = [{ required: true, whitespace: true, message: t("missing") }];
  return (
    <Dialog open width={640} title={t("ask")} okText={t("ask")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <Alert type="info" message={t("askWhy")} style={{ marginBottom: 12 }} />
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ ground: file.annotation_grounds[0]?.key, owner: file.party }} onFinish={(v) => save.mutate(v)}>
        <Form.Item name="ground" label={t("ground")}><Radio.Group options={file.annotation_grounds.map((g) => ({ value: g.key, label: `${t(`ground_${g.key}`)}（${g.basis}）` }))} /></Form.Item>
        <Form.Item name="property" label={t("property")} rules={needed}><Input maxLength={100} /></Form.Item>
        <Form.Item name="place" label={t("place")} rules={needed}><Input maxLength={200} /></Form.Item>
        <Form.Item name="owner" label={t("owner")} extra={t("ownerHint")} rules={needed}><Input maxLength={200} /></Form.Item>
        <Form.Item name="reason" label={t("reason")} rules={needed}><Input.TextArea rows={3} maxLength={2000} /></Form.Item>
        <Form.Item name="until" label={t("until")} extra={t("untilHint")} rules={[{ required: true, message: t("missing") }]}><DatePicker allowClear={false} /></Form.Item>
      </Form>
    </Dialog>
  );
}

function Decide({ file, annotation, onClose }: { file: CaseFile; annotation: Annotation; onClose: () => void }) {
  const { t } = useDictionary<AnnotationWord>(words);
  const said = { confirm: t("confirm"), decline: t("decline"), grounds: t("grounds"), missing: t("missing") };
  return (
    <VerdictDialog of={file.id} title={t("decide")} words={said} rows={3} decide={(v) => decideAnnotation(file.id, annotation.id, v)} onClose={onClose}>
      <p>{annotation.property} · {annotation.owner} · {t(`ground_${annotation.ground}`)} · {t("lasts", { day: annotation.until })}</p>
    </VerdictDialog>
  );
}

function Lift({ file, annotation, onClose }: { file: CaseFile; annotation: Annotation; onClose: () => void }) {
  const { t } = useDictionary<AnnotationWord>(words);
  const [form] = Form.useForm<{ reason: string }>();
  const save = useCaseStep(file.id, (v: { reason: string }) => liftAnnotation(file.id, annotation.id, v.reason), onClose);
  return (
    <Dialog open title={t("lift")} okText={t("lift")} onCancel={onClose} onOk={() => form.submit()} confirmLoading={save.isPending}>
      <p>{annotation.property}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(v) => save.mutate(v)}>
        <Form.Item name="reason" label={t("liftReason")} rules={[{ required: true, whitespace: true, message: t("missing") }]}><Input.TextArea rows={3} maxLength={2000} /></Form.Item>
      </Form>
    </Dialog>
  );
}
