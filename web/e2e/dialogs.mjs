// What a page opens above itself, by the page of pages.mjs and by the source that makes it.
// Each <Dialog>, <Sure> and <Drawer> of web/src has a line here; walk.test.mjs sees to that,
// opens them, and goes through them by the keyboard.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { api, as, change, open, signIn, stage, until } from "./stage.mjs";

// says matches a button of the console by a word of a dictionary, in either language.
function says(folder, key) {
  const text = readFileSync(new URL(`../src/${folder}/words.ts`, import.meta.url), "utf8");
  const found = [...text.matchAll(new RegExp(`^  ${key}: "(.*)",$`, "gm"))].map((m) => m[1].replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{\w+\}/g, ".*"));
  if (found.length !== 2) throw new Error(`${folder}/words.ts has no word ${key}`);
  return new RegExp(`(^|\\s)(${found.join("|")})([\\s:：]|$)`);
}

const expandFirst = async (page) => {
  if (await page.locator(".ant-table-expanded-row:visible").count() === 0) await page.locator(".ant-table-row .ant-table-row-expand-icon").first().click();
};
// expandTo opens rows until one shows a button.
const expandTo = (name) => async (page) => {
  const button = page.getByRole("button", { name }).first();
  for (const icon of await page.locator(".ant-table-row .ant-table-row-expand-icon").all()) {
    if (await button.isVisible()) return;
    await icon.click();
    await button.waitFor({ timeout: 1500 }).catch(() => undefined); // it may be in another row
  }
};
const drawPage = ({ draw }) => `/supervision/draws/${draw}`;
const firstStep = ".next-steps button[data-event]:not([disabled])";
const account = ".bar .ant-dropdown-trigger";

// on: the page; by: the button, by its name or a selector; before: what is done first; back:
// what gets the focus, where it is not the button; leave: how to close what Escape must not
// close; maybe: what has to be there. A path may go by what prepare made. Without a page,
// instead says why.
export const dialogs = [
  { of: "app/password.tsx", on: "overview-officer", before: (page) => page.click(account), by: says("app", "changePassword"), role: "menuitem", back: account },
  { of: "app/rail-drawer.tsx", on: "overview-officer", by: ".only-narrow", narrow: true },
  { of: "app/door.tsx", instead: "comes when a session ends: trouble.test.mjs" },
  { of: "account/proof.tsx", instead: "comes when the server wants a fresh proof" },
  { of: "account/account.tsx", on: "account", by: says("account", "end") },
  { of: "account/factors.tsx", on: "account", by: says("account", "codesAdd") },
  { of: "account/factors.tsx", instead: "passkeys want a server with a name" },
  { of: "account/factors.tsx", on: "account", part: "supervisor", by: says("account", "recoveryRenew"), leave: ".ant-modal-footer .ant-btn-primary", then: (page) => page.waitForSelector(".ant-modal .ant-typography-copy") },
  { of: "account/factors.tsx", on: "account", part: "supervisor", by: says("account", "remove") },
  { of: "account/notices.tsx", instead: "wants a push service" },
  { of: "pages/cameras/camera.tsx", on: "camera", by: says("pages/cameras", "editCamera") },
  { of: "pages/cameras/camera.tsx", on: "camera", by: says("pages/cameras", "removeCamera") },
  { of: "pages/cameras/camera.tsx", on: "camera", by: says("pages/cameras", "removeZone") },
  { of: "pages/cameras/discovery/discovery.tsx", on: "register", by: says("pages/cameras/discovery", "find") },
  { of: "pages/cameras/register/sign.tsx", on: "camera", by: says("pages/cameras/register", "signRemove"), maybe: "a camera with a sign" },
  { of: "pages/cases/filters.tsx", on: "cases", path: "/cases?due=week", by: says("pages/cases", "saveFilter") },
  { of: "pages/cases/bulk.tsx", on: "cases", before: async (page) => { if (await page.locator(".bulk").count() === 0) await page.locator(".ant-table-row .ant-checkbox-input:not([disabled])").first().check(); await page.waitForTimeout(500); }, by: ".bulk button[data-event]", maybe: "a step for many cases" },
  { of: "pages/cases/bulk.tsx", instead: "reports on a step that was taken: workday.test.mjs" },
  { of: "pages/cases/next-steps.tsx", on: "case", by: firstStep, maybe: "a step of the officer's" },
  { of: "pages/cases/notes.tsx", on: "case-notes", by: says("pages/cases", "fileNote"), maybe: "a note" },
  { of: "pages/cases/notes.tsx", on: "case-notes", by: says("pages/cases", "withdrawNote"), maybe: "a note" },
  { of: "pages/cases/party-access.tsx", instead: "answers a party's request: the party asks in the portal first" },
  { of: "pages/cases/party-access.tsx", on: "case", before: async (page) => { if (!(await page.getByRole("button", { name: says("pages/cases", "portalRenew") }).isVisible())) await page.getByRole("button", { name: says("pages/cases", "portalLink") }).click(); }, by: says("pages/cases", "portalRenew"), maybe: "a case with a party" },
  { of: "pages/cases/beside/counter.tsx", on: "case", by: says("pages/cases/beside", "counterEnter"), maybe: "a case that was decided" },
  { of: "pages/cases/beside/refunds.tsx", on: "case", by: says("pages/cases/beside", "refundAsk"), maybe: "a case that was decided" },
  { of: "pages/cases/beside/refunds.tsx", instead: "enters a payment of what a head confirmed" },
  { of: "pages/cases/beside/suggestions.tsx", on: "case", part: "head", by: says("pages/cases/beside", "suggestionIssue") },
  { of: "pages/cases/beside/suggestions.tsx", instead: "enters the reply to a suggestion: a head issues one first" },
  { of: "pages/annotations/panel.tsx", on: "case", by: says("pages/annotations", "ask"), maybe: "a bureau that has configured a law for annotations" },
  { of: "pages/annotations/panel.tsx", instead: "lifts what a head has confirmed" },
  { of: "pages/cases/verdict-dialog.tsx", instead: "confirms what another entered or asked for: an officer does so first" },
  { of: "pages/credit/rules.tsx", on: "credit", by: says("pages/credit", "change") },
  { of: "pages/credit/credit.tsx", on: "credit", by: says("pages/credit", "decide"), maybe: "an application for repair" },
  { of: "pages/findings/dialogs.tsx", on: "review", by: ".verdicts .ant-btn-dangerous" },
  { of: "pages/findings/dialogs.tsx", on: "second-review", by: ".verdicts .ant-btn-primary:not([disabled])", maybe: "evidence for the second review" },
  { of: "pages/findings/dialogs.tsx", on: "review", by: ".review-side > .ant-btn-text" },
  {
    of: "pages/grades/activate.tsx", on: "grades-trial", by: says("pages/grades", "activate"),
    before: async (page) => {
      if (await page.locator(".trial-result .ant-empty").count() === 0) return;
      await page.fill("#yellow", String(Number(await page.inputValue("#yellow")) + 1));
      await page.click(".form-foot button[type=submit]");
    },
  },
  { of: "pages/imports/step.tsx", on: "imports", path: ({ batch }) => `/objects/imports/${batch}`, by: says("pages/imports", "undo") },
  { of: "pages/integration/keys.tsx", on: "integration", by: says("pages/integration", "addKey") },
  {
    of: "pages/integration/secret.tsx", on: "integration", by: says("pages/integration", "addKey"), leave: ".ant-modal-footer .ant-btn-primary",
    then: async (page) => {
      await page.fill(".ant-modal #name", `走查 ${Date.now()}`);
      await page.click(".ant-modal .ant-select");
      await page.locator(".ant-select-dropdown:visible .ant-select-item-option").first().click();
      await page.locator(".ant-modal-title").click();
      await page.click(".ant-modal-footer .ant-btn-primary");
      await page.waitForSelector(".ant-modal .ant-typography-copy");
    },
  },
  { of: "pages/integration/keys.tsx", on: "integration", by: says("pages/integration", "revoke") },
  { of: "pages/integration/hooks.tsx", on: "integration", by: says("pages/integration", "addHook") },
  { of: "pages/integration/webhook.tsx", instead: "wants a receiver of webhooks" },
  { of: "pages/leads/lead-form.tsx", on: "leads", by: says("pages/leads", "add") },
  { of: "pages/leads/lead.tsx", on: "leads", before: expandFirst, by: says("pages/leads", "dispatch") },
  { of: "pages/leads/lead.tsx", on: "leads", before: expandFirst, by: says("pages/leads", "finish") },
  { of: "pages/leads/lead.tsx", on: "leads", before: expandFirst, by: says("pages/leads", "showContact") },
  { of: "pages/leads/duty.tsx", on: "leads", part: "head", by: says("pages/leads", "addShift") },
  { of: "pages/objects/dialogs.tsx", on: "objects", by: says("pages/objects", "addObject") },
  { of: "pages/objects/dialogs.tsx", on: "objects", before: async (page) => { await page.locator(".ant-tabs-tab").nth(1).click(); }, by: says("pages/objects", "addParty") },
  { of: "pages/objects/object.tsx", on: "object", by: says("pages/objects", "remove") },
  { of: "pages/objects/papers.tsx", on: "object", by: says("pages/objects", "addCommitment") },
  { of: "pages/objects/papers.tsx", on: "object", by: says("pages/objects", "takeBack"), maybe: "a paper" },
  { of: "pages/objects/record.tsx", on: "object", by: says("pages/objects", "record") },
  { of: "pages/objects/record.tsx", on: "object", part: "head", by: says("pages/objects", "adjust") },
  { of: "pages/privacy/kept.tsx", on: "privacy-legal", by: says("pages/privacy", "changeOf") },
  { of: "pages/privacy/requests.tsx", on: "privacy", part: "officer", by: says("pages/privacy", "ask") },
  { of: "pages/privacy/requests.tsx", on: "privacy-legal", by: says("pages/privacy", "review"), maybe: "a request" },
  { of: "pages/settings/brigades.tsx", on: "users", by: says("pages/settings", "changeBrigades") },
  { of: "pages/settings/rule-form.tsx", on: "matters", part: "legal", by: says("pages/settings", "change") },
  { of: "pages/settings/services/keys.tsx", on: "services", by: says("pages/settings/services", "orderRotate") },
  { of: "pages/settings/users.tsx", on: "users", by: says("pages/settings", "addUser") },
  { of: "pages/settings/users.tsx", on: "users", by: says("pages/settings", "changeReach") },
  { of: "pages/settings/certificate.tsx", on: "users", by: says("pages/settings", "changeCertificate") },
  { of: "pages/settings/certificate.tsx", instead: "stands in the dialog of the certificate, beside a training" },
  { of: "pages/settings/users.tsx", on: "users", by: says("pages/settings", "disable") },
  { of: "pages/settings/users.tsx", on: "users", by: says("pages/settings", "reset") },
  { of: "pages/settings/users.tsx", on: "users", by: says("pages/settings", "forget") },
  {
    of: "pages/settings/users.tsx", on: "users", by: says("pages/settings", "addUser"), leave: ".ant-modal-footer .ant-btn-primary",
    then: async (page) => {
      await page.fill(".ant-modal #username", `walk-${Date.now()}`);
      await page.fill(".ant-modal #name", "走查");
      await page.locator(".ant-modal .ant-select").first().click();
      await page.locator(".ant-select-dropdown:visible .ant-select-item-option").first().click();
      await page.locator(".ant-modal-title").click();
      await page.click(".ant-modal-footer .ant-btn-primary");
      await page.waitForSelector(".ant-modal .ant-typography-copy");
    },
  },
  { of: "pages/supervision/draws.tsx", on: "draws", by: says("pages/supervision", "announce") },
  { of: "pages/supervision/draw.tsx", on: "draws", part: "officer", path: drawPage, before: drawn, by: says("pages/supervision", "enter") },
  { of: "pages/supervision/draw.tsx", on: "draws", part: "officer", path: drawPage, by: says("pages/supervision", "rectify") },
  { of: "pages/supervision/publications.tsx", on: "publications", by: says("pages/supervision", "check"), maybe: "a decision to be published" },
  { of: "pages/supervision/reports.tsx", on: "reports", by: says("pages/supervision", "changePoints") },
  { of: "pages/transfers/authorities.tsx", on: "transfers", by: says("pages/transfers", "addAuthority") },
  { of: "pages/transfers/transfers.tsx", on: "transfers", by: says("pages/transfers", "send") },
  { of: "pages/transfers/transfer.tsx", on: "transfers", before: expandTo(says("pages/transfers", "enterReceipt")), by: says("pages/transfers", "enterReceipt") },
  { of: "pages/transfers/transfer.tsx", on: "transfers", before: expandTo(says("pages/transfers", "report")), by: says("pages/transfers", "report") },
];

// inSources counts what opens above a page, by file.
export async function inSources() {
  const src = new URL("../src/", import.meta.url);
  const counts = {};
  for (const file of await readdir(src, { recursive: true })) {
    if (!file.endsWith(".tsx") || file === "parts/dialog.tsx") continue;
    const count = [...readFileSync(new URL(file, src), "utf8").matchAll(/<(Dialog|Sure|Drawer|Modal|Popconfirm)\b/g)].length;
    if (count > 0) counts[file] = count;
  }
  return counts;
}

// totp is the code of six digits that an authenticator shows now (RFC 6238).
function totp(secret) {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  return String((mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

// takeIn takes a file of one shop in, and gives its batch.
async function takeIn(collector) {
  const { csrf } = await api(collector, "/session");
  const batch = await collector.evaluate(async ({ csrf, text }) => {
    const answer = await fetch("/api/v1/imports?name=walk.csv&rule=fill&system=wgs84", { method: "POST", headers: { "Content-Type": "application/octet-stream", "X-CSRF-Token": csrf }, body: text });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()).id;
  }, { csrf, text: `名称,类型,地址,业态\n走查${Date.now()}店,商铺,走查路1号,水果\n` });
  await change(collector, "POST", `/imports/${batch}/apply`);
  await until("the file is taken in", async () => (await api(collector, `/imports/${batch}`)).state === "applied");
  return batch;
}

let made = {};

// drawn waits until the draw that prepare announced is drawn, and enters a fault for the first of two.
async function drawn(page) {
  const shown = () => api(page, `/draws/${made.draw}`);
  const { tasks, questions } = await until("the draw is drawn", async () => { const found = await shown(); return found.tasks.length === 2 && found; }, 180);
  if (tasks.every(({ done_at: at }) => !at)) {
    const answers = Object.fromEntries(questions.map(({ key }, i) => [key, i === 0 ? "fault" : "ok"]));
    await change(page, "POST", `/tasks/${tasks[0].id}/result`, { answers, note: "走查：门前堆物" });
  }
  await page.reload();
}

// prepare makes what dialogs are about: a lead that was handed over and one in an officer's
// hands, what a party asks for, a note, another session.
export async function prepare({ decided }) {
  const [officer, head, collector, supervisor] = [await as("officer"), await as("head"), await as("collector"), await as("supervisor")];
  made = { draw: (await change(head, "POST", "/draws", { kind: "inspection", title: "走查", draw_at: new Date(Date.now() + 70_000).toISOString(), wanted: 2 })).id };
  const { items: people } = await api(head, "/users");
  const hand = people.find(({ roles }) => roles.includes("officer")).id;
  const draft = { source: "hotline", source_name: "12345", kind: "waste", what: "夜间倾倒建筑垃圾", place: "陈家镇", contact: "反映人一名", urgent: false };
  const authority = await change(head, "POST", "/authorities", { name: `走查公安 ${Date.now()}`, kind: "police" });
  const handOver = async () => {
    const { id: subject } = await change(officer, "POST", "/leads", draft);
    return change(head, "POST", "/transfers", { subject_kind: "lead", subject, authority_id: authority.id, reason: "涉嫌犯罪" });
  };
  await handOver();
  const { id: received } = await handOver();
  await change(head, "POST", `/transfers/${received}/paper-receipt`, { receiver: "走查民警", received_at: new Date().toISOString(), scan: Buffer.from("%PDF-1.4 走查").toString("base64") });
  const lead = await change(officer, "POST", "/leads", draft);
  const step = async (path, body) => change(officer, "POST", `/leads/${lead.id}/${path}`, body, (await api(officer, `/leads/${lead.id}`)).lead.version);
  await step("acknowledgement");
  await step("dispatch", { officer: hand });
  const { items: parties } = await api(officer, "/parties");
  const { items: asked } = await api(officer, "/privacy/requests");
  if (!asked.some(({ state }) => state === "asked")) await change(officer, "POST", "/privacy/requests", { party_id: parties[0].id, checked: "核对身份证原件" });
  if (decided) await change(officer, "POST", `/cases/${decided}/notes`, { text: "走查", mentions: [] });
  made.batch = await takeIn(collector);
  const { secret } = await change(supervisor, "POST", "/account/codes", { password: stage.accounts.supervisor.password });
  await change(supervisor, "POST", "/account/codes/confirmation", { code: totp(secret) });
  supervisor.code = () => totp(secret);
  const elsewhere = await open("/");
  await signIn(elsewhere, "officer");
  await elsewhere.context().close();
  return made;
}

// restore takes back what would stand in the way of others: the second factor.
export async function restore() {
  const supervisor = await as("supervisor");
  await change(supervisor, "DELETE", "/account/codes");
  delete supervisor.code;
}
