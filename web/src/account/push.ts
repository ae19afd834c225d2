// This browser's part of Web Push: permission, service worker, subscription.
import { api, ok, type Schemas } from "../api/client";

// Refused is that the owner, or the browser, does not want to be told.
export class Refused extends Error {}

export const pushKnown = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

export const denied = () => Notification.permission === "denied";

// subscribe asks for permission and signs this browser up at its push service.
export async function subscribe(key: string): Promise<Pick<Schemas["SignUp"], "endpoint" | "p256dh" | "auth">> {
  if ((await Notification.requestPermission()) !== "granted") throw new Refused();
  await navigator.serviceWorker.register("/sw.js");
  const worker = await navigator.serviceWorker.ready;
  const before = await worker.pushManager.getSubscription();
  await before?.unsubscribe(); // it may be of another key
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }).catch((cause: unknown) => {
    throw new Refused(cause instanceof Error ? cause.message : "");
  });
  const { endpoint, keys } = made.toJSON();
  return { endpoint: endpoint ?? "", p256dh: keys?.p256dh ?? "", auth: keys?.auth ?? "" };
}

// leave has who signs out told here no more. What this browser was signed up for by somebody
// else stays theirs: the server then knows no such device of the caller's, and refuses.
export async function leave(): Promise<void> {
  if (!pushKnown()) return;
  const subscribed = await (await navigator.serviceWorker.getRegistration())?.pushManager.getSubscription();
  if (!subscribed) return;
  await ok(api.POST("/api/v1/account/devices/leave", { body: { endpoint: subscribed.endpoint } }));
  await subscribed.unsubscribe();
}

// here names this browser as its owner would.
export function here(): string {
  const agent = navigator.userAgent;
  const browser = [["Edg/", "Edge"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]].find(([mark]) => agent.includes(mark!))?.[1] ?? "";
  const system = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "macOS"], ["Linux", "Linux"]].find(([mark]) => agent.includes(mark!))?.[1] ?? "";
  return [browser, system].filter(Boolean).join(" · ") || "—";
}
