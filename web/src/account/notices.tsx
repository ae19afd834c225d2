// Which of the owner's browsers are told that something waits, also with the console
// closed, and of what.
import { Alert, App, Button, Checkbox, Form, Input } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok, type Schemas } from "../api/client";
import { sentenceOf } from "../api/problem";
import { dateTime } from "../format/format";
import { Sure } from "../parts/dialog";
import { Loaded } from "../parts/loaded";
import { Mark } from "../parts/mark";
import { denied, here, pushKnown, Refused, subscribe } from "./push";
import { Section } from "./section";
import { useAccountWords } from "./use-account-words";

type Device = Schemas["Browser"];
type Known = Schemas["NoticeDevices"];

const kinds = ["camera", "finding", "deadline", "request", "field"] as const;
const key = ["account", "devices"];
const useDevices = () => useQuery({ queryKey: key, queryFn: () => ok(api.GET("/api/v1/account/devices", {})) });

function useStep() {
  const { t, language } = useAccountWords();
  const { message } = App.useApp();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (step: () => Promise<unknown>) => step(),
    onSuccess: () => message.success(t("done")),
    onError: (error) => message.error(error instanceof Refused ? `${t("noticesRefused")} ${error.message}` : sentenceOf(error, language)),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
}

export function Notices() {
  const { t } = useAccountWords();
  const known = useDevices();
  return (
    <Section title={t("notices")} text={t("noticesLead")}>
      <Loaded query={known}>
        {(all) =>
          all.kinds.length === 0 ? <p className="muted">{t("noticesNone")}</p> : (
            <div className="stack">
              {all.items.length > 0 ? <ul className="plain-list">{all.items.map((d) => <Told key={d.id} device={d} possible={all.kinds} />)}</ul> : null}
              <SignUp known={all} />
            </div>
          )
        }
      </Loaded>
    </Section>
  );
}

function useKinds(possible: string[]) {
  const { t } = useAccountWords();
  return kinds.filter((kind) => possible.includes(kind)).map((kind) => ({ value: kind, label: t(`notice_${kind}`) }));
}

function Told({ device, possible }: { device: Device; possible: string[] }) {
  const { t } = useAccountWords();
  const step = useStep();
  const options = useKinds(possible);
  const path = { path: { id: device.id } };
  return (
    <li className="between notice-device" data-device={device.id}>
      <div>
        <strong>{device.name}</strong>{" "}
        {device.failure ? <Mark tone="bad">{t("noticeFailed", { why: device.failure })}</Mark> : <Mark tone="ok">{device.told_at ? t("noticeTold", { at: dateTime(device.told_at) }) : t("noticeReady")}</Mark>}
        <div className="muted">{device.service}</div>
        <Checkbox.Group
          aria-label={t("noticeKindsOf", { name: device.name })} options={options} value={device.kinds} disabled={step.isPending}
          onChange={(chosen) => step.mutate(() => ok(api.PUT("/api/v1/account/devices/{id}", { params: path, body: { kinds: chosen } })))}
        />
      </div>
      <div className="row">
        <Button size="small" onClick={() => step.mutate(() => ok(api.POST("/api/v1/account/devices/{id}/test", { params: path })))}>{t("noticeTest")}</Button>
        <Sure title={t("noticeRemoveSure")} okText={t("remove")} onConfirm={() => step.mutate(() => ok(api.DELETE("/api/v1/account/devices/{id}", { params: path })))}>
          <Button size="small" danger>{t("remove")}</Button>
        </Sure>
      </div>
    </li>
  );
}

function SignUp({ known }: { known: Known }) {
  const { t, language } = useAccountWords();
  const step = useStep();
  const options = useKinds(known.kinds);
  if (!pushKnown()) return <p className="muted">{t("noticesImpossible")}</p>;
  if (denied()) return <Alert type="info" showIcon message={t("noticesDenied")} />;
  return (
    <Form<{ name: string; kinds: string[] }>
      layout="vertical" requiredMark={false} initialValues={{ name: here(), kinds: known.kinds }}
      onFinish={({ name, kinds }) => step.mutate(async () => ok(api.POST("/api/v1/account/devices", { body: { ...(await subscribe(known.key)), name, kinds, language } })))}
    >
      <Form.Item name="name" label={t("noticeName")} rules={[{ required: true, whitespace: true, max: 60, message: t("passkeyNameMissing") }]}><Input autoComplete="off" maxLength={60} /></Form.Item>
      <Form.Item name="kinds" label={t("noticeKinds")}><Checkbox.Group options={options} /></Form.Item>
      <Button type="primary" htmlType="submit" loading={step.isPending}>{t("noticesAdd")}</Button>
    </Form>
  );
}
