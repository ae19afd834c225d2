// The main job, by hand: from a camera's address to a paid fine and evidence that
// an auditor has verified in the browser.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { answerAsParty, confirm, decideAndServe, fileAndNotify, partyPage, pay, propose, reaches, stateOf, verify, waitForFinding } from "./case.mjs";
import { inquire } from "./inquiry.mjs";
import { accessibility, api, as, browser, everybody, open, phone, signIn, stage, until } from "./stage.mjs";

after(() => browser.close());

// pictures shows what everybody saw when a leg failed, in build/e2e-failed.
async function pictures() {
  const folder = new URL("../../build/e2e-failed/", import.meta.url);
  await mkdir(folder, { recursive: true });
  for (const [n, page] of browser.contexts().flatMap((c) => c.pages()).entries()) {
    await page.screenshot({ path: fileURLToPath(new URL(`${n}.png`, folder)) });
  }
}

let failed = false;
let id = "";
let removed = ""; // the camera that the journey registers and takes out of use

// then runs a leg of the journey; after a failed one the others make no sense.
function then(name, leg) {
  test(name, async (t) => {
    if (failed) return t.skip("an earlier leg failed");
    try {
      await leg();
    } catch (error) {
      failed = true;
      await pictures().catch(() => undefined);
      throw error;
    }
  });
}

then("a wrong password is told, the right one signs in", async () => {
  const page = await open("/");
  await page.fill("input[autocomplete=username]", stage.accounts.operator.username);
  await page.fill("input[autocomplete=current-password]", "not the password");
  await page.click("button[type=submit]");
  await page.waitForSelector("[role=alert]");
  assert.deepEqual(await accessibility(page), []);
  await signIn(page, "operator");
  await page.context().close();
});

then("every camera is live, with a picture", async () => {
  const page = await as("operator", "/cameras");
  await until("all cameras live", async () => {
    const { items } = await api(page, "/cameras");
    return items.length >= stage.cameras.length && items.every((c) => c.state === "live");
  });
  await until("a picture of every camera", async () => {
    const shown = await page.locator(".camera-card .live-picture img").evaluateAll((images) => images.filter((i) => i.naturalWidth > 0).length);
    return shown >= stage.cameras.length;
  });
});

then("a camera is registered step by step: picture within 5 s, place, law, sign, zone; going back loses nothing", async () => {
  const page = await as("operator", "/cameras/new");
  const primary = page.locator(".wizard section:visible .ant-btn-primary:visible").last();
  await page.fill("#url", "http://no.camera/");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".ant-form-item-explain-error");
  await page.fill("#url", stage.cameras[0]);
  const began = Date.now();
  await page.keyboard.press("Enter");
  await page.waitForSelector(".live-picture img", { timeout: 20_000 });
  const took = (Date.now() - began) / 1000;
  assert.ok(took <= 5, `the picture took ${took} s`);
  await page.waitForFunction(() => document.activeElement?.matches(".wizard button[type=submit]"));
  await page.keyboard.press("Enter");
  await page.waitForSelector("#step-1:focus");
  await page.fill("#place", "测试路1号");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#name:focus"); // it is missing
  await page.fill("#name", "旅程测试摄像机");
  const map = await page.locator(".district-map canvas").boundingBox();
  await page.mouse.click(map.x + 0.3 * map.width, map.y + 0.3 * map.height);
  await page.waitForFunction(() => Number(document.querySelector("#latitude")?.value) > 0);
  await page.locator("#name").press("Enter");
  await page.waitForSelector("#step-2:focus");
  await page.fill("#legal_review_no", "测法审〔2026〕1号");
  await page.fill("#technical_review_no", "测技审〔2026〕1号");
  await page.getByRole("button", { name: "上一步" }).click();
  await page.waitForSelector("#step-1:focus");
  assert.equal(await page.inputValue("#place"), "测试路1号");
  await primary.click();
  await page.waitForSelector("#step-2:focus");
  assert.equal(await page.inputValue("#legal_review_no"), "测法审〔2026〕1号");
  await page.click("#published_on");
  await page.locator(".ant-picker-now-btn, .ant-picker-today-btn").click();
  await page.keyboard.press("Escape"); // it opens again where the focus comes back while it closes
  await page.waitForSelector(".ant-picker-dropdown:not(.ant-picker-dropdown-hidden)", { state: "detached" });
  assert.notEqual(await page.inputValue("#published_on"), "");
  await page.setInputFiles(".sign input[type=file]", { name: "sign.png", mimeType: "image/png", buffer: await page.screenshot() });
  await page.waitForSelector(".sign img");
  await primary.click();
  await page.waitForSelector(".sign [role=alert]"); // nobody has looked whether it shows somebody
  await page.check(".sign .ant-checkbox-input");
  assert.deepEqual(await accessibility(page), []);
  await primary.click();
  const canvas = page.locator("svg.drawing");
  await canvas.waitFor();
  await page.waitForSelector(".zone-canvas img[src]");
  const box = await canvas.boundingBox();
  for (const [x, y] of [[0.2, 0.5], [0.8, 0.5], [0.85, 0.9], [0.15, 0.9], [0.2, 0.5]]) await page.mouse.click(box.x + x * box.width, box.y + y * box.height);
  await page.fill("#name_zh", "测试区域");
  await page.click("form:has(#name_zh) button[type=submit]");
  await page.getByText("已划定：测试区域").waitFor();
  const { items } = await api(page, "/cameras");
  const made = items.find((c) => c.name === "旅程测试摄像机");
  removed = made.id;
  assert.equal(made.zone_count, 1);
  assert.equal(made.zones[0].polygon.length, 4);
  assert.ok(made.latitude > 0 && made.sign, "it is placed, and its sign is kept");
  const portal = await open("/public/cameras", phone);
  const sign = portal.locator("tr", { hasText: "旅程测试摄像机" }).locator("a");
  await sign.waitFor();
  assert.equal((await portal.request.get(new URL(await sign.getAttribute("href"), stage.url).href)).headers()["content-type"], "image/jpeg");
  await portal.context().close();
  await primary.click(); // done
  await page.waitForURL(/\/cameras\/[0-9a-f-]{36}$/);
  await page.waitForSelector(".zone-canvas img");
  await page.locator(".page-extra .ant-btn-dangerous").click();
  await page.locator(".ant-modal-footer .ant-btn-primary").click();
  await page.waitForURL(/\/cameras$/);
});

then("a finding is rejected by keyboard, and can be taken back for a moment", async () => {
  const page = await as("reviewer");
  await until("two findings", async () => (await api(page, "/findings?state=found&limit=100")).items.length >= 2, 300);
  const { items } = await api(page, "/findings?state=found&limit=100");
  const victim = items.find((f) => !f.object) ?? items.at(-1);
  await page.goto(new URL(`/findings/${victim.id}?stage=first`, stage.url).href);
  await page.waitForSelector(".verdicts button:not([disabled])");
  const reject = async () => {
    await page.keyboard.press("r");
    await page.waitForSelector(".ant-modal .reasons");
    await page.keyboard.press("1");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".pending-bar");
  };
  await reject();
  await page.keyboard.press("u");
  await page.waitForSelector(".pending-bar", { state: "detached" });
  assert.equal(await stateOf(victim.id), "found");
  await page.waitForSelector(`.review-item[aria-current=true]`);
  await page.goto(new URL(`/findings/${victim.id}?stage=first`, stage.url).href);
  await page.waitForSelector(".verdicts button:not([disabled])");
  await reject();
  await reaches(victim.id, "rejected", 30);
});

then("a finding is confirmed by one key, its clip plays", async () => {
  const page = await as("reviewer");
  const finding = await waitForFinding(page);
  id = finding.id;
  await confirm("reviewer", id);
  await page.goto(new URL(`/findings/${id}?stage=all`, stage.url).href);
  await page.waitForSelector("video");
  await until("the clip can be played", () => page.locator("video").evaluate((v) => v.readyState >= 2), 30);
  assert.deepEqual(await accessibility(page), []);
});

then("after the re-check a second reviewer verifies, the first may not", async () => {
  await reaches(id, "reviewed", stage.grace_s + 90);
  const first = await as("reviewer", `/findings/${id}?stage=second`);
  await first.waitForSelector(".verdicts");
  await first.waitForSelector(".verdicts [role=note]");
  await verify("reviewer2", id);
  await reaches(id, "verified", 30);
});

then("the case is filed, and its party notified", () => fileAndNotify(id));

then("the party is heard by video: it agrees first, both sides are recorded and sealed, it confirms the record", async () => {
  await inquire(id);
});

then("the case is investigated, and a fine proposed", async () => {
  await propose(id);
  assert.equal(await stateOf(id), "proposed");
  const head = await as("head", `/cases/${id}`);
  const refused = head.locator("button[disabled][aria-describedby=why-decide]");
  await refused.waitFor();
  assert.match(await head.locator("#why-decide").innerText(), /第.+条/, "the refusal names its article");
  assert.deepEqual(await accessibility(head), []);
});

then("the notice, its deadline and the office are readable without a script", async () => {
  const officer = await as("officer", `/cases/${id}`);
  const { portal_url: link, number } = await api(officer, `/cases/${id}`);
  const page = await open(new URL(link, stage.url).pathname, { ...phone, javaScriptEnabled: false });
  const text = await page.locator("main").innerText();
  for (const what of [number, "陈述申辩期限", "地址", "电话"]) assert.ok(text.includes(what), `the page without a script lacks ${what}: ${text}`);
  await page.context().close();
});

then("what somebody typed survives the end of the session", async () => {
  const page = await as("collector", "/objects");
  await page.click(".tools .ant-btn-primary");
  await page.fill(".ant-modal #name", "会话结束时的店");
  await page.context().clearCookies();
  await page.locator(".ant-modal-footer .ant-btn-primary").click();
  const password = page.locator(".ant-modal input[autocomplete=current-password]");
  await password.fill(stage.accounts.collector.password);
  await password.press("Enter");
  await password.waitFor({ state: "hidden" });
  assert.equal(await page.inputValue(".ant-modal #name"), "会话结束时的店");
});

then("the party opens the link on a phone, answers, and pays at the provider", async () => {
  const party = await partyPage(id);
  await until("the pictures, from sealed copies alone", async () => {
    const pictures = party.locator("figure img");
    if ((await pictures.evaluateAll((all) => all.filter((i) => i.complete && i.naturalWidth > 0).length)) > 0) return true;
    if ((await pictures.count()) > 0) await pictures.first().scrollIntoViewIfNeeded({ timeout: 1000 }).catch(() => {}); // it may go for another try
    return false;
  }, 240);
  assert.ok(await party.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), "nothing is wider than the phone");
  assert.deepEqual(await accessibility(party), []);
  await answerAsParty(party, { typed: () => party.context().clearCookies() }); // its session ends while it writes
  await decideAndServe(id, party);
  await pay(party);
  await reaches(id, "closed", 30);
  assert.match(await party.locator("section.settled").innerText(), /200\.00/);
  assert.deepEqual(party.wrongs, []);
});

then("the document's code is public, the person is not", async () => {
  const officer = await as("officer", `/cases/${id}`);
  const file = await api(officer, `/cases/${id}`);
  const decision = file.documents.find((d) => d.kind === "decision");
  const page = await open(`/d/${decision.code}`, phone);
  await page.waitForSelector("section.settled");
  const text = await page.locator("main").innerText();
  assert.ok(text.includes(decision.number) && !text.includes(file.party), text);
  assert.deepEqual(await accessibility(page), []);
  await page.goto(new URL("/d/NOSUCHCODE", stage.url).href);
  await page.waitForSelector("section.urgent");
  assert.deepEqual(page.wrongs.filter((w) => !w.includes("404")), []);
});

then("the auditor verifies the evidence, at the server and in the browser", async () => {
  const page = await as("auditor", `/cases/${id}`);
  const { evidence } = await api(page, `/cases/${id}`);
  assert.ok(evidence.length >= 2, "finding and re-check");
  for (const { bundle } of evidence) {
    await page.goto(new URL(`/evidence/${bundle}`, stage.url).href);
    const buttons = page.locator(".panel .row > button");
    await buttons.nth(0).click();
    await page.locator("[role=status].ant-alert-success").nth(0).waitFor({ timeout: 30_000 });
    await buttons.nth(1).click();
    await page.locator("[role=status].ant-alert-success").nth(1).waitFor({ timeout: 30_000 });
  }
  assert.deepEqual(await accessibility(page), []);
  await page.goto(new URL(`/evidence/views?subject=${evidence[0].bundle}`, stage.url).href);
  await page.waitForSelector(".listing .ant-table-row");
  const reasons = (await api(page, `/views?subject=${evidence[0].bundle}`)).items.map(({ reason }) => reason);
  for (const why of ["审核线索", "办理案件", "当事人查阅"]) assert.ok(reasons.some((reason) => reason.startsWith(why)), `nobody is recorded for ${why}: ${reasons}`);
});

then("a file of shops is looked at, taken in by the keyboard, and taken back", async () => {
  const page = await as("collector", "/objects/imports");
  const text = "名称,类型,地址,业态\n旅程一店,商铺,测试路1号,水果\n旅程二店,商铺,测试路2号,零售\n,商铺,测试路3号,零售\n";
  await page.setInputFiles("input[type=file]", { name: "旅程.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.click("button[type=submit]:not([disabled])");
  await page.waitForURL(/\/objects\/imports\/[0-9a-f-]{36}$/);
  await page.waitForSelector(".import-error"); // the rows that are wrong come first
  assert.match(await page.locator(".ant-table-row").innerText(), /^4/);
  assert.deepEqual(await accessibility(page), []);
  await page.waitForSelector(".import-step .ant-btn-primary:focus");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".panel.done");
  const shops = async () => (await api(page, `/objects?q=${encodeURIComponent("旅程")}`)).items.length;
  assert.equal(await shops(), 2);
  await page.click(".panel.done .ant-btn-dangerous");
  await page.click(".ant-modal-footer .ant-btn-primary");
  await page.waitForSelector(".ant-alert-info");
  assert.equal(await shops(), 0);
});

then("a shop's page says why it has its grade, and follows what is recorded", async () => {
  const page = await as("officer", "/objects");
  const { party } = await api(page, `/cases/${id}`);
  const { id: object } = (await api(page, "/objects")).items.find((o) => o.party === party);
  await until("the case counts", async () => (await api(page, `/objects/${object}/events`)).items.some((e) => e.kind === "case"), 120);
  await page.goto(new URL(`/objects/${object}`, stage.url).href);
  const before = await page.locator(".why").innerText();
  await page.click(".page-extra .ant-btn-primary");
  await page.click(".ant-modal .ant-select");
  await page.locator(".ant-select-item-option").nth(1).click();
  await page.fill("#source", "旅程-1");
  await page.click(".ant-modal-footer .ant-btn-primary");
  await page.waitForSelector(".ant-modal", { state: "hidden" });
  await until("the reasons follow", async () => (await page.locator(".why").innerText()) !== before, 10);
  assert.match(await page.locator(".why").innerText(), /检查不合格1次10分/);
});

then("nothing failed on the way", () => {
  // The news of its removal may reach the page before the answer does.
  const wrongs = (page) => page.wrongs.filter((w) => !(w.includes("404") && w.includes(`/cameras/${removed}`)));
  for (const [part, page] of everybody()) assert.deepEqual(wrongs(page), [], part);
});
