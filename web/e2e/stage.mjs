// What the journey and the screenshots share: the running demonstration, a real
// Chromium, and people with a browser each.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "playwright-core";

const file = process.env.OFFSITE_E2E;
if (!file) throw new Error("OFFSITE_E2E names no file; run this through make e2e or make screenshots");

export const stage = JSON.parse(await readFile(file, "utf8"));
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// A camera and a microphone that Chromium plays itself, for inquiries by video.
const media = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--allow-loopback-in-peer-connection"];

export const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", ...media] });

export const desk = { viewport: { width: 1440, height: 900 } };
export const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

// The component library measures scroll bars with a sheet that the policy blocks,
// as it should; it measures without one then.
const harmless = [/Applying inline style violates/, /status of 401/];

// A copy that is still being made and sealed is answered with 503; the page asks again.
const awaited = (url) => url.includes("/portal/files/");

// open gives a page of a browser of its own; what goes wrong in it is kept.
export async function open(path = "/", options = desk) {
  const context = await browser.newContext({ locale: "zh-CN", timezoneId: "Asia/Shanghai", ...options });
  const page = await context.newPage();
  page.wrongs = [];
  page.on("console", (m) => {
    if (m.type() === "error" && !harmless.some((known) => known.test(m.text())) && !(m.text().includes("status of 503") && awaited(m.location().url))) page.wrongs.push(`${m.text()} ${m.location().url}`);
  });
  page.on("pageerror", (error) => page.wrongs.push(error.message));
  page.on("response", (r) => {
    if (r.status() >= 500 && !(r.status() === 503 && awaited(r.url()))) page.wrongs.push(`${r.status()} ${r.url()}`);
  });
  await page.goto(new URL(path, stage.url).href);
  return page;
}

export async function signIn(page, part) {
  const account = stage.accounts[part];
  if (!account) throw new Error(`the demonstration has no account for ${part}`);
  await page.fill("input[autocomplete=username]", account.username);
  await page.fill("input[autocomplete=current-password]", account.password);
  await page.click("button[type=submit]");
  await page.waitForSelector(".rail-nav");
}

const people = new Map();

// prove shows the password anew for somebody who has been here for longer, or the code of a
// second factor, where page.code gives one. A code counts once, and for half a minute: who
// has used it, or is late with it, waits for the next.
async function prove(page, part) {
  if (Date.now() - page.proved <= 5 * 60_000) return;
  for (let tries = 3; ; tries--) {
    try {
      await change(page, "POST", "/session/proof", page.code ? { code: page.code() } : { password: stage.accounts[part].password });
      break;
    } catch (error) {
      if (!page.code || tries === 1 || !error.message.includes(" 422 ")) throw error;
      await pause(30_000);
    }
  }
  page.proved = Date.now();
}

// as gives the page of a member of staff, signed in, at an address. An approval wants the
// password of the last ten minutes: who has been here for longer shows it anew.
export async function as(part, path) {
  let page = people.get(part);
  if (!page) {
    page = await open("/");
    await signIn(page, part);
    page.proved = Date.now();
    people.set(part, page);
  } else await prove(page, part);
  if (path) await page.goto(new URL(path, stage.url).href);
  await page.waitForSelector("main#content h1");
  return page;
}

// visit opens one of pages.mjs: as its person, in a language, a scheme and a size.
export async function visit({ part, path, ready }, { language = "zh", scheme = "light", viewport = desk.viewport } = {}) {
  const who = part ?? "nobody";
  if (!people.has(who)) {
    const page = await open("/");
    if (part) await signIn(page, part);
    page.proved = Date.now();
    people.set(who, page);
  }
  const page = people.get(who);
  if (part) await prove(page, part);
  await page.setViewportSize(viewport);
  await page.evaluate((preferences) => localStorage.setItem("offsite.preferences", JSON.stringify(preferences)), { language, scheme });
  await page.goto(new URL(path, stage.url).href);
  await page.waitForSelector(ready, { timeout: 20_000 });
  await page.waitForFunction(() => !document.querySelector(".loading-lines, .ant-spin-spinning, .route-wait") && [...document.images].every((i) => i.complete), null, { timeout: 5000 }).catch(() => undefined); // what does not come is seen
  return page;
}

export const everybody = () => [...people.entries()];

// api asks the server as the page's person.
export function api(page, path) {
  return page.evaluate(async (path) => {
    const answer = await fetch(`/api/v1${path}`);
    if (!answer.ok) throw new Error(`${answer.status} ${path}: ${await answer.text()}`);
    return answer.json();
  }, path);
}

// change changes something as the page's person; version is that of what is changed, where
// the server asks for it.
export function change(page, method, path, body, version) {
  return page.evaluate(async ({ method, path, body, version }) => {
    const { csrf } = await (await fetch("/api/v1/session")).json();
    const seen = version === undefined ? {} : { "If-Match": `"${version}"` };
    const answer = await fetch(`/api/v1${path}`, { method, headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf, ...seen }, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  }, { method, path, body, version });
}

// until asks again and again until what comes back is true.
export async function until(what, ask, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const got = await ask();
    if (got) return got;
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await pause(250);
  }
}

// transferred counts the bytes that come over the line while something happens, heads and
// all but pictures; files says which answer brought how many, the biggest first.
export async function transferred(page, during) {
  const line = await page.context().newCDPSession(page);
  await line.send("Network.enable");
  await line.send("Network.setCacheDisabled", { cacheDisabled: true });
  const [pictures, names, files] = [new Set(), new Map(), []];
  line.on("Network.responseReceived", ({ requestId, type, response }) => {
    names.set(requestId, new URL(response.url).pathname);
    if (type === "Image" || type === "Media") pictures.add(requestId);
  });
  line.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => { if (!pictures.has(requestId)) files.push([names.get(requestId), encodedDataLength]); });
  await during(line);
  await line.detach();
  return { kib: files.reduce((sum, [, bytes]) => sum + bytes, 0) / 1024, files: files.toSorted((a, b) => b[1] - a[1]) };
}

// signInLoad and firstPageLoad load the page anew, nothing of it known: the one until the line
// is quiet; the other, whose line never is, until there is what waits for this person.
export const signInLoad = (page) => loadedAnew(page, async () => {
  await page.waitForSelector("input[type=password]");
  await page.waitForLoadState("networkidle");
});
export const firstPageLoad = (page) => loadedAnew(page, () => page.waitForSelector(".tasks"));

// An empty page lies between: what the page before still fetched would count too.
async function loadedAnew(page, shown) {
  const address = page.url();
  await page.goto("about:blank");
  return transferred(page, async () => {
    await page.goto(address);
    await shown();
  });
}

// accessibility gives the violations of WCAG 2.2 AA that axe finds on a page, or in
// the part of it that is named, once nothing moves any more: a menu that is closing lies
// over what stands below it. A page is seen from its top: what the bar above covers of a
// button, where the page was scrolled, makes it no smaller.
export async function accessibility(page, part) {
  if (!part) await page.evaluate(() => window.scrollTo(0, 0));
  await until("nothing moves", () => page.evaluate(() => document.getAnimations()
    .every((a) => a.playState !== "running" || a.effect?.getComputedTiming().endTime === Infinity)), 10);
  await page.evaluate(axe);
  const found = await page.evaluate((part) => globalThis.axe.run(part ? { include: [part] } : document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"] }), part);
  return found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(" | ")}`);
}

// spokenEnglish gives the names of pictures, buttons and boxes, as a screen reader says them, that
// are English on a Chinese page: names of icons above all.
export async function spokenEnglish(page) {
  if (await page.evaluate(() => document.documentElement.lang) !== "zh-CN") return [];
  const tree = await page.locator("body").ariaSnapshot();
  const named = [...tree.matchAll(/^\s*- '?((?:img|button|checkbox) "([^"]+)")/gm)].filter(([, , name]) => /[a-z]{2}/i.test(name) && !/\p{Script=Han}/u.test(name) && name !== "English");
  return [...new Set(named.map(([, what]) => `said in English: ${what}`))];
}

// loopSecond is where a scene's video stands now.
export function loopSecond(scene) {
  return ((Date.now() - Date.parse(scene.epoch)) / 1000) % scene.duration_s;
}

// truthOf reads what is true in a scene, second by second.
export async function truthOf(scene) {
  const text = await readFile(new URL(`../../scenes/${scene.key}.json`, import.meta.url), "utf8").catch(() => "{}");
  return JSON.parse(text);
}
