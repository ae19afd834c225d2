// Every page without seeing and without a mouse: no violation that axe finds, in both
// languages, schemes and sizes; review and portal by the keyboard alone, and as a
// screen reader has them.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { knownTo, pagesOf } from "./pages.mjs";
import { accessibility, api, as, browser, desk, everybody, open, phone, stage, visit } from "./stage.mjs";

after(() => browser.close());

// like asserts that the tree has the template's lines, in their order; what the
// template puts between slashes is a pattern.
async function like(tree, name) {
  const lines = tree.split("\n").map((line) => line.trim());
  const template = (await readFile(new URL(`trees/${name}.txt`, import.meta.url), "utf8")).split("\n").filter(Boolean);
  let at = 0;
  for (const wanted of template) {
    const pattern = /^\/.*\/$/.test(wanted) ? new RegExp(wanted.slice(1, -1)) : null;
    const found = lines.findIndex((line, i) => i >= at && (pattern ? pattern.test(line) : line.includes(wanted)));
    assert.ok(found >= 0, `${name}: after line ${at} nothing is like ${wanted} in\n${tree}`);
    at = found + 1;
  }
}

// tabTo presses Tab until what has the focus matches.
async function tabTo(page, selector, most = 80) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((selector) => document.activeElement?.matches(selector), selector)) return;
  }
  assert.fail(`${selector} is not reached by ${most} Tabs`);
}

test("a finding is looked at and judged by the keyboard, and says itself to a screen reader", async (t) => {
  const { finding } = await knownTo();
  if (!finding) return t.skip("no finding waits");
  await visit({ part: "reviewer", path: `/findings/${finding}?stage=first`, ready: ".before-after img" });
  const page = await as("reviewer");
  await like(await page.locator("main").ariaSnapshot(), "review");
  await tabTo(page, ".skip", 3);
  await page.keyboard.press("Enter");
  assert.ok(await page.evaluate(() => document.activeElement?.id === "content"), "the link to the content leads there");
  const slider = page.locator(".before-after input[type=range]");
  if (await slider.count()) { // at the very beginning there is no picture from before
    await tabTo(page, ".before-after input[type=range]");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await slider.inputValue(), "49");
  }
  await tabTo(page, ".verdicts button");
  await page.keyboard.press("r");
  await page.waitForSelector(".ant-modal .reasons");
  await page.keyboard.press("Escape");
  await page.waitForSelector(".ant-modal .reasons", { state: "hidden" });
  await page.keyboard.press("?");
  await page.waitForSelector(".ant-modal .facts kbd"); // those of the closed dialog stay in the page
  await page.keyboard.press("Escape");
});

test("the party's page can be used by the keyboard, and says itself to a screen reader", async (t) => {
  const { link } = await knownTo();
  if (!link) return t.skip("no party has a link");
  const page = await open(link, phone);
  await page.waitForSelector("h1");
  await page.waitForSelector("main section img");
  await like(await page.locator("body").ariaSnapshot(), "portal");
  const reached = new Set();
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    const where = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at || at === document.body) return null;
      const outline = getComputedStyle(at).outlineStyle;
      return { name: at.tagName + (at.textContent ?? "").trim().slice(0, 30), seen: outline !== "none" || at.matches("video") }; // its controls show the focus themselves
    });
    if (!where) break;
    assert.ok(where.seen, `${where.name} has the focus, and nobody sees it`);
    reached.add(where.name);
  }
  const buttons = await page.locator("main :is(button, a[href], summary):visible").count();
  assert.ok(reached.size >= Math.min(buttons, 3), `${reached.size} of ${buttons} are reached: ${[...reached]}`);
  assert.deepEqual(page.wrongs, []);
  await page.context().close();
});

test("colleagues are named in a note, and find it on their first page", async () => {
  const { decided } = await knownTo();
  const officer = await as("officer", `/cases/${decided}?tab=notes`);
  await officer.waitForSelector(".write-note textarea");
  const { items } = await api(officer, "/colleagues");
  const legal = items.find((c) => c.roles.includes("legal"));
  await officer.locator(".write-note textarea").fill(`请@${legal.name} 看一下`);
  await officer.keyboard.press("Escape"); // the list of names
  await officer.click(".write-note button[type=submit]");
  await officer.waitForSelector(".note");
  const page = await as("legal", "/");
  await page.click(".task[href='/cases/mentions']");
  const seen = page.waitForResponse((r) => r.url().endsWith("/notes/seen"));
  await page.locator(".note.unseen a").first().click();
  assert.equal((await seen).status(), 204);
  await page.goto(new URL("/cases/mentions", stage.url).href);
  await page.waitForSelector(".note:not(.unseen)");
});

test("a case list is saved and comes back; the diagram shows where the case stands", async () => {
  const page = await as("officer", "/cases?due=week&mine=1");
  await page.getByRole("button", { name: "保存筛选" }).click();
  await page.locator(".ant-modal input").fill("本周到期");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".saved-filter button[aria-pressed=true]");
  await page.goto(new URL("/cases", stage.url).href);
  await page.click(".saved-filter button");
  await page.waitForURL(/due=week/);
  const { decided } = await knownTo();
  await page.goto(new URL(`/cases/${decided}?tab=diagram`, stage.url).href);
  await page.waitForSelector(".diagram .node.now");
  for (const [part, other] of everybody()) assert.deepEqual(other.wrongs, [], part);
});

// Each pair of language, scheme and size is among them.
const looks = [
  { language: "zh", scheme: "light", viewport: desk.viewport },
  { language: "en", scheme: "dark", viewport: desk.viewport },
  { language: "zh", scheme: "dark", viewport: phone.viewport },
  { language: "en", scheme: "light", viewport: phone.viewport },
];

test("no page has a violation of WCAG 2.2 AA that axe finds", async () => {
  const found = [];
  for (const shown of pagesOf(await knownTo())) {
    if (shown.part && !stage.accounts[shown.part]) continue;
    for (const look of looks) {
      const page = await visit(shown, look);
      for (const what of await accessibility(page)) found.push(`${shown.name} ${look.language} ${look.scheme} ${look.viewport.width}: ${what}`);
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1)) found.push(`${shown.name} ${look.language} ${look.viewport.width}: wider than the screen`);
    }
  }
  assert.deepEqual(found, []);
});
