// Registering a camera: its address first, since the picture tells whether all
// the rest is worth typing.
import { Alert, App, Button, Col, Form, Input, Radio, Row, Spin } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { sentenceOf } from "../../api/problem";
import { createCamera, probeCamera } from "../../api/queries";
import type { CameraDraft, Probe, Protocol } from "../../api/types";
import { useWords } from "../../app/use-words";
import { useDictionary } from "../../i18n/translate";
import { Page } from "../../parts/page";
import { FindButton } from "./discovery/discovery";
import { CameraFields, draftOfFields, type CameraFieldValues } from "./fields";
import { substreamOf } from "./substream/substream";
import words, { type CameraWord } from "./words";

interface Address {
  url: string;
  protocol: Protocol;
  substream?: string; // that discovery proposes
}

export default function Register() {
  const { t } = useDictionary<CameraWord>(words);
  const [found, setFound] = useState<{ address: Address; probe: Probe; seconds: number } | null>(null);
  return (
    <Page title={t("register")} lead={t("registerLead")}>
      <div className="grid two">
        <div className="stack">
          <Connect onFound={setFound} />
          {found ? <Details key={found.address.url} address={found.address} /> : null}
        </div>
        {found ? <Picture probe={found.probe} seconds={found.seconds} /> : null}
      </div>
    </Page>
  );
}

function Connect({ onFound }: { onFound: (found: { address: Address; probe: Probe; seconds: number } | null) => void }) {
  const { t, language } = useDictionary<CameraWord>(words);
  const [form] = Form.useForm<Address>();
  const [proposed, setProposed] = useState<{ of: string; substream?: string } | null>(null);
  const probe = useMutation({
    mutationFn: async (address: Address) => {
      const started = performance.now();
      const result = await probeCamera(address.url.trim(), address.protocol);
      return { address: { ...address, url: address.url.trim(), substream: proposed?.of === address.url ? proposed.substream : undefined }, probe: result, seconds: (performance.now() - started) / 1000 };
    },
    onMutate: () => onFound(null),
    onSuccess: onFound,
  });
  return (
    <section className="panel">
      <header><h2>1 · {t("stepAddress")}</h2></header>
      <div className="panel-body">
        <Form<Address> form={form} layout="vertical" requiredMark={false} initialValues={{ protocol: "" }} onFinish={(address) => probe.mutate(address)}>
          <Form.Item
            name="url"
            label={t("address")}
            extra={t("addressHelp")}
            rules={[{ required: true, message: t("fieldMissing") }, { pattern: /^\s*rtsps?:\/\/\S+/i, message: t("addressBad") }]}
          >
            <Input size="large" autoFocus autoComplete="off" spellCheck={false} placeholder="rtsp://" className="mono" />
          </Form.Item>
          <Form.Item name="protocol" label={t("protocol")}>
            <Radio.Group options={[{ value: "", label: t("protocolAuto") }, { value: "tcp", label: "TCP" }, { value: "udp", label: "UDP" }]} />
          </Form.Item>
          <div className="row">
            <Button type="primary" htmlType="submit" loading={probe.isPending}>{t("connect")}</Button>
            <FindButton onChoose={(url, substream) => { setProposed({ of: url, substream }); form.setFieldValue("url", url); form.submit(); }} />
          </div>
        </Form>
        {probe.isPending ? <p role="status" className="muted" style={{ margin: "12px 0 0" }}><Spin size="small" /> {t("connecting")}</p> : null}
        {probe.error ? <Alert type="error" showIcon role="alert" style={{ marginTop: 16 }} message={t("probeFailed")} description={sentenceOf(probe.error, language)} /> : null}
      </div>
    </section>
  );
}

function Picture({ probe, seconds }: { probe: Probe; seconds: number }) {
  const { t } = useDictionary<CameraWord>(words);
  const { report } = probe;
  const facts: [CameraWord, string][] = [
    ["reportCodec", report.codec.toUpperCase()],
    ["reportSize", `${report.width} × ${report.height}`],
    ["reportFPS", report.fps ? report.fps.toFixed(1) : "—"],
    ["reportGOP", report.gop_ms ? `${(report.gop_ms / 1000).toFixed(1)} s` : "—"],
    ["reportBitrate", report.bitrate_kbps ? `${Math.round(report.bitrate_kbps)} kbit/s` : "—"],
    ["reportClock", report.clock_source || "—"],
  ];
  return (
    <section className="panel">
      <div className="panel-body stack">
        <Alert type="success" showIcon role="status" message={t("gotPicture", { s: seconds.toFixed(1) })} />
        <div className="live-picture"><img src={`data:image/jpeg;base64,${probe.picture}`} alt={t("pictureOf", { name: t("title") })} /></div>
        <dl className="facts">
          {facts.map(([word, value]) => (
            <div key={word} style={{ display: "contents" }}><dt>{t(word)}</dt><dd>{value}</dd></div>
          ))}
        </dl>
      </div>
    </section>
  );
}

function Details({ address }: { address: Address }) {
  const { t, language } = useDictionary<CameraWord>(words);
  const frame = useWords();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (draft: CameraDraft) => createCamera(draft),
    onSuccess: async (camera) => {
      await queries.invalidateQueries({ queryKey: ["cameras"] });
      void message.success(t("savedCamera"));
      await navigate(`/cameras/${camera.id}?zone=new`);
    },
  });
  return (
    <section className="panel">
      <header><h2>2 · {t("stepPlace")}</h2></header>
      <div className="panel-body">
        <Form<CameraFieldValues> layout="vertical" requiredMark={false} initialValues={substreamOf({ substream_url: address.substream })} onFinish={(values) => save.mutate({ ...draftOfFields(values), url: address.url, protocol: address.protocol })}>
          {save.error ? <Alert type="error" showIcon role="alert" message={sentenceOf(save.error, language)} style={{ marginBottom: 12 }} /> : null}
          <CameraFields />
          <Row gutter={8}>
            <Col><Button type="primary" htmlType="submit" loading={save.isPending}>{t("saveCamera")}</Button></Col>
            <Col><Button onClick={() => void navigate("/cameras")}>{frame.t("cancel")}</Button></Col>
          </Row>
        </Form>
      </div>
    </section>
  );
}
