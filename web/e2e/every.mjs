// A picture of every page as it is, in both languages, on a desk and on a phone.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { pagesOf, knownTo } from "./pages.mjs";
import { desk, phone, stage, visit } from "./stage.mjs";

const sizes = { desk: desk.viewport, phone: phone.viewport };

// overflow names what sticks out at the right, unless it scrolls inside something.
const overflow = (page) => page.evaluate(() => {
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  const scrolls = (e) => { for (let p = e; p; p = p.parentElement) if (/auto|scroll|hidden/.test(getComputedStyle(p).overflowX)) return true; return false; };
  return [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e.parentElement)).slice(0, 3)
    .map((e) => `${e.tagName.toLowerCase()}.${e.className} to ${Math.round(e.getBoundingClientRect().right)}`);
});

// everyPage writes the pictures of the pages whose names match into a folder, and says what
// is wider than the screen.
export async function everyPage(folder, only = /./) {
  await mkdir(folder, { recursive: true });
  for (const shown of pagesOf(await knownTo())) {
    if (!only.test(shown.name) || (shown.part && !stage.accounts[shown.part])) continue;
    for (const language of ["zh", "en"]) {
      for (const [size, viewport] of Object.entries(sizes)) {
        const page = await visit(shown, { language, viewport });
        await page.screenshot({ path: path.join(folder, `${shown.name}-${size}-${language}.png`), animations: "disabled", fullPage: size === "phone" });
        for (const what of await overflow(page)) console.log(`${shown.name} ${size} ${language}: too wide: ${what}`);
      }
    }
    console.log(shown.name);
  }
}
