// Prints how much a browser loads (gzip) before anything lazy: for the console's
// first page and for the party's portal. Reads Vite's manifest of the last build.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(await readFile(new URL(".vite/manifest.json", dist), "utf8"));
const goals = { console: 350, portal: 150 };

function closure(keys) {
  const seen = new Set();
  const visit = (key) => {
    if (seen.has(key)) return;
    seen.add(key);
    (manifest[key].imports ?? []).forEach(visit);
  };
  keys.forEach(visit);
  const files = new Set();
  for (const key of seen) {
    files.add(manifest[key].file);
    for (const css of manifest[key].css ?? []) files.add(css);
  }
  return files;
}

async function gzipKiB(files) {
  let bytes = gzipSync(await readFile(new URL("index.html", dist))).length;
  for (const file of files) bytes += gzipSync(await readFile(new URL(file, dist))).length;
  return bytes / 1024;
}

let failed = false;
for (const name of Object.keys(goals)) {
  const entry = Object.keys(manifest).find((key) => manifest[key].name === name && manifest[key].file.endsWith(".js"));
  const files = closure(["index.html", entry]);
  const kib = await gzipKiB(files);
  const over = kib > goals[name];
  failed ||= over;
  console.log(`${name} first load: ${kib.toFixed(1)} KiB gzip in ${files.size} files (goal ${goals[name]})${over ? " OVER" : ""}`);
}
process.exit(failed ? 1 : 0);
