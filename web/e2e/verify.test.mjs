// Evidence that anyone checks alone, in the browser while the server cannot be reached.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, test } from "node:test";
import { accessibility, browser, open } from "./stage.mjs";

const formats = fileURLToPath(new URL("../../docs/formats/", import.meta.url));
after(() => browser.close());

// drop lets a file fall on an element, as from the desk.
async function drop(page, selector, file) {
  const { x, y, width, height } = await page.locator(selector).boundingBox();
  const line = await page.context().newCDPSession(page);
  const data = { items: [], files: [file], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"])
    await line.send("Input.dispatchDragEvent", { type, x: x + width / 2, y: y + height / 2, data });
  await line.detach();
}

test("a bundle is checked with the server away: what holds, and which file does not", async () => {
  const page = await open("/public/verify");
  await page.waitForSelector("input[accept='.tar']");
  await page.context().setOffline(true);
  assert.equal(await page.evaluate(() => fetch("/").then(() => "reached", () => "away")), "away");
  const sent = [];
  page.on("request", (request) => sent.push(request.url()));
  const check = async (bundle) => {
    await drop(page, "input[accept='.tar']", join(formats, "vectors", bundle));
    await drop(page, "input[accept^='.json']", join(formats, "vectors", "trust.json"));
    await page.click("button[type=submit]:not([disabled])");
  };
  const says = async (bundle, kind, words) => {
    await check(bundle);
    await page.locator(`section .say.${kind}`, { hasText: words }).waitFor({ timeout: 30_000 });
    assert.equal(await page.locator("section .say").count(), 1, bundle);
  };
  await says("good-full.tar", "ok", "全部相符");
  await says("broken-payload.tar", "bad", "data/clip.mp4：内容已变");
  await says("good-minimal.tar", "ok", "全部相符");
  await says("broken-removed.tar", "bad", "缺失");
  await says("broken-added-payload.tar", "bad", "多出");
  await says("broken-signature.tar", "bad", "签名");
  await says("broken-padding.tar", "bad", "填充");
  await says("unknown-key.tar", "unsure", "没有这把密钥");
  assert.deepEqual(await accessibility(page), []);
  assert.deepEqual(sent, [], "nothing is asked for, and nothing is sent");
  await page.context().close();
});
