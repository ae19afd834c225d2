// What one side sends, as it comes. One's own is silent and mirrored by nobody: it is
// shown as it is recorded.
import { useEffect, useRef } from "react";

interface Props {
  stream: MediaStream | null;
  label: string;
  own?: boolean;
}

export function Screen({ stream, label, own }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current) video.current.srcObject = stream;
  }, [stream]);
  return (
    <figure className="meeting-screen">
      <video ref={video} autoPlay playsInline muted={own} aria-label={label} data-side={own ? "own" : "other"} />
      <figcaption>{label}</figcaption>
    </figure>
  );
}
