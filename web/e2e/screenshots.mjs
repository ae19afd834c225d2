// Takes the pictures of guide and README into the folder given: at 1440×900 what staff see,
// at 390×844 what a party sees; then one of every page, in both languages and sizes, into
// the other folder. `make screenshots` runs it.
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { answerAsParty, confirm, decideAndServe, fileAndNotify, partyPage, pay, propose, reaches, verify, waitForFinding } from "./case.mjs";
import { everyPage } from "./every.mjs";
import { api, as, browser, open, phone, stage, until } from "./stage.mjs";

const folder = path.resolve(process.argv[2] ?? "../docs/images");
const most = 200 * 1024; // bytes of a picture
await mkdir(folder, { recursive: true });

// take writes a JPEG no larger than allowed.
async function take(page, name, options = {}) {
  const file = path.join(folder, `${name}.jpg`);
  await page.evaluate(() => document.activeElement?.blur());
  for (const quality of [88, 78, 66, 54]) {
    await page.screenshot({ path: file, type: "jpeg", quality, animations: "disabled", ...options });
    if ((await stat(file)).size <= most) break;
  }
  console.log(name);
}

const settled = async (page) => {
  await page.waitForLoadState("networkidle", { timeout: 1500 }).catch(() => undefined); // events keep the network busy
};

async function shot(part, where, name, ready) {
  const page = await as(part, where);
  if (ready) await page.waitForSelector(ready);
  await settled(page);
  await take(page, name);
  return page;
}

async function cameras() {
  const page = await as("operator", "/cameras");
  await until("all cameras live", async () => (await api(page, "/cameras")).items.every((c) => c.state === "live"));
  await until("all pictures", async () => (await page.locator(".camera-card .live-picture img").evaluateAll((all) => all.filter((i) => i.naturalWidth > 0).length)) >= stage.cameras.length);
  await take(page, "cameras");
}

// zone is drawn again, once there are looks that its rule can be tried on.
async function zone() {
  const page = await as("operator", "/cameras");
  await page.locator(".camera-card", { hasText: "滨江路步道" }).click();
  await page.waitForSelector(".zone-canvas img");
  await page.locator(".plain-list .anticon-edit").first().click();
  await page.waitForSelector(".hindsight-bar"); // the rule was tried on the last hour
  await take(page, "zone");
}

// seller has a street seller confirmed, whose party nobody knows.
async function seller(reviewer) {
  const { id } = await until("a street seller's finding", async () => (await api(reviewer, "/findings?state=found&limit=100")).items.find((f) => f.detector === "stall" && !f.object), 120);
  await confirm("reviewer", id);
  await reaches(id, "reviewed");
  await shot("officer", `/cases/${id}`, "party-search", ".party-search img");
}

async function party(id) {
  const page = await partyPage(id);
  await page.waitForFunction(() => document.querySelector("figure img") && !document.querySelector("progress"), null, { timeout: 180_000 }); // covered copies are being made
  await settled(page);
  await page.evaluate(() => document.querySelector("main section")?.scrollIntoView());
  await take(page, "party-notice");
  await answerAsParty(page, { signed: () => take(page, "party-consent") });
  await decideAndServe(id, page);
  await page.reload();
  await page.waitForSelector("button[data-action=pay]");
  await page.evaluate(() => document.querySelector("section.urgent")?.scrollIntoView());
  await take(page, "party-pay");
  await pay(page);
}

async function baseData() {
  const text = "名称,类型,地址,业态\n演示百货店,商铺,演示路1号,零售\n演示烧烤店,商铺,演示路2号,烧烤\n,商铺,演示路3号,零售\n演示仓库,库房,演示路4号,\n";
  const page = await as("collector", "/objects/imports");
  await page.setInputFiles("input[type=file]", { name: "演示商铺.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.click("button[type=submit]:not([disabled])");
  await page.waitForSelector(".import-error");
  await settled(page);
  await take(page, "import");
  const { items } = await api(page, "/objects");
  await shot("head", `/objects/${(items.find((o) => o.grade === "yellow") ?? items[0]).id}`, "object", ".scale");
  const head = await as("head", "/grades/trial");
  await head.fill("#yellow", "15");
  await head.click("button[type=submit]");
  await head.waitForSelector(".then");
  await settled(head);
  await take(head, "grades-trial");
}

try {
  await cameras();
  const reviewer = await as("reviewer");
  const { id } = await waitForFinding(reviewer);
  await shot("reviewer", `/findings/${id}?stage=first`, "review", ".before-after img");
  await confirm("reviewer", id);
  await seller(reviewer);
  await reaches(id, "reviewed", stage.grace_s + 90);
  await shot("reviewer2", `/findings/${id}?stage=second`, "second-review", ".before-after img");
  await verify("reviewer2", id);
  await fileAndNotify(id);
  await propose(id);
  await shot("officer", `/cases/${id}`, "case", ".ant-steps");
  await party(id);
  const file = await as("head", `/cases/${id}?tab=documents`);
  await file.waitForSelector(".documents iframe");
  await settled(file);
  await file.waitForTimeout(4000); // the browser's own viewer does not say when the page stands
  await take(file, "documents");
  const { evidence } = await api(file, `/cases/${id}`);
  const auditor = await as("auditor", `/evidence/${evidence[0].bundle}`);
  for (const n of [0, 1]) await auditor.locator(".panel .row > button").nth(n).click();
  await auditor.locator("[role=status].ant-alert").nth(1).waitFor({ timeout: 30_000 });
  await take(auditor, "evidence");
  await shot("head", "/", "overview", ".tasks");
  await zone();
  await baseData();
  await shot("head", "/supervision", "quotas", ".quota");
  const check = await open(`/d/${(await api(file, `/cases/${id}`)).documents.find((d) => d.kind === "decision").code}`, phone);
  await check.waitForSelector("section.settled");
  await take(check, "document-check");
  if (process.argv[3]) await everyPage(path.resolve(process.argv[3]));
} finally {
  await browser.close();
}
