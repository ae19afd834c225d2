// Real findings in number: the zone of a shop that is trading before its door is
// drawn many times over, so that the same pictures raise one finding for each.
import { api, as, change, stage, until } from "./stage.mjs";

// raiseFindings waits until so many findings await the first review.
export async function raiseFindings(count) {
  const reviewer = await as("reviewer");
  const waiting = async () => (await api(reviewer, "/findings?state=found&limit=200")).items.length;
  const operator = await as("operator");
  const drawn = await drawAgain(operator, Math.max(0, count + 4 - (await waiting())));
  try {
    await until(`${count} findings`, async () => (await waiting()) >= count, 900);
  } finally {
    for (const id of drawn) await change(operator, "DELETE", `/zones/${id}`);
  }
}

async function drawAgain(page, times) {
  const scene = stage.scenes.find((s) => s.key === "crossdoor");
  const camera = await api(page, `/cameras/${scene.camera_id}`);
  const { name_zh, name_en, detector, object, polygon, door_line, homography, hours, params } = camera.zones.find((z) => z.detector === "crossdoor");
  const drawn = [];
  for (let i = 1; i <= times; i++) {
    const zone = { name_zh: `${name_zh} ${i}`, name_en: `${name_en} ${i}`, detector, object, polygon, door_line, homography, hours, params };
    drawn.push((await change(page, "POST", `/cameras/${camera.id}/zones`, zone)).id);
  }
  return drawn;
}
