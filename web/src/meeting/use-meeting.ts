// One side of an inquiry by video: the browser's camera and microphone go to the
// server, which records them and sends them on; the other side's come back.
import { useEffect, useRef, useState } from "react";

type MeetingState = "away" | "joining" | "joined" | "lost";

interface Meeting {
  state: MeetingState;
  own: MediaStream | null;
  other: MediaStream | null;
  problem: unknown;
  enter: () => Promise<void>;
  leave: () => void;
}

const picture = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15, max: 20 } };
const mostBits = 800_000; // a second, of the picture

// gathered waits for the browser's addresses; the server answers whichever asks, so that
// a slow network interface need not be waited for.
function gathered(connection: RTCPeerConnection): Promise<void> {
  if (connection.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = window.setTimeout(resolve, 2000);
    connection.addEventListener("icegatheringstatechange", () => {
      if (connection.iceGatheringState !== "complete") return;
      window.clearTimeout(timer);
      resolve();
    });
  });
}

interface Held {
  connection: RTCPeerConnection;
  stream: MediaStream;
}

function release(held: { current: Held | null }) {
  held.current?.connection.close();
  held.current?.stream.getTracks().forEach((track) => track.stop());
  held.current = null;
}

// useMeeting enters when it is told to. join changes our offer for the server's answer.
export function useMeeting(join: (sdp: string) => Promise<string>): Meeting {
  const [state, setState] = useState<MeetingState>("away");
  const [own, setOwn] = useState<MediaStream | null>(null);
  const [other, setOther] = useState<MediaStream | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const held = useRef<Held | null>(null);
  useEffect(() => () => release(held), []);

  const leave = () => {
    release(held);
    setOwn(null);
    setOther(null);
    setState("away");
  };

  const enter = async () => {
    leave();
    setProblem(null);
    setState("joining");
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: picture });
      const connection = new RTCPeerConnection();
      held.current = { connection, stream };
      setOwn(stream);
      stream.getTracks().forEach((track) => connection.addTrack(track, stream));
      const coming = new MediaStream();
      connection.ontrack = ({ track }) => {
        coming.addTrack(track);
        setOther(new MediaStream(coming.getTracks()));
      };
      connection.onconnectionstatechange = () => {
        if (connection.connectionState === "connected") setState("joined");
        if (connection.connectionState === "failed" || connection.connectionState === "disconnected") setState("lost");
      };
      await connection.setLocalDescription();
      await gathered(connection);
      const sdp = await join(connection.localDescription?.sdp ?? "");
      await connection.setRemoteDescription({ type: "answer", sdp });
      await Promise.all(connection.getSenders().filter((s) => s.track?.kind === "video").map(async (sender) => {
        const wanted = sender.getParameters();
        wanted.encodings.forEach((encoding) => { encoding.maxBitrate = mostBits; });
        await sender.setParameters(wanted);
      }));
    } catch (error) {
      leave();
      setProblem(error);
    }
  };
  return { state, own, other, problem, enter, leave };
}
