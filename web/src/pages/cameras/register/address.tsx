import { Alert, Button, Form, Input, Radio, Spin } from "antd";
import type { Probe, Protocol } from "../../../api/types";
import { useDictionary } from "../../../i18n/translate";
import { FindButton } from "../discovery/discovery";
import { SubstreamField } from "../substream/substream";
import cameraWords, { type CameraWord } from "../words";
import words, { type RegisterWord } from "./words";

// Seen is what came from an address.
export interface Seen {
  url: string;
  protocol: Protocol;
  probe: Probe;
  seconds: number; // until the picture was there
}

interface Props {
  locked: boolean; // the camera is registered
  probing: boolean;
  seen: boolean;
  error: string;
  onChoose: (url: string, substream?: string) => void;
}

export function Address({ locked, probing, seen, error, onChoose }: Props) {
  const { t } = useDictionary<CameraWord>(cameraWords);
  const register = useDictionary<RegisterWord>(words);
  return (
    <div>
      <Form.Item
        name="url" label={t("address")} extra={locked ? register.t("addressKept") : t("addressHelp")}
        rules={[{ required: true, whitespace: true, message: t("fieldMissing") }, { pattern: /^\s*rtsps?:\/\/\S+/i, message: t("addressBad") }]}
      >
        <Input size="large" autoFocus disabled={locked} autoComplete="off" spellCheck={false} placeholder="rtsp://" className="mono" />
      </Form.Item>
      <Form.Item name="protocol" label={t("protocol")}>
        <Radio.Group disabled={locked} options={[{ value: "", label: t("protocolAuto") }, { value: "tcp", label: "TCP" }, { value: "udp", label: "UDP" }]} />
      </Form.Item>
      <SubstreamField />
      {locked ? null : (
        <div className="row">
          <Button type={seen ? "default" : "primary"} htmlType={seen ? "button" : "submit"} loading={probing} disabled={seen}>{t("connect")}</Button>
          <FindButton onChoose={onChoose} />
        </div>
      )}
      {probing ? <p role="status" className="muted" style={{ margin: "12px 0 0" }}><Spin size="small" /> {t("connecting")}</p> : null}
      {error && !seen && !probing ? <Alert type="error" showIcon role="alert" style={{ marginTop: 16 }} message={t("probeFailed")} description={error} /> : null}
    </div>
  );
}

export function Picture({ seen: { probe, seconds } }: { seen: Seen }) {
  const { t } = useDictionary<CameraWord>(cameraWords);
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
