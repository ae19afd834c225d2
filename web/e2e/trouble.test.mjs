// What goes wrong while people work: the session ends, the line breaks, the server
// refuses; and what reaches them with the console closed. Verdicts of the review alone are
// shown before they are recorded; every other step waits for its answer, and what was typed
// stays until there is one.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { raiseFindings } from "./findings.mjs";
import { badLine, closeLines } from "./line.mjs";
import { accessibility, api, as, browser, change, everybody, open, signIn, stage, until } from "./stage.mjs";

after(() => { closeLines(); return browser.close(); });

const at = (page, path) => page.goto(new URL(path, stage.url).href);

test("the session ends while somebody writes: nothing that was written is lost", async () => {
  const page = await open("/");
  await signIn(page, "officer");
  const { items } = await until("a case", async () => { const found = await api(page, "/cases?limit=1"); return found.items.length > 0 && found; }, 600);
  await at(page, `/cases/${items[0].id}?tab=notes`);
  const note = `写到一半 ${Date.now()}`;
  await page.locator(".write-note textarea").fill(note);
  await page.context().clearCookies();
  await page.click(".write-note button[type=submit]");
  const dialog = page.locator(".ant-modal", { has: page.locator("input[autocomplete=current-password]") });
  await dialog.waitFor();
  assert.deepEqual(await accessibility(page), []);
  await dialog.locator("input[autocomplete=current-password]").fill(stage.accounts.officer.password);
  await dialog.locator("button[type=submit]").click();
  await dialog.waitFor({ state: "detached" });
  assert.equal(await page.locator(".write-note textarea").inputValue(), note, "the text is still there");
  await page.click(".write-note button[type=submit]");
  await page.locator(".note", { hasText: note }).waitFor();
  await page.context().close();
});

test("the line breaks and comes back: the page says so", async () => {
  const page = await open("/");
  await signIn(page, "reviewer");
  assert.equal(await page.locator(".offline").count(), 0);
  await page.context().setOffline(true);
  await page.waitForSelector(".offline[role=status]", { timeout: 60_000 });
  await page.context().setOffline(false);
  await page.waitForSelector(".offline", { state: "detached", timeout: 60_000 });
  await page.context().close();
});

// reviewing opens the first review through a line, and says which finding is shown.
async function reviewing(page, url = stage.url) {
  await page.goto(new URL("/findings?stage=first", url).href);
  await page.waitForSelector(".verdicts button:not([disabled])", { timeout: 180_000 });
  return page.locator(".review-item[aria-current=true]").getAttribute("data-id");
}
const listed = (id) => `.review-item[data-id="${id}"]`;
const told = (page, text) => page.locator(".ant-notification [role=alert]", { hasText: text }).first().waitFor({ timeout: 60_000 });
const stateOf = async (id) => (await api(await as("auditor"), `/cases/${id}`)).state;

test("two reviewers at once: what the server refuses the second is told, with the reason", async () => {
  await raiseFindings(8); // three are judged here; the rest is for those who work afterwards
  const second = await as("reviewer2");
  const page = await as("reviewer");
  const id = await reviewing(page);
  const { version } = await api(page, `/findings/${id}`);
  await page.keyboard.press("c");
  await page.waitForSelector(listed(id), { state: "detached" });
  await change(second, "POST", `/findings/${id}/reject`, { reason: "与另一线索重复" }, version); // while the first can still be taken back
  const refused = page.waitForResponse((r) => r.url().endsWith(`/findings/${id}/confirm`), { timeout: 30_000 });
  assert.ok([409, 412].includes((await refused).status()), `${(await refused).status()} to a verdict that comes too late`);
  await told(page, /未能记录/);
  assert.equal(await stateOf(id), "rejected");
  page.wrongs = page.wrongs.filter((wrong) => !/status of 4(09|12)/.test(wrong)); // the refusal itself
});

test("a verdict that does not arrive comes back with a sentence; one whose answer is lost is not given twice", async () => {
  const line = await badLine();
  const page = await open(line.url);
  await signIn(page, "reviewer");
  for (const [kind, says] of [["gateway", "服务器出错（502）"], ["silence", "服务器没有及时答复"]]) {
    const id = await reviewing(page, line.url);
    line.fail(kind, "POST", `/findings/${id}/confirm`);
    await page.keyboard.press("c");
    await page.waitForSelector(listed(id), { state: "detached" });
    await told(page, says);
    await page.waitForSelector(listed(id));
    assert.equal(line.met(), 1, kind);
    assert.equal(await stateOf(id), "found", kind);
    assert.deepEqual(await accessibility(page), [], kind);
    line.mend();
  }
  const id = await reviewing(page, line.url);
  line.fail("lost", "POST", `/findings/${id}/confirm`);
  await page.keyboard.press("c");
  await told(page, /没有收到答复，但线索已变为/);
  assert.equal(await page.locator(listed(id)).count(), 0);
  assert.notEqual(await stateOf(id), "found");
  await page.context().close();
  line.close();
});

test("whoever leaves the page has given the verdict", async () => {
  const auditor = await as("auditor");
  for (let again = 3; ; again--) {
    const page = await open("/");
    await signIn(page, "reviewer");
    const id = await reviewing(page);
    const { version } = await api(auditor, `/cases/${id}`);
    await page.keyboard.press("c");
    await page.waitForSelector(".pending-bar");
    await page.goto("about:blank");
    const arrived = await until("the verdict arrives", async () => (await stateOf(id)) !== "found", 20).catch((error) => error);
    await page.context().close();
    if (arrived === true) return;
    // A camera that saw the same again has added to the finding: a verdict on less is refused, rightly.
    if (again === 1 || (await api(auditor, `/cases/${id}`)).version === version) throw arrived;
  }
});

test("what is not answered stays in its form; sent again, it is written once", async () => {
  const line = await badLine();
  const officer = await open(line.url);
  await signIn(officer, "officer");
  const { items } = await until("a case", async () => { const found = await api(officer, "/cases?limit=1"); return found.items.length > 0 && found; }, 600);
  const path = `/cases/${items[0].id}/notes`;
  await officer.goto(new URL(`/cases/${items[0].id}?tab=notes`, line.url).href);
  const note = `答复丢失 ${Date.now()}`;
  await officer.locator(".write-note textarea").fill(note);
  line.fail("lost", "POST", path);
  await officer.click(".write-note button[type=submit]");
  await officer.locator(".write-note [role=alert]", { hasText: "无法连接服务器" }).waitFor();
  assert.equal(await officer.locator(".write-note textarea").inputValue(), note);
  line.mend();
  await officer.click(".write-note button[type=submit]");
  await officer.locator(".note", { hasText: note }).waitFor();
  assert.equal((await api(officer, path)).items.filter(({ text }) => text === note).length, 1);
  await officer.context().close();

  const collector = await open(line.url);
  await signIn(collector, "collector");
  await collector.goto(new URL("/objects", line.url).href);
  await collector.click(".tools .ant-btn-primary");
  await collector.fill(".ant-modal #name", "答复丢失的店");
  line.fail("gateway", "POST", "/objects");
  await collector.locator(".ant-modal-footer .ant-btn-primary").click();
  await collector.locator(".ant-modal [role=alert]", { hasText: "服务器出错（502）" }).waitFor();
  assert.equal(await collector.inputValue(".ant-modal #name"), "答复丢失的店");
  await collector.context().close();
  line.close();
});

test("the console can be installed as an app", async () => {
  const page = await open("/");
  await signIn(page, "operator");
  const line = await page.context().newCDPSession(page);
  const { installabilityErrors: errors } = await line.send("Page.getInstallabilityErrors");
  assert.deepEqual(errors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito"), [], "as each context of this browser is");
  const manifest = await (await page.request.get(new URL("/manifest.webmanifest", stage.url).href)).json();
  assert.ok(manifest.name && manifest.start_url && manifest.icons.some(({ sizes }) => sizes === "512x512"), JSON.stringify(manifest));
  await page.context().close();
});

test("a notice is shown with the console closed, in the reader's language, and names nothing", async () => {
  const page = await open("/");
  await page.context().grantPermissions(["notifications"], { origin: stage.url });
  await signIn(page, "reviewer");
  await at(page, "/account");
  await page.locator("button", { hasText: "在此设备上接收" }).waitFor();
  assert.deepEqual(await accessibility(page), []);
  const line = await page.context().newCDPSession(page);
  const known = new Promise((done) => line.on("ServiceWorker.workerVersionUpdated", ({ versions }) => { const on = versions.find((v) => v.status === "activated"); if (on) done(on.registrationId); }));
  await line.send("ServiceWorker.enable");
  await page.evaluate(async () => { await navigator.serviceWorker.register("/sw.js"); await navigator.serviceWorker.ready; });
  const registrationId = await known;
  const shown = () => page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, body, tag, data }) => ({ title, body, tag, data })));
  // What Chromium's protocol delivers has once not been shown (why is not known); a push
  // service would try again, and so does this.
  const told = async (notice) => {
    const isShown = (n) => n.tag === notice.kind && (notice.language === "en") === /^[ -~]+$/.test(n.title);
    let asked = 0;
    return until(`the notice ${JSON.stringify(notice)}`, async () => {
      if (asked++ % 20 === 0) await line.send("ServiceWorker.deliverPushMessage", { origin: new URL(stage.url).origin, registrationId, data: JSON.stringify(notice) });
      return (await shown()).find(isShown);
    }, 60);
  };
  assert.equal((await told({ kind: "finding", language: "zh" })).data, "/findings?stage=first");
  assert.match((await told({ kind: "camera", language: "en" })).title, /Camera/);
  assert.match((await told({ kind: "camera", language: "zh" })).title, /摄像机/);
  assert.equal((await shown()).filter((n) => n.tag === "camera").length, 1, "a later one takes the earlier one's place");
  await page.context().close();
});

test("nothing failed on the way", () => {
  for (const [who, page] of everybody()) assert.deepEqual(page.wrongs, [], who);
});
