// A part of the build: what a browser fetches for the first page of the console and of the
// party, before anything that waits, as `make bench-web` counts it on the line. The build
// fails where that is over the goal, and says what has grown since first-load.json was kept
// (`npm run first-load` keeps it).
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const kept = new URL("first-load.json", import.meta.url);
const told = 512; // bytes of a part, before minifying, that are worth a word

// What is sent besides the bodies of these files, in bytes, as measured on the line:
// the head of an answer, and the answers of the API with what else the page fetches.
const head = 655;
const besides = 2200;

// The pages that api/pages/preload.go has fetched at once for who comes for the first time.
const programs = {
  console: { goal: 350, of: ["/index.html", "/src/app/console.tsx", "/src/app/door.tsx"] },
  portal: { goal: 150, of: ["/index.html", "/src/portal/portal.tsx", "/src/portal/party.tsx"] },
};

const kib = (bytes) => Number((bytes / 1024).toFixed(1));

// partOf names where a module comes from: a package, a component of a big one, a folder of ours.
export function partOf(id) {
  const path = id.replaceAll("\0", "").split("?")[0];
  const [, packaged] = path.match(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+(?:\/es\/[^/]+)?)/) ?? [];
  if (packaged) return packaged.replace(/\.js$/, "").replace("/es/", "/");
  return path.match(/\/(src\/[^/]+(?:\/[^/]+)?)/)?.[1].replace(/\.tsx?$/, "") ?? "the bundler's own";
}

// loadOf follows the static imports of the chunks that hold these modules.
export function loadOf(bundle, of) {
  const outputs = Object.values(bundle);
  const files = new Map([["index.html", outputs.find((o) => o.fileName === "index.html").source]]);
  const parts = {};
  const visit = (chunk) => {
    if (files.has(chunk.fileName)) return;
    files.set(chunk.fileName, chunk.code);
    for (const [id, { renderedLength }] of Object.entries(chunk.modules)) parts[partOf(id)] = (parts[partOf(id)] ?? 0) + renderedLength;
    for (const css of chunk.viteMetadata?.importedCss ?? []) files.set(css, bundle[css].source);
    chunk.imports.forEach((file) => bundle[file] && visit(bundle[file]));
  };
  for (const end of of) {
    const chunk = outputs.find((o) => o.type === "chunk" && o.facadeModuleId?.endsWith(end));
    if (!chunk) throw new Error(`first load: no chunk of ${end}`);
    visit(chunk);
  }
  const bytes = [...files.values()].reduce((sum, text) => sum + gzipSync(text).length + head, besides);
  return { kib: kib(bytes), files: files.size, parts };
}

// growth lists the parts that are bigger than they were, the most grown first.
export function growth(parts, before = {}) {
  return Object.entries(parts).map(([part, bytes]) => [part, bytes - (before[part] ?? 0)]).filter(([, by]) => by >= told)
    .sort((a, b) => b[1] - a[1]).map(([part, by]) => `  ${part} +${kib(by)} KiB${part in before ? "" : ", new"}`);
}

/** @returns {import("vite").Plugin} */
export function firstLoad() {
  return {
    name: "first-load",
    apply: "build",
    writeBundle(_, bundle) {
      const now = {};
      for (const [name, { of }] of Object.entries(programs)) now[name] = loadOf(bundle, of);
      if (process.env.KEEP_FIRST_LOAD) {
        writeFileSync(kept, `${JSON.stringify(now, (key, value) => (key === "parts" ? Object.fromEntries(Object.entries(value).filter(([, bytes]) => bytes >= told).sort()) : value), 2)}\n`);
      }
      const before = JSON.parse(readFileSync(kept, "utf8"));
      for (const [name, { goal }] of Object.entries(programs)) {
        const load = now[name];
        console.log(`${name}: first load ${load.kib} KiB gzip in ${load.files} files, kept ${before[name].kib}, goal ${goal}`);
        if (load.kib > goal) this.error([`${name}: the first load is over ${goal} KiB. Grown since it was kept, before minifying:`, ...growth(load.parts, before[name].parts)].join("\n"));
      }
    },
  };
}
