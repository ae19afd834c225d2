// Every page without seeing and without a mouse: no violation that axe finds, in both
// languages, schemes and sizes; review and portal by the keyboard alone, and as a
// screen reader has them.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { dialogs, inSources, prepare, restore } from "./dialogs.mjs";
import { looks, unopened, wrongsOfEveryPage } from "./every.mjs";
import { knownTo, pagesOf, provide } from "./pages.mjs";
import { accessibility, api, as, browser, everybody, firstPageLoad, open, phone, signIn, signInLoad, spokenEnglish, stage, until, visit } from "./stage.mjs";

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

test("nothing is loaded first that no first page needs: at most 350 KiB on the line", async () => {
  const page = await open("/");
  const within = (what, { kib, files }) => assert.ok(kib <= 350, `${what}: ${kib.toFixed(1)} KiB; the build says what has grown (npm run build). It is\n${files.map(([path, bytes]) => `  ${path} ${bytes}`).join("\n")}`);
  within("the sign-in page", await signInLoad(page));
  await signIn(page, "head");
  within("the first page", await firstPageLoad(page));
  await page.context().close();
});

test("every page is well in every look: WCAG 2.2 AA as axe has it, a heading, nothing too wide, unsaid or broken", async () => {
  await provide();
  const pages = pagesOf(await knownTo());
  assert.deepEqual(unopened(pages), [], "pages.mjs opens nothing at these routes");
  assert.deepEqual(await wrongsOfEveryPage(pages), []);
});

// still waits until nothing moves any more: what fades has other colours.
const still = (page) => page.waitForFunction(() => document.getAnimations().every((a) => a.playState !== "running" || a.effect?.getTiming().iterations === Infinity));

// opened goes through one dialog: what axe finds in it, whether the focus goes in, stays
// while Tab is pressed, and is back on the opener after Escape.
async function opened(page, dialog) {
  const wrong = [];
  const opener = typeof dialog.by === "string" ? page.locator(dialog.by).first() : page.getByRole(dialog.role ?? "button", { name: dialog.by }).first();
  const back = dialog.back ? page.locator(dialog.back) : opener;
  await opener.click({ timeout: 5000 });
  const box = page.locator("[role=dialog]:visible");
  await box.first().waitFor();
  if (dialog.then) await dialog.then(page);
  await still(page);
  const inside = () => page.evaluate(() => !!document.activeElement?.closest(".ant-modal-wrap, .ant-drawer"));
  await until("the focus goes in", inside, 5).catch(() => wrong.push("the focus does not go in"));
  wrong.push(...await spokenEnglish(page));
  wrong.push(...await accessibility(page, dialog.narrow ? ".ant-drawer" : ".ant-modal-wrap"));
  if (await box.first().evaluate((e) => e.getBoundingClientRect().right > innerWidth + 1)) wrong.push("wider than the screen");
  const stops = Math.min(40, await box.first().locator("input, textarea, button, a[href], [tabindex='0']").count() + 3);
  for (const key of [...Array(stops).fill("Tab"), "Shift+Tab", "Shift+Tab"]) {
    await page.keyboard.press(key);
    if (await inside()) continue;
    wrong.push(`${key} leads out`);
    break;
  }
  await page.keyboard.press("Escape");
  const closed = () => page.waitForFunction(() => ![...document.querySelectorAll("[role=dialog]")].some((e) => e.checkVisibility()), null, { timeout: 2000 }).then(() => true, () => false);
  if (dialog.leave) {
    if (await closed()) wrong.push("Escape closes what must be read");
    else await page.click(dialog.leave);
  } else if (!(await closed())) {
    await page.keyboard.press("Escape"); // the first closed a list of the form
  }
  if (!(await closed())) return [...wrong, "Escape does not close it"];
  const returned = await back.evaluate((e) => new Promise((done) => setTimeout(() => done(e.contains(document.activeElement)), 100)));
  if (!returned) wrong.push(`the focus does not come back, but is on ${await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 80))}`);
  return wrong;
}

test("every dialog in the sources has its line in dialogs.mjs", async () => {
  const lines = {};
  for (const { of } of dialogs) lines[of] = (lines[of] ?? 0) + 1;
  assert.deepEqual(lines, await inSources());
});

test("in no dialog does axe find a violation; the focus goes in, stays, and comes back", async (t) => {
  const known = await knownTo();
  const made = await prepare(known);
  t.after(restore);
  const pages = new Map(pagesOf(known).map((shown) => [shown.name, shown]));
  const found = [], missed = new Set();
  for (const [i, { on, part, path }] of distinct(dialogs.filter((d) => d.on)).entries()) {
    const shown = pages.get(on) && { ...pages.get(on), ...(part && { part }), ...(path && { path: typeof path === "function" ? path(made) : path }) };
    const here = dialogs.filter((d) => d.on === on && d.part === part && d.path === path);
    for (const look of looksOf(here, i)) {
      const page = shown && await visit(shown, look);
      for (const dialog of here) {
        if (dialog.narrow && look.viewport.width > 600) continue;
        const name = `${on}: ${dialog.of} by ${dialog.by} ${look.language} ${look.scheme} ${look.viewport.width}`;
        try {
          if (!page) throw new Error(`there is no page ${on}`);
          await dialog.before?.(page);
          for (const wrong of await opened(page, dialog)) found.push(`${name}: ${wrong}`);
        } catch (error) {
          if (dialog.maybe) missed.add(`${dialog.of}: there is not ${dialog.maybe}`);
          else found.push(`${name}: ${error.message.split("\n")[0]}`);
          if (page) await visit(shown, look);
        }
      }
    }
  }
  for (const what of missed) t.diagnostic(what);
  assert.deepEqual(found, []);
});

// looksOf gives the looks in which the dialogs of the i-th page are opened: one by turns, for
// all would take ten minutes, and a narrow one where a dialog is there on phones alone; each
// with LOOKS=all.
function looksOf(dialogs, i) {
  if (process.env.LOOKS === "all") return looks;
  const fit = dialogs.some((d) => d.narrow) ? looks.filter((l) => l.viewport.width <= 600) : looks;
  return [fit[i % fit.length]];
}

// distinct gives each page once, as each person that opens something on it.
const distinct = (list) => [...new Map(list.map((d) => [[d.on, d.part, d.path].join(), d])).values()];
