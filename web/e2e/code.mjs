// The party's telephone: the codes that the gateway delivered to it, and entering them.
import { createHash, createHmac } from "node:crypto";
import assert from "node:assert/strict";
import { api, as, stage, until } from "./stage.mjs";

// lastCode reads the newest code that the gateway delivered to a telephone.
async function lastCode(phone) {
  const path = `/messages?to=${phone}`;
  const at = String(Math.floor(Date.now() / 1000));
  const empty = createHash("sha256").update("").digest("hex");
  const signature = createHmac("sha256", stage.message_key).update(["GET", path, at, empty].join("\n")).digest("hex");
  const answer = await fetch(new URL(path, stage.message_url), { headers: { "Offsite-Timestamp": at, "Offsite-Signature": `v1=${signature}` } });
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()).map((m) => /验证码 (\d{6})/.exec(m.text)?.[1]).findLast(Boolean);
}

// enterCode has a code sent where a party's page asks for one, and enters it. One is sent
// once a minute.
export async function enterCode(page) {
  const officer = await as("officer");
  const numbers = new Set((await api(officer, "/parties")).items.map((p) => p.phone).filter(Boolean));
  numbers.add("13800000001"); // that consents name
  const codes = async () => (await Promise.all([...numbers].map(lastCode))).filter(Boolean);
  const before = await codes();
  const form = page.locator("[data-action=code]").last(); // the one above the page, if there are two
  await form.waitFor();
  await until("a code may be sent", async () => {
    const sent = page.waitForResponse((r) => r.url().endsWith("/portal/code"));
    await form.locator("button.plain").click();
    if ((await sent).status() === 200) return true;
    await page.waitForTimeout(5000);
  }, 75);
  const code = await until("the code on the party's telephone", async () => (await codes()).find((c) => !before.includes(c)), 30);
  await form.locator("input").fill(code);
  await form.locator("button[type=submit]").click();
  await form.waitFor({ state: "detached" });
  page.wrongs = page.wrongs.filter((wrong) => !/status of 4\d\d.*\/portal\//.test(wrong)); // the question for the code itself
}
