// Measures the console and the portal in Chromium against a running demonstration
// and writes the figures for the performance page. `make bench-web` runs it.
import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { confirm, fileAndNotify, propose, reaches, verify, waitForFinding } from "./case.mjs";
import { raiseFindings } from "./findings.mjs";
import { knownTo, pagesOf } from "./pages.mjs";
import { accessibility, api, as, browser, everybody, firstPageLoad, open, phone, signIn, signInLoad, stage, transferred, visit } from "./stage.mjs";

const command = "make bench-web";
const figures = {};
const keep = (name, value, unit, goal = "", peer = "") => {
  figures[name] = { value, unit, command, ...(goal ? { goal } : {}), ...(peer ? { peer } : {}) };
  console.log(`${name} ${Number(value.toFixed(2))} ${unit} ${goal}`);
};
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const largest = (list) => Math.max(...list);

// readyAfter gives the time from navigation until a selector is there and the
// browser's main thread is idle.
async function readyAfter(page, address, selector) {
  await page.goto(address, { waitUntil: "commit" });
  return page.evaluate((selector) => new Promise((done) => {
    const look = () => (document.querySelector(selector) ? requestIdleCallback(() => done(performance.now())) : requestAnimationFrame(look));
    look();
  }), selector);
}

// worked is the processor time of the page's main thread since the measuring began:
// unlike a time by the clock it does not grow with what else the machine does.
async function worked(line) {
  const { metrics } = await line.send("Performance.getMetrics");
  return metrics.find((m) => m.name === "TaskDuration").value * 1000;
}
const measure = (line) => line.send("Performance.enable", { timeDomain: "threadTicks" });

async function staff() {
  const page = await open("/");
  keep("first_load_gzip_kib", (await signInLoad(page)).kib, "KiB", "≤ 350", "the sign-in page");
  await signIn(page, "head");
  keep("first_page_gzip_kib", (await firstPageLoad(page)).kib, "KiB", "≤ 350", "signed in, with its answers");
  const line = await page.context().newCDPSession(page);
  await line.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  const times = [];
  for (let i = 0; i < 5; i++) times.push(await readyAfter(page, new URL("/", stage.url).href, ".tasks"));
  await line.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  keep("interactive_ms", median(times), "ms", "≤ 1500", "4× CPU throttle");
  const work = [];
  for (let i = 0; i < 5; i++) {
    await measure(line);
    await readyAfter(page, new URL("/", stage.url).href, ".tasks");
    work.push(await worked(line));
    await line.send("Performance.disable");
  }
  keep("interactive_cpu_ms", median(work), "ms", "≤ 375", "main thread alone, no throttle");
  await page.waitForTimeout(3000); // the other pages are fetched meanwhile, as for a person who looks at this one
  const changes = await routes(page);
  keep("route_change_ms", median(changes), "ms", "≤ 200");
  keep("route_change_worst_ms", largest(changes), "ms");
  await page.context().close();
}

// routes goes through the rail and measures from the click to the page's title and
// the frame after it.
async function routes(page) {
  return page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const title = () => document.querySelector("main h1")?.textContent ?? "";
    const times = [];
    for (const link of [...document.querySelectorAll(".rail-link:not(.active)")]) {
      const before = title();
      const began = performance.now();
      link.click();
      do await frame(); while (title() === "" || title() === before);
      await frame();
      times.push(performance.now() - began);
    }
    return times;
  });
}

async function review() {
  const page = await as("reviewer", "/findings?stage=first");
  await page.waitForSelector(".before-after img.after");
  const line = await page.context().newCDPSession(page);
  await measure(line);
  const times = [], work = [];
  for (let i = 0; i < 12; i++) {
    await page.waitForTimeout(800); // somebody looks
    const before = await worked(line);
    times.push(await page.evaluate(async () => {
      const shown = () => document.querySelector(".before-after img.after");
      const before = shown()?.src;
      const began = performance.now();
      window.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      do await frame(); while (!(shown() && shown().src !== before && shown().complete));
      await shown().decode();
      await frame();
      return performance.now() - began;
    }));
    work.push((await worked(line)) - before);
  }
  keep("review_switch_ms", median(times), "ms", "≤ 150");
  keep("review_switch_cpu_ms", median(work), "ms", "≤ 150", "main thread alone");
  keep("review_switch_worst_ms", largest(times), "ms");
}

// clear works through 60 findings by the keyboard: looks, confirms or rejects with
// a reason, takes one back now and then.
async function clear(count) {
  const page = await as("reviewer", "/findings?stage=first");
  await page.waitForSelector(".before-after img.after");
  const undone = new Set();
  const began = Date.now();
  for (let i = 0; i < count; i++) {
    const id = new URL(page.url()).pathname.split("/")[2] ?? (await page.locator(".review-item[aria-current=true]").getAttribute("data-id"));
    await page.waitForSelector(".verdicts button:not([disabled])");
    await page.waitForFunction(() => document.querySelector(".before-after img.after")?.complete);
    if (i % 3 === 2) {
      await page.keyboard.press("c");
    } else {
      await page.keyboard.press("r");
      await page.waitForSelector(".ant-modal .reasons");
      await page.keyboard.press(String(1 + (i % 5)));
      await page.keyboard.press("Enter");
    }
    await page.waitForFunction((id) => !document.querySelector(`.review-item[data-id="${id}"]`), id);
    if (i % 20 === 10 && !undone.has(i)) {
      undone.add(i);
      await page.keyboard.press("u");
      await page.waitForSelector(`.review-item[data-id="${id}"][aria-current=true]`);
      i--;
    }
  }
  const seconds = (Date.now() - began) / 1000;
  await page.waitForSelector(".pending-bar", { state: "detached", timeout: 30_000 });
  return seconds;
}

// list scrolls through 100,000 cases, made up from one, and looks how often the
// screen was drawn. The rows come from here: the server gives them in pages.
async function list() {
  const page = await open("/");
  await signIn(page, "head");
  const [one] = (await api(page, "/cases?limit=1")).items;
  await page.addInitScript((one) => {
    const ask = globalThis.fetch;
    const made = (i) => ({ ...one, id: `${one.id.slice(0, 24)}${String(i).padStart(12, "0")}`, number: `bench-${i}` });
    globalThis.fetch = (request, ...rest) =>
      /\/api\/v1\/cases(\?|$)/.test(request.url) ? Promise.resolve(Response.json({ items: Array.from({ length: 100_000 }, (_, i) => made(i)) })) : ask(request, ...rest);
  }, one);
  await page.goto(new URL("/cases", stage.url).href);
  await page.waitForSelector("table[aria-rowcount='100001']", { timeout: 60_000 });
  await page.waitForTimeout(1000);
  const frames = page.evaluate(() => new Promise((done) => {
    const times = [];
    let last = performance.now();
    const end = last + 5000;
    const frame = (now) => {
      times.push(now - last);
      last = now;
      if (now < end) requestAnimationFrame(frame);
      else done(times.slice(2));
    };
    requestAnimationFrame(frame);
  }));
  const line = await page.context().newCDPSession(page);
  await line.send("Input.synthesizeScrollGesture", { x: 700, y: 600, yDistance: -9000, speed: 2000, gestureSourceType: "mouse" });
  const times = await frames;
  const first = await page.locator("tr.ant-table-row a").first().innerText();
  if (first === "bench-0") throw new Error("the list did not scroll");
  keep("list_fps", 1000 / median(times), "1/s", "≥ 60", "100,000 rows, median frame");
  keep("list_frame_p95_ms", times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)], "ms");
  keep("list_rows_in_page", await page.locator("tr.ant-table-row").count(), "rows");
  await page.context().close();
}

async function portal(link) {
  const times = [], whole = [];
  let kib = 0;
  for (let i = 0; i < 3; i++) {
    const page = await open("about:blank", phone);
    ({ kib } = await transferred(page, async (line) => {
      await line.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 });
      times.push(await readyAfter(page, new URL(link, stage.url).href, "h1"));
      await page.waitForSelector("details[data-action], button[data-action]");
      whole.push(await page.evaluate(() => performance.now()));
      await page.waitForTimeout(1500);
    }));
    await page.context().close();
  }
  keep("portal_first_view_ms", median(times), "ms", "≤ 1000", "1.6 Mbit/s, 150 ms");
  keep("portal_whole_ms", median(whole), "ms", "", "1.6 Mbit/s, 150 ms");
  keep("portal_first_view_kib", kib, "KiB", "≤ 150", "without pictures");
}

async function violations() {
  let all = 0, looked = 0;
  for (const shown of pagesOf(await knownTo())) {
    if (shown.part && !stage.accounts[shown.part]) continue;
    for (const language of ["zh", "en"]) {
      for (const scheme of ["light", "dark"]) {
        const found = await accessibility(await visit(shown, { language, scheme }));
        for (const what of found) console.log(`${shown.name} ${language} ${scheme}: ${what}`);
        all += found.length;
        looked++;
      }
    }
  }
  keep("axe_violations", all, "violations", "0", `${looked} pages, languages, schemes`);
}

async function aCase() {
  const { id } = await waitForFinding(await as("reviewer"), 600);
  await confirm("reviewer", id);
  await reaches(id, "reviewed", stage.grace_s + 180);
  await verify("reviewer2", id);
  await fileAndNotify(id);
  await propose(id);
}

try {
  const only = process.argv[2]?.split(",");
  const part = async (name, run) => { if (!only || only.includes(name)) await run(); };
  let known = await knownTo();
  if (!known.link) {
    await aCase();
    known = await knownTo();
  }
  await part("console", staff);
  await part("list", list);
  await part("portal", () => portal(known.link));
  await part("axe", violations);
  await part("findings", () => raiseFindings(60));
  await part("review", review);
  await part("clear", async () => keep("reviewer_60_s", await clear(60), "s", "≤ 180", "keyboard alone"));
  const wrongs = everybody().flatMap(([who, page]) => page.wrongs.map((wrong) => `${who}: ${wrong}`));
  for (const wrong of wrongs) console.log(wrong);
  keep("console_errors", wrongs.length, "errors", "0", `${cpus().length} cores`);
  if (!only) {
    await mkdir(new URL("../../build/bench/", import.meta.url), { recursive: true });
    await writeFile(new URL("../../build/bench/web.json", import.meta.url), `${JSON.stringify(figures, null, 2)}\n`);
  }
} finally {
  await browser.close();
}
