// What people do beside the main job: the map and its key areas, a rule tried on the last
// hour, one step for several cases, payments, gaps, services outside, templates.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { accessibility, api, as, browser, everybody, stage, until, visit } from "./stage.mjs";

after(() => browser.close());

const at = (page, path) => page.goto(new URL(path, stage.url).href);

test("a camera is chosen on the map, and the key areas are those of the overview", async () => {
  const head = await as("head", "/");
  const { items: areas } = await api(head, "/areas");
  assert.ok(areas.length > 0, "the demonstration draws key areas");
  const page = await as("operator", "/cameras/map");
  await page.waitForSelector(".map-name.key_area", { state: "attached" });
  const drawn = await page.locator(".map-name.key_area").allTextContents();
  assert.deepEqual(drawn.toSorted(), areas.map((a) => a.name).toSorted());
  await page.locator(".map-list button.link").first().click();
  await page.waitForSelector(".map-spot.chosen");
  const chosen = await page.locator(".map-list li.chosen a").innerText();
  assert.ok((await page.locator(".map-spot.chosen").getAttribute("aria-label")).startsWith(chosen), "the mark is the camera's");
  const panel = head.locator(".panel", { has: head.locator("a[href='/cameras/map']") });
  for (const { name } of areas) await panel.getByText(name, { exact: true }).first().waitFor();
  await panel.locator("a[href='/cameras/map']").click();
  await head.waitForURL(/\/cameras\/map$/);
});

test("a zone's rule is tried on the last hour: a longer dwell drops what was raised", async () => {
  const page = await as("operator");
  const raised = await until("a raised finding whose zone still stands", async () => {
    const reviewer = await as("reviewer");
    const cameras = (await api(page, "/cameras")).items;
    const findings = (await api(reviewer, "/findings?limit=100")).items;
    for (const camera of cameras) {
      const zone = camera.zones.find((z) => ["stall", "crossdoor"].includes(z.detector) && findings.some((f) => f.camera_id === camera.id && f.detector === z.detector));
      if (zone) return { camera, zone, at: findings.filter((f) => f.camera_id === camera.id && f.detector === zone.detector).map((f) => Date.parse(f.raised)) };
    }
    return null;
  }, 120);
  await until("the last minutes are kept, and the rule raises again what it raised", async () => {
    const answer = page.waitForResponse((r) => r.url().endsWith("/hindsight"));
    await at(page, `/cameras/${raised.camera.id}?zone=${raised.zone.id}`);
    const { standing } = await (await answer).json();
    return standing.some((r) => raised.at.includes(Date.parse(r.raised)));
  }, 180);
  await page.waitForSelector(".hindsight-bar .standing");
  const standing = await page.locator(".hindsight-bar .standing").count();
  assert.equal(await page.locator(".hindsight-bar .drafted").count(), standing, "unchanged, both are the same");
  await page.fill("#params_dwell_s", "7200");
  await page.keyboard.press("Tab");
  await page.waitForFunction(() => document.querySelectorAll(".hindsight-bar .drafted").length === 0 && document.querySelectorAll(".hindsight-bar .standing").length > 0);
  assert.match(await page.locator(".hindsight li").first().innerText(), /不再产生/);
  assert.deepEqual(await accessibility(page), []);
  assert.equal((await api(page, `/cameras/${raised.camera.id}`)).zones.find((z) => z.id === raised.zone.id).version, raised.zone.version, "nothing was saved");
});

test("one step is taken on several cases, and one report tells of each", async () => {
  const page = await as("reviewer");
  await until("two findings", async () => (await api(page, "/cases?state=found&limit=10")).items.length >= 2, 180);
  await at(page, "/cases?state=found");
  const boxes = page.locator("tbody .ant-checkbox-input");
  for (const i of [0, 1]) await boxes.nth(i).check();
  await page.locator(".bulk button[data-event=reject]").click();
  const dialog = page.locator(".ant-modal-content");
  await dialog.locator("#reason").fill("误报：无违法行为");
  const answer = page.waitForResponse((r) => r.url().endsWith("/cases/bulk/reject"));
  await dialog.locator("button[type=submit]").click();
  const outcomes = await (await answer).json();
  const list = outcomes.items;
  assert.equal(list.length, 2);
  await page.waitForSelector(".ant-modal .listing .ant-table-row");
  assert.equal(await page.locator(".ant-modal .listing .ant-table-row").count(), 2);
  assert.deepEqual(await accessibility(page), []);
  const auditor = await as("auditor");
  for (const { id, done } of list) assert.equal((await api(auditor, `/cases/${id}`)).state === "rejected", done);
  await page.locator(".ant-modal-footer .ant-btn-primary").click();
});

test("payments are shown as they were reconciled, gaps as they were sealed", async () => {
  const head = await as("head", "/cases/payments");
  const days = (await api(head, "/reconciliations")).items;
  if (days.length === 0) await head.waitForSelector(".ant-empty");
  else await head.waitForSelector(".listing .ant-table-row");
  assert.equal(await head.locator(".listing tbody > .ant-table-row").count(), days.length);
  const officer = await as("officer", "/evidence/gaps");
  const camera = (await api(officer, "/cameras")).items.find((c) => c.state !== "off");
  await at(officer, `/evidence/gaps?camera=${camera.id}`);
  const gaps = (await api(officer, `/cameras/${camera.id}/gaps?from=${encodeURIComponent(new Date(Date.now() - 7 * 86_400_000).toISOString())}`)).items;
  await officer.waitForSelector(gaps.length === 0 ? ".ant-empty" : ".listing .ant-table-row");
  assert.equal(await officer.locator(".listing tbody > .ant-table-row").count(), gaps.length);
});

test("the administrator tests every service outside; the outcome stands there with its time", async () => {
  const page = await as("administrator", "/settings/services");
  const services = (await api(page, "/gateways")).items;
  assert.deepEqual(services.map((s) => s.key).toSorted(), ["mail", "messages", "payment", "store", "timestamps"]);
  for (const [i, service] of services.entries()) {
    const row = page.locator(".services > li").nth(i);
    if (!service.configured) { // the demonstration writes no e-mail
      assert.equal(service.key, "mail");
      await row.getByText(service.setting).waitFor();
      continue;
    }
    await row.locator("button").click();
    await row.locator(".mark.ok").waitFor({ timeout: 20_000 });
  }
  assert.ok((await api(page, "/gateways")).items.every((s) => !s.configured || s.latest?.ok));
  assert.deepEqual(await accessibility(page), []);
});

test("an administrator orders a sealing key to be replaced, the head agrees", async () => {
  const page = await as("administrator", "/settings/services");
  await page.getByRole("button", { name: "提出换用" }).first().click();
  await page.fill(".ant-modal #reason", "使用满两年");
  await page.locator(".ant-modal-footer .ant-btn-primary").click();
  await page.waitForSelector(".key-order .mark.wait");
  const head = await as("head", "/settings/services");
  await head.locator(".key-order button").first().click();
  await head.waitForSelector(".key-order .mark.act");
});

test("every model says which version is in force, and whether one has run in shadow", async () => {
  const page = await as("auditor", "/settings/models");
  const models = (await api(page, "/models")).items;
  assert.ok(models.length >= 4);
  for (const { name, versions } of models) {
    const panel = page.locator(`#${name}`);
    await panel.locator(".mark.ok").first().waitFor();
    assert.ok((await panel.innerText()).includes(versions[0].version), `${name} does not show ${versions[0].version}`);
  }
});

test("the queue goes by deadline where somebody wants that, and the address keeps it", async () => {
  const page = await as("reviewer");
  await until("findings wait", async () => (await api(page, "/findings?state=found&limit=2")).items.length > 0, 300);
  await at(page, "/findings?stage=first&order=deadline");
  await page.waitForSelector(".review-item");
  const wanted = (await api(page, "/findings?state=found&order=deadline&limit=50")).items.map(({ id }) => id);
  const shown = await page.locator(".review-item").evaluateAll((items) => items.map((item) => item.dataset.id));
  assert.deepEqual(shown.slice(0, 3), wanted.slice(0, 3));
});

test("paper shows what is on the page and no buttons, dark on white also from the dark scheme", async () => {
  const page = await visit({ part: "head", path: "/supervision", ready: ".quota" }, { scheme: "dark" });
  await page.emulateMedia({ media: "print" });
  for (const hidden of [".rail", ".bar", ".page-extra"]) assert.equal(await page.locator(hidden).first().isVisible(), false, `${hidden} is printed`);
  assert.ok(await page.locator(".quota").first().isVisible());
  const lightness = (what) => page.evaluate((what) => { const [r, g, b] = getComputedStyle(document.querySelector("main h1"))[what].match(/\d+/g).map(Number); return (r + g + b) / 3; }, what);
  assert.ok(await lightness("color") < 100, "the heading is dark");
  await page.emulateMedia({ media: "screen" });
});

test("every template is shown by an invented case, with what the law demands in it", async () => {
  const page = await as("legal", "/settings/templates");
  await page.waitForSelector(".documents iframe");
  const [first, second] = (await api(page, "/templates")).items;
  assert.ok(first.mandatory.length > 0);
  const shown = page.waitForResponse((r) => r.url().endsWith(`/templates/${second.key}/preview`));
  await page.locator(".documents .review-item").nth(1).click();
  assert.equal((await shown).status(), 200);
  assert.equal(await page.locator(".documents .stack li").count(), second.mandatory.length);
});

test("nothing failed on the way", () => {
  for (const [part, page] of everybody()) assert.deepEqual(page.wrongs, [], part);
});
