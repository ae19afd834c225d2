// Evidence that an auditor checks alone: in the browser while the server cannot be
// reached, and a case's whole file with the tools of docs/verify-yourself.md.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, test } from "node:test";
import { confirm } from "./case.mjs";
import { accessibility, api, as, browser, everybody, open, stage, until } from "./stage.mjs";

const folder = await mkdtemp(join(tmpdir(), "offsite-verify-"));
const formats = fileURLToPath(new URL("../../docs/formats/", import.meta.url));
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

// drop lets a file fall on an element, as from the desk.
async function drop(page, selector, file) {
  const { x, y, width, height } = await page.locator(selector).boundingBox();
  const line = await page.context().newCDPSession(page);
  const data = { items: [], files: [file], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"])
    await line.send("Input.dispatchDragEvent", { type, x: x + width / 2, y: y + height / 2, data });
  await line.detach();
}

test("a bundle is checked with the server away: what holds, and which file does not", async () => {
  const page = await open("/public/verify");
  await page.waitForSelector("input[accept='.tar']");
  await page.context().setOffline(true);
  assert.equal(await page.evaluate(() => fetch("/").then(() => "reached", () => "away")), "away");
  const sent = [];
  page.on("request", (request) => sent.push(request.url()));
  const check = async (bundle) => {
    await drop(page, "input[accept='.tar']", join(formats, "vectors", bundle));
    await drop(page, "input[accept^='.json']", join(formats, "vectors", "trust.json"));
    await page.click("button[type=submit]:not([disabled])");
  };
  const says = async (bundle, kind, words) => {
    await check(bundle);
    await page.locator(`section .say.${kind}`, { hasText: words }).waitFor({ timeout: 30_000 });
    assert.equal(await page.locator("section .say").count(), 1, bundle);
  };
  await says("good-full.tar", "ok", "全部相符");
  await says("broken-payload.tar", "bad", "data/clip.mp4：内容已变");
  await says("good-minimal.tar", "ok", "全部相符");
  await says("broken-removed.tar", "bad", "缺失");
  await says("broken-added-payload.tar", "bad", "多出");
  await says("broken-signature.tar", "bad", "签名");
  await says("broken-padding.tar", "bad", "填充");
  await says("unknown-key.tar", "unsure", "没有这把密钥");
  assert.deepEqual(await accessibility(page), []);
  assert.deepEqual(sent, [], "nothing is asked for, and nothing is sent");
  page.wrongs = [];
  await page.context().close();
});

test("a case's whole file is checked as docs/verify-yourself.md says", async () => {
  const page = await as("auditor", "/cases");
  if ((await api(page, "/cases?limit=1")).items.length === 0) { // no journey went before
    const reviewer = await as("reviewer", "/findings?stage=first");
    const found = await until("a finding", async () => (await api(reviewer, "/findings?state=found&limit=1")).items[0], 600);
    await confirm("reviewer", found.id);
  }
  const id = await until("a case with evidence", async () => {
    for (const one of (await api(page, "/cases?limit=20")).items)
      if ((await api(page, `/cases/${one.id}`)).evidence.length > 0) return one.id;
    return false;
  }, 600);
  await page.goto(new URL(`/cases/${id}`, stage.url).href);
  const guide = await readFile(new URL("../../docs/verify-yourself.md", import.meta.url), "utf8");
  const lines = guide.split("## 7. A whole case")[1].split("## 8.")[0].split("\n").filter((line) => line.startsWith("    ")).map((line) => line.trim());
  assert.equal(lines.length, 3);
  const path = `${fileURLToPath(new URL("../../build", import.meta.url))}:${process.env.PATH}`;
  let bag = "";
  const run = (line) => spawnSync("bash", ["-c", line], { cwd: bag, env: { ...process.env, PATH: path, LC_ALL: "C" }, encoding: "utf8" });
  // The record's latest line waits a moment for the log.
  await until("a bag whose record is all in the log", async () => {
    const [taken] = await Promise.all([page.waitForEvent("download"), page.click(`a[href$="/cases/${id}/file.zip"]`)]);
    const into = await mkdtemp(join(folder, "case-"));
    await taken.saveAs(join(into, "case.zip"));
    assert.equal(spawnSync("python3", ["-m", "zipfile", "-e", "case.zip", "."], { cwd: into }).status, 0);
    bag = join(into, (await readdir(into, { withFileTypes: true })).find((entry) => entry.isDirectory()).name);
    await copyFile(join(formats, "verify.py"), join(bag, "verify.py"));
    return run(lines[2]).status === 0;
  }, 120);
  for (const line of [...lines, `${lines[1]} --replay`]) {
    const { status, stdout, stderr } = run(line);
    assert.equal(status, 0, `${line}: ${stdout}${stderr}`);
    if (line.startsWith("offsite")) assert.match(stdout, /bundles: [1-9]\d* hold, 0 were tampered with, 0 could not be checked/, line);
  }
});

test("nothing failed on the way", () => {
  for (const [who, page] of everybody()) assert.deepEqual(page.wrongs, [], who);
});
