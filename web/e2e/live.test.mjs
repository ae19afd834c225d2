// A camera live in a real browser: the video plays, its time advances, the view is
// recorded, and the server lets the camera go when nobody looks.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { accessibility, api, as, browser, stage, until } from "./stage.mjs";

after(() => browser.close());

const connected = async (page) => {
  const text = await page.evaluate(async () => (await fetch("/metrics")).text());
  return Number(/^offsite_live_cameras (\d+)$/m.exec(text)?.[1]);
};

// watch opens a camera of that codec live.
async function watch(page, codec) {
  const camera = await until(`a camera sends ${codec}`, async () => (await api(page, "/cameras")).items.find((c) => c.state === "live" && c.stream?.codec === codec));
  await page.goto(new URL(`/cameras/${camera.id}`, page.url()).href);
  await page.locator(".page-extra .ant-btn-primary").click();
  await page.locator(".ant-dropdown-menu-item").first().click();
  return camera;
}

test("a camera is shown live, recorded, and let go", async () => {
  const page = await as("operator", "/cameras");
  const camera = await watch(page, "h264");
  const video = page.locator(".live-picture video");
  await video.waitFor();
  const time = () => video.evaluate((v) => v.currentTime);
  await until("the video plays", async () => (await video.evaluate((v) => v.readyState >= 3 && v.videoWidth > 0)) && (await time()) > 0, 20);
  const before = await time();
  await until("its time advances", async () => (await time()) > before + 2, 20);
  assert.equal(await connected(page), 1);
  assert.deepEqual(await accessibility(page), []);

  const head = await as("head", "/");
  const { items: views } = await api(head, `/views?subject=${camera.id}`);
  assert.equal(views[0].what, "live");
  assert.match(views[0].reason, /检查设备/);

  await page.goto(new URL("/cameras", page.url()).href);
  await until("the camera is let go", async () => (await connected(page)) === 0, 15);
  assert.deepEqual(page.wrongs, []);
});

test("a browser that cannot play a camera's codec says so", async () => {
  const page = await as("operator", "/cameras");
  await watch(page, "h265");
  const plays = await page.evaluate(() => MediaSource.isTypeSupported('video/mp4; codecs="hvc1.1.6.L93.90"'));
  if (plays) await until("the video plays", () => page.locator(".live-picture video").evaluate((v) => v.currentTime > 1), 20);
  else assert.match(await page.locator("[role=alert]").textContent(), /hvc1.*H\.264/);
  await page.goto(new URL("/cameras", page.url()).href);
  await until("the camera is let go", async () => (await connected(page)) === 0, 15);
  assert.deepEqual(page.wrongs, []);
});

test("a camera is found by ONVIF and its stream goes into the register", async () => {
  const page = await as("operator", "/cameras/new");
  await page.locator("form:has(#url) button:has(.anticon-search)").click();
  await page.fill("#at", stage.onvif);
  await page.locator(".ant-modal form button[type=submit]").click();
  await page.locator(".found-cameras li button").first().click();
  await page.locator(".ant-modal form:has(#user) button[type=submit]").click();
  await page.waitForSelector(".ant-modal .live-picture img");
  assert.deepEqual(await accessibility(page), []);
  await page.locator(".ant-modal section li button").first().click();
  await page.waitForSelector(".panel .live-picture img", { timeout: 20_000 });
  assert.match(await page.inputValue("#url"), /^rtsp:\/\/127\.0\.0\.1:/);
  assert.deepEqual(page.wrongs, []);
});
