// From which of its streams a camera is looked at: the main one, or a second of the same
// view in fewer pixels, which costs far less.
import { Alert, Form, Input, Radio } from "antd";
import type { Camera } from "../../api/types";
import { useDictionary } from "../../i18n/translate";

const zh = {
  from: "检测取自",
  main: "主码流",
  sub: "子码流",
  address: "子码流 RTSP 地址",
  addressHelp: "同一摄像机、同一画面的低分辨率码流，例如 640×360，宽不少于 416 像素。未写用户名和密码时，沿用同一主机主码流的。证据图片和视频仍取自主码流。",
  addressBad: "地址应以 rtsp:// 或 rtsps:// 开头",
  missing: "请填写子码流地址，或改选主码流",
  looked: "检测取自子码流，证据取自主码流",
};

type Word = keyof typeof zh;

const en: Record<Word, string> = {
  from: "Looks are taken from",
  main: "Main stream",
  sub: "Substream",
  address: "Substream's RTSP address",
  addressHelp: "The same camera's same view in fewer pixels, such as 640×360, 416 wide at least. Without user and password, those of the main stream at the same host are taken. Pictures and clips of evidence still come from the main stream.",
  addressBad: "The address must begin with rtsp:// or rtsps://",
  missing: "Give the substream's address, or choose the main stream",
  looked: "Looks are taken from the substream, evidence from the main stream",
};

const words = { zh, en };

export interface SubstreamValues {
  looks_from?: "main" | "sub";
  substream_url?: string;
}

export function substreamOf(camera: Pick<Camera, "substream_url">): SubstreamValues {
  return { looks_from: camera.substream_url ? "sub" : "main", substream_url: camera.substream_url };
}

// substreamAddress is what the form says; none: looks are taken from the main stream.
export function substreamAddress({ looks_from, substream_url = "" }: SubstreamValues): string | undefined {
  return looks_from === "sub" ? substream_url.trim() || undefined : undefined;
}

export function SubstreamField() {
  const { t } = useDictionary<Word>(words);
  const from: unknown = Form.useWatch("looks_from");
  return (
    <>
      <Form.Item name="looks_from" label={t("from")}>
        <Radio.Group options={[{ value: "main", label: t("main") }, { value: "sub", label: t("sub") }]} />
      </Form.Item>
      {from === "sub" ? (
        <Form.Item
          name="substream_url"
          label={t("address")}
          extra={t("addressHelp")}
          rules={[{ required: true, whitespace: true, message: t("missing") }, { pattern: /^\s*rtsps?:\/\/\S+/i, message: t("addressBad") }]}
        >
          <Input autoComplete="off" spellCheck={false} maxLength={2000} placeholder="rtsp://" className="mono" />
        </Form.Item>
      ) : null}
    </>
  );
}

// SubstreamState says which stream is looked at, where the camera names two.
export function SubstreamState({ camera }: { camera: Camera }) {
  const { t, pick } = useDictionary<Word>(words);
  if (!camera.substream_state || camera.state !== "live") return null;
  if (camera.substream_state === "looked") return <p className="muted" style={{ margin: 0 }}>{t("looked")}</p>;
  const why = pick(camera.why_zh, camera.why_en);
  return why ? <Alert type="warning" showIcon message={why} /> : null;
}
