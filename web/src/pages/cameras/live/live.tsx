// A camera live, on demand: the button asks why, the video plays until it is stopped,
// the tab is hidden or the page is left; then the server lets the camera go.
import { PlayCircleOutlined, StopOutlined } from "@ant-design/icons";
import { Alert, Button, Dropdown, Spin } from "antd";
import { useEffect, useRef, useState } from "react";
import { sentenceOf } from "../../../api/problem";
import type { Camera } from "../../../api/types";
import { useDictionary } from "../../../i18n/translate";
import { play, Unplayable } from "../../../live/player";
import words, { type LiveWord } from "./words";

export type Purpose = "device" | "verification" | "supervision";

const purposes: Purpose[] = ["device", "verification", "supervision"];

export function WatchButton({ onWatch }: { onWatch: (why: Purpose) => void }) {
  const { t } = useDictionary<LiveWord>(words);
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        onClick: ({ key }) => onWatch(key as Purpose),
        items: [{ type: "group", label: t("whyAsk"), children: purposes.map((key) => ({ key, label: t(key) })) }],
      }}
    >
      <Button type="primary" icon={<PlayCircleOutlined />}>{t("watch")}</Button>
    </Dropdown>
  );
}

export function LiveVideo({ camera, why, onStop }: { camera: Camera; why: Purpose; onStop: () => void }) {
  const { t, language } = useDictionary<LiveWord>(words);
  const video = useRef<HTMLVideoElement>(null);
  const [round, setRound] = useState(0);
  const [state, setState] = useState<"starting" | "playing" | "ended">("starting");
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    const end = new AbortController();
    const hide = () => document.hidden && end.abort();
    document.addEventListener("visibilitychange", hide);
    const url = `/api/v1/cameras/${encodeURIComponent(camera.id)}/live?for=${why}`;
    play(element, url, language, end.signal)
      .catch((reason: unknown) => !end.signal.aborted && setError(reason))
      .finally(() => setState("ended"));
    return () => {
      document.removeEventListener("visibilitychange", hide);
      end.abort();
    };
  }, [camera.id, why, language, round]);
  const again = () => {
    setError(null);
    setState("starting");
    setRound(round + 1);
  };
  const sentence = error instanceof Unplayable ? t("unplayable", { type: error.type }) : sentenceOf(error, language);
  return (
    <div className="stack" style={{ gap: 10 }}>
      <div className="live-picture">
        <video ref={video} muted playsInline aria-label={t("video", { name: camera.name })} onPlaying={() => setState("playing")} />
      </div>
      {error ? <Alert type="error" showIcon role="alert" message={t("failed")} description={sentence} /> : null}
      <div className="between">
        <span className="muted" role="status">
          {state === "starting" ? <><Spin size="small" /> {t("starting")}</> : null}
          {state === "playing" ? t("playing") : null}
          {state === "ended" && !error ? t("ended") : null}
        </span>
        <span className="row">
          {state === "ended" ? <Button icon={<PlayCircleOutlined />} onClick={again}>{t("again")}</Button> : null}
          <Button icon={<StopOutlined />} onClick={onStop}>{t("stop")}</Button>
        </span>
      </div>
    </div>
  );
}
