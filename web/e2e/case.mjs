// The way of one case through the console and the party's phone, as people do it:
// used by the journey, and by the screenshots to have something to show.
import assert from "node:assert/strict";
import { enterCode } from "./code.mjs";
import { accessibility, api, as, loopSecond, open, phone, stage, truthOf, until } from "./stage.mjs";

const recheckTakes = 20; // seconds: undo time, message, a look

// waitForFinding gives a finding of a scene with a party, at a moment from which
// the violation lasts past the re-check. It is the shop's: the law of the site and
// the field awaits its text, and a vendor has no party yet.
export async function waitForFinding(reviewer, seconds = 300) {
  return until("a finding of a shop with a party", async () => {
    const { items } = await api(reviewer, "/findings?state=found&limit=100");
    for (const scene of stage.scenes ?? []) {
      const { truth = [], party } = await truthOf(scene);
      const finding = items.find((f) => f.camera_id === scene.camera_id && f.object && f.detector === "crossdoor");
      if (!finding || !party) continue;
      if (truth.length === 0) return finding; // a scene without a script lasts for ever
      const now = loopSecond(scene);
      if (truth.some((t) => now >= t.from_s + 2 && now < t.to_s - stage.grace_s - recheckTakes)) return finding;
    }
    return null;
  }, seconds);
}

export async function stateOf(id) {
  const page = await as("auditor");
  return (await api(page, `/cases/${id}`)).state;
}

export const reaches = (id, state, seconds = 90) => until(`case ${id} in state ${state}`, async () => (await stateOf(id)) === state, seconds);

// confirm opens a finding and confirms it by one key.
export async function confirm(part, id) {
  const page = await as(part, `/findings/${id}?stage=first`);
  await page.waitForSelector(".before-after img");
  const sent = page.waitForResponse((r) => r.url().endsWith(`/findings/${id}/confirm`), { timeout: 30_000 });
  await page.waitForSelector(".verdicts button:not([disabled])");
  await page.keyboard.press("c");
  await page.waitForSelector(".pending-bar");
  assert.equal((await sent).status(), 204);
  return page;
}

// verify ticks the four words of the law by their numbers.
export async function verify(part, id) {
  const page = await as(part, `/findings/${id}?stage=second`);
  await page.waitForSelector(".verdicts button:not([disabled])");
  const sent = page.waitForResponse((r) => r.url().endsWith(`/findings/${id}/verify`), { timeout: 30_000 });
  await page.keyboard.press("v");
  await page.waitForSelector(".ant-modal .ant-checkbox");
  for (const key of ["1", "2", "3", "4", "Enter"]) await page.keyboard.press(key);
  assert.equal((await sent).status(), 204);
  return page;
}

// step takes a step of a case by its button, after filling its form.
export async function step(part, id, event, fill) {
  const page = await as(part, `/cases/${id}`);
  await page.click(`button[data-event="${event}"]:not([disabled])`, { timeout: 20_000 });
  const dialog = page.locator(".ant-modal-content");
  await dialog.waitFor();
  if (fill) await fill(dialog, page);
  const sent = page.waitForResponse((r) => r.url().endsWith(`/cases/${id}/events/${event}`) && r.request().method() === "POST");
  await dialog.locator("button[type=submit]").click();
  const answer = await sent;
  assert.equal(answer.status(), 204, `${event}: ${answer.status()} ${answer.status() === 204 ? "" : await answer.text()}`);
  await dialog.waitFor({ state: "detached" });
  return page;
}

// pick takes the first options of a list of several, and sees that each is taken: while
// the list still opens, a click can be lost.
async function pick(list, page, count) {
  await list.click();
  const options = page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option");
  for (let i = 0; i < count; i++) {
    await until(`option ${i + 1} taken`, async () => {
      if ((await options.nth(i).getAttribute("class")).includes("ant-select-item-option-selected")) return true;
      await options.nth(i).click();
      return false;
    });
  }
}

// fileAndNotify goes from verified evidence to the party's notice of the facts.
export async function fileAndNotify(id) {
  await step("head", id, "file", async (dialog, page) => {
    await pick(dialog.locator(".ant-select"), page, 2);
    await dialog.locator(".ant-modal-title").click(); // closes the list
  });
  await step("officer", id, "notify");
}

export async function propose(id) {
  await step("officer", id, "investigated", async (dialog) => {
    await dialog.locator("#facts").fill("经视频固定证据并两次复核，当事人违法事实清楚，经提醒后在限期内未改正。");
    await dialog.locator("#conclusion").fill("事实清楚，证据确凿，建议给予行政处罚。");
  });
  await step("officer", id, "propose", async (dialog) => {
    await dialog.locator("#fine_fen").fill("200");
    await dialog.locator("#reason").fill("初次违法，逾期未改正，按裁量基准一般档次。");
  });
}

// partyPage opens the party's link on a phone.
export async function partyPage(id) {
  const officer = await as("officer", `/cases/${id}`);
  const { portal_url: link } = await api(officer, `/cases/${id}`);
  assert.ok(link, "the case has a link for its party");
  const page = await open(new URL(link, stage.url).href, phone);
  await page.waitForSelector("h1");
  return page;
}

// answerAsParty states a defence, agrees to electronic service with a signature,
// and gives up the rest of the time. typed and signed are called when the forms are filled.
export async function answerAsParty(page, { typed = async () => undefined, signed = async () => undefined } = {}) {
  await act(page, "statement", "/portal/statement", async (form) => {
    await form.locator("textarea").fill("当天货物刚到，来不及搬入，请从轻处理。");
    await form.locator("input[type=file]").setInputFiles({ name: "进货单.png", mimeType: "image/png", buffer: await page.screenshot() });
    await typed();
  });
  await act(page, "consent", "/portal/consent", async (form) => {
    await form.locator("input[type=tel]").fill("13800000001");
    const canvas = form.locator("canvas");
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    await page.mouse.move(box.x + 30, box.y + 40);
    await page.mouse.down();
    for (let i = 1; i <= 12; i++) await page.mouse.move(box.x + 30 + i * 18, box.y + 40 + (i % 3) * 16);
    await page.mouse.up();
    await signed();
  });
}

export async function act(page, action, path, fill) {
  const form = page.locator(`details[data-action="${action}"]`);
  await form.locator("summary").click();
  if (fill) await fill(form);
  const sent = page.waitForResponse((r) => r.url().endsWith(path) && r.request().method() === "POST" && ![401, 403].includes(r.status()), { timeout: 150_000 }); // then it is sent again; a code may have to wait a minute
  await form.locator("button[type=submit]").click();
  const asked = page.waitForSelector("dialog[data-part=proof][open]").then(() => enterCode(page), () => undefined); // what binds wants the telephone's code
  await Promise.race([sent, asked]);
  const answer = await sent;
  assert.equal(answer.status(), 204, `${action}: ${answer.status()} ${answer.status() === 204 ? "" : await answer.text()}`);
}

// readPaper opens what the party sent with its statement, as an officer does.
async function readPaper(id) {
  const officer = await as("officer", `/cases/${id}`);
  const paper = officer.locator(".statements a[download]").first();
  const answer = await officer.request.get(new URL(await paper.getAttribute("href"), stage.url).href);
  assert.equal(answer.headers()["content-type"], "image/jpeg", "a photograph is drawn smaller before it is sent");
}

// reviewLaw goes the legal reviewer's way: a document beside the evidence that it stands on,
// then the opinion, without which no head decides a case that was submitted.
async function reviewLaw(id) {
  await step("officer", id, "submit");
  const legal = await as("legal", `/cases/${id}?tab=documents`);
  await legal.waitForSelector(".beside iframe");
  await legal.waitForSelector(".beside .before-after img");
  const [document, evidence] = await Promise.all([".beside iframe", ".beside .before-after"].map((part) => legal.locator(part).boundingBox()));
  assert.ok(evidence.x >= document.x + document.width, "the evidence is beside the document");
  assert.deepEqual(await accessibility(legal), []);
  await step("legal", id, "pass", (dialog) => dialog.locator("#opinion").fill("事实清楚，证据确凿，适用法律正确，程序合法。"));
}

export async function decideAndServe(id, party) {
  await readPaper(id);
  await step("officer", id, "answer", (dialog) => dialog.locator("#text").fill("已复核：所述情况不影响事实认定，拟处罚款已属较低档次，不予调整。"));
  await party.reload();
  await party.waitForSelector("details[data-action=waive]");
  await act(party, "waive", "/portal/waive", (form) => form.locator("input[type=checkbox]").check());
  await reviewLaw(id);
  await step("head", id, "decide");
  await step("officer", id, "serve", async (dialog, page) => {
    await dialog.locator(".ant-select").click();
    await page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option").first().click();
  });
  await party.reload(); // opening the decision is what serves it
  await reaches(id, "served");
}

// pay pays at the provider's own page and comes back.
export async function pay(party) {
  await party.reload();
  await party.click("button[data-action=pay]");
  await party.waitForURL(new RegExp(`^${stage.payment_url.replace(/[.]/g, "\\.")}`));
  await party.click("button.pay");
  await party.waitForURL((url) => url.href.startsWith(stage.url));
  await party.waitForSelector("section.settled", { timeout: 30_000 });
}
