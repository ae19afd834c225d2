// From which of its streams a camera is looked at: the main one, or a second of the same
// view in fewer pixels, which costs far less.
import { Alert, Form, Input, Radio } from "antd";
import type { Camera } from "../../../api/types";
import { useDictionary } from "../../../i18n/translate";
import words, { type SubstreamWord } from "./words";

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
  const { t } = useDictionary<SubstreamWord>(words);
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
  const { t, pick } = useDictionary<SubstreamWord>(words);
  if (!camera.substream_state || camera.state !== "live") return null;
  if (camera.substream_state === "looked") return <p className="muted" style={{ margin: 0 }}>{t("looked")}</p>;
  const why = pick(camera.why_zh, camera.why_en);
  return why ? <Alert type="warning" showIcon message={why} /> : null;
}
