// Finding a camera in the network, and asking it for its streams: what is chosen goes
// into the register's address.
import { SearchOutlined } from "@ant-design/icons";
import { Alert, Button, Form, Input, Spin } from "antd";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, ok, type Schemas } from "../../../api/client";
import { sentenceOf } from "../../../api/problem";
import { useDictionary } from "../../../i18n/translate";
import { Dialog } from "../../../parts/dialog";
import { Nothing } from "../../../parts/loaded";
import { lines, withCredentials } from "./address";
import words, { type DiscoveryWord } from "./words";

type Found = Schemas["FoundCamera"];
type Device = Schemas["Device"];

interface SignIn {
  user: string;
  password: string;
}

const discover = async (at: string[]): Promise<Found[]> => (await ok(api.POST("/api/v1/cameras/discovery", { body: { at } }))).items ?? [];
const ask = (address: string, { user, password }: SignIn): Promise<Device> => ok(api.POST("/api/v1/cameras/discovery/device", { body: { address, user, password } }));

export function FindButton({ onChoose }: { onChoose: (url: string, substream?: string) => void }) {
  const { t } = useDictionary<DiscoveryWord>(words);
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon={<SearchOutlined />} onClick={() => setOpen(true)}>{t("find")}</Button>
      <Dialog open={open} title={t("find")} footer={null} width={680} onCancel={() => setOpen(false)}>
        <Search onChoose={(url, substream) => { setOpen(false); onChoose(url, substream); }} />
      </Dialog>
    </>
  );
}

function Search({ onChoose }: { onChoose: (url: string, substream?: string) => void }) {
  const { t, language } = useDictionary<DiscoveryWord>(words);
  const [chosen, setChosen] = useState<Found | null>(null);
  const search = useMutation({ mutationFn: (text: string) => discover(lines(text)) });
  if (chosen) return <Ask device={chosen} onBack={() => setChosen(null)} onChoose={onChoose} />;
  return (
    <div className="stack">
      <p className="muted" style={{ margin: 0 }}>{t("findLead")}</p>
      <Form<{ at?: string }> layout="vertical" requiredMark={false} onFinish={({ at = "" }) => search.mutate(at)}>
        <Form.Item name="at" label={t("at")} extra={t("atExample")}>
          <Input.TextArea rows={2} maxLength={2000} spellCheck={false} className="mono" />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={search.isPending}>{t("search")}</Button>
      </Form>
      {search.isPending ? <p role="status" className="muted" style={{ margin: 0 }}><Spin size="small" /> {t("searching")}</p> : null}
      {search.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(search.error, language)} /> : null}
      {search.data?.length === 0 ? <Nothing>{t("nobody")}</Nothing> : null}
      {search.data && search.data.length > 0 ? (
        <>
          <p role="status" className="muted" style={{ margin: 0 }}>{t("found", { n: search.data.length })}</p>
          <ul className="plain-list found-cameras">
            {search.data.map((device) => (
              <li key={device.id || device.address} className="between">
                <div>
                  <strong>{device.name || t("unnamed")}</strong>
                  <div className="muted">{[new URL(device.address).host, device.hardware, device.location].filter(Boolean).join(" · ")}</div>
                </div>
                <Button onClick={() => setChosen(device)}>{t("ask")}</Button>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </div>
  );
}

function Ask({ device, onBack, onChoose }: { device: Found; onBack: () => void; onChoose: (url: string, substream?: string) => void }) {
  const { t, language } = useDictionary<DiscoveryWord>(words);
  const [as, setAs] = useState<SignIn>({ user: "", password: "" });
  const name = device.name || t("unnamed");
  const asking = useMutation({ mutationFn: (values: SignIn) => ask(device.address, values), onMutate: setAs });
  return (
    <div className="stack">
      <div className="between"><strong>{name}</strong><Button size="small" onClick={onBack}>{t("back")}</Button></div>
      <Form<SignIn> layout="vertical" requiredMark={false} initialValues={as} onFinish={(values) => asking.mutate(values)}>
        <Form.Item name="user" label={t("user")}><Input autoComplete="off" maxLength={100} /></Form.Item>
        <Form.Item name="password" label={t("password")} extra={t("passwordHelp")}><Input.Password autoComplete="new-password" maxLength={200} /></Form.Item>
        <Button type="primary" htmlType="submit" loading={asking.isPending}>{t("ask")}</Button>
      </Form>
      {asking.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(asking.error, language)} /> : null}
      {asking.data ? <Streams device={asking.data} name={name} onChoose={(url, substream) => onChoose(withCredentials(url, as.user, as.password), substream && withCredentials(substream, as.user, as.password))} /> : null}
    </div>
  );
}

const alarming = 5; // seconds that a device's clock may be off before it is told

function Streams({ device, name, onChoose }: { device: Device; name: string; onChoose: (url: string, substream?: string) => void }) {
  const { t } = useDictionary<DiscoveryWord>(words);
  const named = (url: string) => {
    const stream = device.streams?.find((s) => s.url === url);
    return stream ? `${stream.name || stream.profile} ${stream.width}×${stream.height}` : url;
  };
  return (
    <section aria-label={t("streams")} className="stack">
      {Math.abs(device.clock_offset_s) > alarming ? <Alert type="warning" showIcon message={t("clockOff", { s: Math.round(device.clock_offset_s) })} /> : null}
      {device.picture ? <div className="live-picture"><img src={`data:image/jpeg;base64,${device.picture}`} alt={t("picture", { name })} /></div> : null}
      <ul className="plain-list">
        {(device.streams ?? []).map((stream) => (
          <li key={stream.profile} className="between">
            <div>
              <strong>{stream.name || stream.profile}</strong>
              <div className="muted">{stream.codec} · {stream.width}×{stream.height} · {stream.fps} fps</div>
              {stream.substream_url ? <div className="muted">{t("substream", { name: named(stream.substream_url) })}</div> : null}
            </div>
            <Button type="primary" onClick={() => onChoose(stream.url, stream.substream_url)}>{t("use")}</Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
