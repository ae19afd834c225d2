// Every page as it is, on a desk and on a phone: what is wrong with it, or a picture of it.
import { readFileSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { pagesOf, knownTo } from "./pages.mjs";
import { accessibility, desk, phone, spokenEnglish, stage, visit } from "./stage.mjs";

const src = new URL("../src/", import.meta.url);
const source = (file) => readFileSync(new URL(file, src), "utf8");
const groups = (text, pattern) => [...text.matchAll(pattern)].map((m) => m[1]);

// routes are the addresses that the console's router knows, and those outside of it.
export function routes() {
  const [, outside] = /\^\\\/\(([\w|]+)\)/.exec(source("main.tsx"));
  const [, tabs] = /const tabs[^=]*= \[(.*?)\n\];/s.exec(source("portal/public.tsx"));
  return [
    "", ...groups(source("app/console.tsx"), /<Route path="([^"]+)"/g),
    ...outside.split("|").flatMap((kind) => (kind === "public" ? groups(tabs, /\["(\w+)"/g).map((tab) => `public/${tab}`) : [`${kind}/:key`])),
  ];
}

// routeOf is the route that an address takes: of those that fit, the one with the fewest variables.
function routeOf(address, all) {
  const [where] = address.slice(1).split("?");
  const fits = all.filter((route) => route !== "*" && new RegExp(`^${route.replace(/:\w+/g, "[^/]+")}$`).test(where));
  return fits.toSorted((a, b) => a.split(":").length - b.split(":").length)[0] ?? "*";
}

// unopened are the routes that none of the pages takes.
export function unopened(pages) {
  const all = routes();
  const taken = new Set(pages.map((shown) => routeOf(shown.path, all)));
  return all.filter((route) => !taken.has(route));
}

// words reads all dictionaries: keys that look like none of a language's words, and what is
// Chinese in the Chinese one and something else in the English one.
async function words() {
  const [keys, chinese] = [new Set(), new Set()];
  for (const file of await readdir(src, { recursive: true })) {
    if (!/(^|\/)words\.ts$/.test(file)) continue;
    const [zh, en] = source(file).split(/\nconst en\b/).map((text) => new Map([...text.matchAll(/^ {2}(\w+): "(.*)",$/gm)].map((m) => [m[1], m[2]])));
    for (const [key, text] of zh) {
      if (/_|[a-z][A-Z]/.test(key)) keys.add(key);
      if (key !== "language" && text.length > 1 && en?.get(key) !== text) chinese.add(text);
    }
  }
  return { keys: [...keys], chinese: [...chinese] };
}
const dictionaries = await words();

// leftover finds what nobody was meant to read: a key without its word, a place without its
// value, a value without its words, a word of the console's in the other language.
const leftover = (page, language) => page.evaluate(({ keys, chinese, language }) => {
  const [isKey, isChinese] = [new Set(keys), new Set(chinese)];
  const raw = (text) => /\{\w+\}|\bundefined\b|\bNaN\b|\[object /.test(text) || isKey.has(text) || (language === "en" ? isChinese.has(text) : /^[a-z]+([ _][a-z]+)*$/.test(text));
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.parentElement;
    if (at && !at.closest("script, style, code, pre, kbd, textarea, .mono, [lang]") && at.checkVisibility()) texts.push(walker.currentNode.data);
  }
  for (const e of document.querySelectorAll("[aria-label], [placeholder], [title], img[alt]")) texts.push(...["aria-label", "placeholder", "title", "alt"].map((name) => e.getAttribute(name) ?? ""));
  return [...new Set(texts.map((text) => text.trim()).filter((text) => text && raw(text)))];
}, { ...dictionaries, language });

// overflow names what sticks out at the right, unless it scrolls inside something.
const overflow = (page) => page.evaluate(() => {
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  const scrolls = (e) => { for (let p = e; p; p = p.parentElement) if (/auto|scroll|hidden/.test(getComputedStyle(p).overflowX)) return true; return false; };
  return [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e.parentElement)).slice(0, 3)
    .map((e) => `${e.tagName.toLowerCase()}.${e.className} to ${Math.round(e.getBoundingClientRect().right)}`);
});

// unfold opens what is folded, and waits for what is only then asked for.
const unfold = async (page) => {
  const folded = await page.evaluate(() => [...document.querySelectorAll("main details:not([open])")].map((e) => { e.open = true; }).length);
  if (folded > 0) await page.waitForFunction(() => !document.querySelector(".loading-lines"), null, { timeout: 5000 });
};

// wrongsOf says all that is wrong with a page that is open.
async function wrongsOf(page, { expects }, { language }) {
  await unfold(page);
  const headings = await page.locator("h1:visible").allInnerTexts();
  return [
    ...page.wrongs.splice(0).filter((wrong) => !expects?.test(wrong)),
    ...(await overflow(page)).map((what) => `too wide: ${what}`),
    ...(headings.length === 1 && headings[0].trim() ? [] : [`${headings.length} headings of the page: ${headings}`]),
    ...(await leftover(page, language)).map((text) => `not for people: ${text}`),
    ...await spokenEnglish(page),
    ...await accessibility(page),
  ];
}

// Each pair of language, scheme and size is among them.
export const looks = [
  { language: "zh", scheme: "light", viewport: desk.viewport },
  { language: "en", scheme: "dark", viewport: desk.viewport },
  { language: "zh", scheme: "dark", viewport: phone.viewport },
  { language: "en", scheme: "light", viewport: phone.viewport },
];

// wrongsOfEveryPage opens every page in every look, and says of each what is wrong with it;
// a page that does not come is wrong, and the others are gone through all the same.
export async function wrongsOfEveryPage(pages) {
  const found = [];
  for (const shown of pages) {
    if (shown.part && !stage.accounts[shown.part]) continue;
    for (const look of looks) {
      const wrongs = await visit(shown, look).then((page) => wrongsOf(page, shown, look)).catch((error) => [error.message.split("\n")[0]]);
      found.push(...wrongs.map((what) => `${shown.name} ${look.language} ${look.scheme} ${look.viewport.width}: ${what}`));
    }
  }
  return found;
}

// everyPage writes the pictures of the pages whose names match into a folder, and says what
// is wider than the screen.
export async function everyPage(folder, only = /./) {
  const sizes = { desk: desk.viewport, phone: phone.viewport };
  await mkdir(folder, { recursive: true });
  for (const shown of pagesOf(await knownTo())) {
    if (!only.test(shown.name) || (shown.part && !stage.accounts[shown.part])) continue;
    for (const language of ["zh", "en"]) {
      for (const [size, viewport] of Object.entries(sizes)) {
        const page = await visit(shown, { language, viewport });
        await unfold(page);
        await page.screenshot({ path: path.join(folder, `${shown.name}-${size}-${language}.png`), animations: "disabled", fullPage: size === "phone" });
        for (const what of await overflow(page)) console.log(`${shown.name} ${size} ${language}: too wide: ${what}`);
      }
    }
    console.log(shown.name);
  }
}
