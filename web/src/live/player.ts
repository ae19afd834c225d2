// Playing a camera live: one answer of the server without end, a fragmented MP4, is
// handed to the browser's player piece by piece. Nothing is decoded here.
import { Problem, type ProblemBody } from "../api/problem";
import { nextTime } from "./timing";

// Unplayable says that this browser does not play what the camera sends.
export class Unplayable extends Error {
  constructor(readonly type: string) {
    super(`this browser does not play ${type}`);
    this.name = "Unplayable";
  }
}

const kept = 30; // seconds kept for the player to look back
const dropped = 10; // seconds kept after older ones are dropped

function settled(buffer: SourceBuffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      buffer.removeEventListener("updateend", done);
      buffer.removeEventListener("error", failed);
      resolve();
    };
    const failed = () => {
      buffer.removeEventListener("updateend", done);
      buffer.removeEventListener("error", failed);
      reject(new Unplayable("a damaged picture"));
    };
    buffer.addEventListener("updateend", done);
    buffer.addEventListener("error", failed);
  });
}

async function append(buffer: SourceBuffer, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const done = settled(buffer);
  buffer.appendBuffer(bytes);
  await done;
}

async function keepUp(video: HTMLVideoElement, buffer: SourceBuffer): Promise<void> {
  const ranges = buffer.buffered;
  if (ranges.length === 0) return;
  const last = ranges.length - 1;
  const time = nextTime(ranges.start(last), ranges.end(last), video.currentTime);
  if (time !== undefined) video.currentTime = time;
  if (video.currentTime - ranges.start(0) > kept) {
    const done = settled(buffer);
    buffer.remove(0, video.currentTime - dropped);
    await done;
  }
}

async function asked(url: string, language: string, signal: AbortSignal): Promise<Response> {
  const answer = await fetch(url, { signal, credentials: "same-origin", headers: { "Accept-Language": language } });
  if (answer.ok) return answer;
  throw new Problem(answer.status, (await answer.json().catch(() => ({}))) as ProblemBody);
}

// play shows what comes from url in video until the server ends it or signal aborts.
export async function play(video: HTMLVideoElement, url: string, language: string, signal: AbortSignal): Promise<void> {
  const answer = await asked(url, language, signal);
  const type = answer.headers.get("Content-Type") ?? "";
  const pieces = answer.body?.getReader();
  if (!pieces || typeof MediaSource === "undefined" || !MediaSource.isTypeSupported(type)) {
    await pieces?.cancel();
    throw new Unplayable(type);
  }
  const media = new MediaSource();
  const source = URL.createObjectURL(media);
  try {
    const opened = new Promise((resolve) => media.addEventListener("sourceopen", resolve, { once: true }));
    video.src = source;
    await opened;
    const buffer = media.addSourceBuffer(type);
    for (;;) {
      const { value, done } = await pieces.read();
      if (done || signal.aborted) return;
      await append(buffer, value);
      await keepUp(video, buffer);
      if (video.paused) void video.play().catch(() => undefined); // muted: browsers let it
    }
  } finally {
    void pieces.cancel().catch(() => undefined);
    URL.revokeObjectURL(source);
    video.removeAttribute("src");
    video.load();
  }
}
