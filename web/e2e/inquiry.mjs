// An inquiry by video between two browsers, each with a camera and a microphone that
// Chromium plays itself: from the appointment to the record that the party has confirmed.
import assert from "node:assert/strict";
import { act, partyPage } from "./case.mjs";
import { enterCode } from "./code.mjs";
import { accessibility, api, as, until } from "./stage.mjs";

// moves says that a picture plays: it has a size, and its time goes on.
const moves = (page, side) =>
  until(`the picture of ${side} moves`, () => page.locator(`video[data-side=${side}]`).evaluate(async (video) => {
    const before = video.currentTime;
    await new Promise((resolve) => { setTimeout(resolve, 500); });
    return video.videoWidth > 0 && video.currentTime > before;
  }), 30);

export async function inquire(id, shown = async () => undefined) {
  const party = await partyPage(id);
  await act(party, "appointment", "/portal/appointment", (form) => form.locator("input").fill(new Date(Date.now() + 86_400_000).toISOString().slice(0, 16)));

  const officer = await as("officer", `/cases/${id}/inquiry`);
  await officer.context().grantPermissions(["camera", "microphone"]);
  await party.context().grantPermissions(["camera", "microphone"]);
  await officer.click("button[data-event=open_room]:not([disabled])");
  await officer.waitForSelector("[data-inquiry=open]");
  await officer.click("button[data-action=enter]");
  await moves(officer, "own");

  // The second officer sits beside the first, and says so in a session of their own.
  const beside = await as("officer2", `/cases/${id}/inquiry`);
  await beside.click("button[data-event=attend]:not([disabled])");
  await until("both officers are present", async () => (await api(officer, `/cases/${id}/inquiry`)).officers.every((o) => o.present_at), 30);

  // The telephone's code, then the consent; nothing before.
  const denied = await party.evaluate(async () => (await fetch("/api/v1/portal/inquiry/join", { method: "POST", body: "{\"sdp\":\"v=0\"}" })).status);
  assert.equal(denied, 403, "the room is shut to who has shown no second factor");
  await enterCode(party);
  await party.waitForSelector("form[data-action=agree]");
  assert.deepEqual(await accessibility(party), []);
  await shown(party, "agree");
  await party.check("form[data-action=agree] input[type=checkbox]");
  await party.click("form[data-action=agree] button[type=submit]");
  await party.click("button[data-action=enter]");

  // Each sees the other.
  await moves(party, "other");
  await moves(officer, "other");
  await shown(party, "room");
  await shown(officer, "room");
  assert.deepEqual(await accessibility(officer), []);
  await moves(party, "own");
  await officer.click("button[data-event=close_room]:not([disabled])");
  await officer.waitForSelector("[data-inquiry=sealed]", { timeout: 60_000 });

  // Both sides' recordings are sealed, and play.
  const { bundle } = await api(officer, `/cases/${id}/inquiry`);
  const { files } = await api(officer, `/evidence/${bundle}`);
  for (const side of ["party", "officer"]) {
    const file = files.find((f) => f.path.startsWith(`data/${side}-`));
    assert.ok(file, `the bundle has ${side}'s recording: ${files.map((f) => f.path)}`);
    const played = await officer.evaluate(async (url) => {
      const video = document.createElement("video");
      video.muted = true;
      video.src = url;
      await video.play();
      await new Promise((resolve) => { setTimeout(resolve, 1000); });
      return { width: video.videoWidth, height: video.videoHeight, time: video.currentTime, sound: video.webkitAudioDecodedByteCount };
    }, `/api/v1/evidence/${bundle}/files/${file.path}`);
    assert.ok(played.width > 0 && played.height > 0 && played.time > 0.2 && played.sound > 0, `${side}: ${JSON.stringify(played)}`);
  }

  // The party takes its own side along, byte for byte as it was sealed; the officers' side is not its own.
  await party.waitForSelector("[data-part=recordings] a[download]");
  const { recordings } = await api(party, "/portal/inquiry");
  const taken = await party.evaluate(async ([own, other]) => {
    const { href } = document.querySelector("[data-part=recordings] a[download]");
    const bytes = await (await fetch(href)).arrayBuffer();
    const sum = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((b) => b.toString(16).padStart(2, "0")).join("");
    return { href, sum, size: bytes.byteLength, other: (await fetch(href.replace(own, other))).status };
  }, [recordings[0].file, files.find((f) => f.path.startsWith("data/officer-")).path.slice("data/".length)]);
  assert.ok(taken.href.endsWith(recordings[0].file), taken.href);
  assert.deepEqual([taken.sum, taken.size, taken.other], [recordings[0].sha256, recordings[0].size_bytes, 404]);

  // The record names the recording, and the party confirms it.
  await officer.fill("#inquiry-text", "问：该处经营物品是否为您所有？\n答：是我店里的。\n问：是否知晓占道经营须经批准？\n答：现在知道了，已经搬回。");
  await officer.click("button[data-event=inquire]:not([disabled])");
  await party.waitForSelector("form[data-action=confirm]");
  await party.check("form[data-action=confirm] input[type=checkbox]");
  await party.click("form[data-action=confirm] button[type=submit]");
  await until("the record is confirmed", async () => (await api(officer, `/cases/${id}/inquiry`)).record?.confirmed_at, 30);
  assert.deepEqual([...party.wrongs.filter((w) => !w.includes("403") && !w.includes("/recordings/")), ...officer.wrongs], []);
  await party.context().close();
  return bundle;
}
