// Entering and changing base data. What the server refuses is said above the
// form; what was typed stays. The risk grade is not entered: its formula gives it.
import { AimOutlined } from "@ant-design/icons";
import { Alert, App, Button, Col, Form, Input, Row, Select } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem, sentenceOf } from "../../api/problem";
import { saveObject, saveParty, useParties } from "../../api/queries";
import type { ObjectDraft, ObjectRow, Party, PartyDraft } from "../../api/types";
import { useSession } from "../../app/session";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import { Dialog } from "../../parts/dialog";
import { InputNumber } from "../../parts/input-number";
import { PartyHistory } from "./history";
import words, { type ObjectWord } from "./words";

// useSaving sends a draft and closes the dialog once it is kept.
function useSaving<D>(keys: string[], send: (draft: D) => Promise<unknown>, onDone: () => void) {
  const frame = useWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: async () => {
      await Promise.all(keys.map((key) => queries.invalidateQueries({ queryKey: [key] })));
      void message.success(frame.t("saved"));
      onDone();
    },
  });
}

function startOf(object: ObjectRow): ObjectDraft {
  const { kind, name, address, business, licence_no, township, party_id, longitude, latitude } = object;
  return { kind: kind as ObjectDraft["kind"], name, address, business, licence_no, township, party_id: party_id || undefined, longitude, latitude };
}

export function ObjectDialog({ object, onDone }: { object: ObjectRow | null; onDone: () => void }) {
  const { t, language } = useDictionary<ObjectWord>(words);
  const frame = useWords();
  const [form] = Form.useForm<ObjectDraft>();
  const save = useSaving(["objects", "object"], ({ anyway, ...draft }: ObjectDraft & { anyway: boolean }) => saveObject(object, draft, anyway), onDone);
  const registered = save.error instanceof Problem && save.error.status === 409; // it looks like one that is
  const required = [{ required: true, whitespace: true, message: t("missing") }];
  const kinds = (["shop", "site", "land"] as const).map((kind) => ({ value: kind, label: t(`kind_${kind}`) }));
  return (
    <Dialog open width={560} title={t(object ? "editObject" : "addObject")} onCancel={onDone} onOk={() => form.submit()} okText={registered ? t("anyway") : frame.t("save")} confirmLoading={save.isPending}>
      {save.error ? <Alert className="form-alert" type={registered ? "warning" : "error"} showIcon role="alert" message={sentenceOf(save.error, language)} /> : null}
      <Form<ObjectDraft>
        form={form} layout="vertical" requiredMark={false} initialValues={object ? startOf(object) : { kind: "shop" }}
        onValuesChange={() => save.reset()} onFinish={(draft) => save.mutate({ ...draft, party_id: draft.party_id ?? "", anyway: registered })}
      >
        <Form.Item name="name" label={t("name")} rules={required}><Input maxLength={120} autoFocus /></Form.Item>
        <Row gutter={12}>
          <Col xs={24} sm={12}><Form.Item name="kind" label={t("kind")}><Select options={kinds} /></Form.Item></Col>
          <Col xs={24} sm={12}><Form.Item name="business" label={t("business")}><Input maxLength={120} /></Form.Item></Col>
        </Row>
        <Form.Item name="address" label={t("address")}><Input maxLength={240} /></Form.Item>
        <Row gutter={12}>
          <Col xs={24} sm={12}><Form.Item name="township" label={t("township")}><Input maxLength={100} /></Form.Item></Col>
          <Col xs={24} sm={12}><Form.Item name="licence_no" label={t("licenceNo")}><Input maxLength={100} className="mono" /></Form.Item></Col>
        </Row>
        <Form.Item name="party_id" label={t("party")}><PartySelect /></Form.Item>
        <Row gutter={12}>
          <Col xs={24} sm={12}><Form.Item name="longitude" label={t("longitude")}><InputNumber className="wide" min={-180} max={180} step={0.0001} /></Form.Item></Col>
          <Col xs={24} sm={12}><Form.Item name="latitude" label={t("latitude")}><InputNumber className="wide" min={-90} max={90} step={0.0001} /></Form.Item></Col>
        </Row>
        <Here onFound={({ longitude, latitude }) => form.setFieldsValue({ longitude: round(longitude), latitude: round(latitude) })} />
      </Form>
    </Dialog>
  );
}

const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6; // a decimetre

// Here asks the phone where it stands: browsers give WGS 84.
function Here({ onFound }: { onFound: (at: GeolocationCoordinates) => void }) {
  const { t } = useDictionary<ObjectWord>(words);
  const [asking, setAsking] = useState(false);
  const [says, setSays] = useState<{ metres?: number } | null>(null);
  if (!("geolocation" in navigator)) return null;
  const ask = () => {
    setAsking(true);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => { setAsking(false); setSays({ metres: Math.round(coords.accuracy) }); onFound(coords); },
      () => { setAsking(false); setSays({}); },
      { enableHighAccuracy: true, timeout: 15_000 },
    );
  };
  return (
    <p className="row">
      <Button size="small" icon={<AimOutlined />} loading={asking} onClick={ask}>{t("here")}</Button>
      {says ? <span className="muted" role="status">{says.metres === undefined ? t("notFoundHere") : t("foundHere", { n: says.metres })}</span> : null}
    </p>
  );
}

function PartySelect(props: { id?: string; value?: string; onChange?: (value?: string) => void }) {
  const { can } = useSession();
  const parties = useParties();
  return <Select {...props} allowClear showSearch disabled={!can("collector", "officer")} loading={parties.isPending} optionFilterProp="label" options={(parties.data ?? []).map((p) => ({ value: p.id, label: p.name }))} />;
}

export function PartyDialog({ party, onDone }: { party: Party | null; onDone: () => void }) {
  const { t, language } = useDictionary<ObjectWord>(words);
  const frame = useWords();
  const [form] = Form.useForm<PartyDraft>();
  const save = useSaving(["parties"], (draft: PartyDraft) => saveParty(party?.id ?? null, draft), onDone);
  const required = [{ required: true, whitespace: true, message: t("missing") }];
  const kind = Form.useWatch("kind", form) ?? party?.kind ?? "person";
  const kinds = (["person", "unit"] as const).map((k) => ({ value: k, label: t(`kind_${k}`) }));
  const start: PartyDraft = party ? { kind: party.kind as PartyDraft["kind"], name: party.name, phone: party.phone, address: party.address, email: party.email } : { kind: "person" };
  return (
    <Dialog open width={520} title={t(party ? "editParty" : "addParty")} onCancel={onDone} onOk={() => form.submit()} okText={frame.t("save")} confirmLoading={save.isPending}>
      {save.error ? <Alert className="form-alert" type="error" showIcon role="alert" message={sentenceOf(save.error, language)} /> : null}
      <Form<PartyDraft> form={form} layout="vertical" requiredMark={false} initialValues={start} onFinish={(draft) => save.mutate(draft)}>
        <Form.Item name="kind" label={t("kind")}><Select options={kinds} /></Form.Item>
        <Form.Item name="name" label={t("name")} rules={required}><Input maxLength={120} autoFocus /></Form.Item>
        <Form.Item name="identity" label={t(kind === "unit" ? "licence" : "idNumber")} extra={party?.identity ? t("identityKept", { shown: party.identity }) : undefined}>
          <Input autoComplete="off" spellCheck={false} className="mono" />
        </Form.Item>
        <Form.Item name="phone" label={t("phone")}><Input inputMode="tel" /></Form.Item>
        <Form.Item name="address" label={t("address")}><Input maxLength={240} /></Form.Item>
        <Form.Item name="email" label={t("email")}><Input inputMode="email" /></Form.Item>
      </Form>
      {party ? <PartyHistory id={party.id} /> : null}
    </Dialog>
  );
}
