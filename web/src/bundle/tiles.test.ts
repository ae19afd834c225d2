import { expect, test } from "vitest";
import { base64, checkpointOf, entriesOf, leafHash, rootOf, tilePath } from "./tiles";

const text = new TextEncoder();

// slow is RFC 6962's definition, word by word.
async function slow(leaves: Uint8Array[]): Promise<Uint8Array> {
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const [left, right] = [await slow(leaves.slice(0, split)), await slow(leaves.slice(split))];
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array([1, ...left, ...right])));
}

test.each([1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 700])("the root of %i entries is the one that the standard defines", async (size) => {
  const leaves = await Promise.all(Array.from({ length: size }, (_, i) => leafHash(text.encode(`entry ${i}`))));
  const got = await rootOf(size, async (level, index, entries) => {
    if (level === 0) return leaves.slice(index * 256, index * 256 + entries);
    return Promise.all(Array.from({ length: entries }, (_, i) => slow(leaves.slice((index * 256 + i) * 256, (index * 256 + i + 1) * 256))));
  });
  expect(base64(got)).toBe(base64(await slow(leaves)));
});

test.each([[0, 256, "000"], [5, 3, "005.p/3"], [1234067, 256, "x001/x234/067"]])("tile %i with %i entries lies at %s", (index, entries, path) => {
  expect(tilePath(index, entries)).toBe(path);
});

test("entries are split by their lengths; one that is cut short is refused", () => {
  const bundle = new Uint8Array([0, 1, 65, 0, 2, 66, 67]);
  expect(entriesOf(bundle).map((e) => new TextDecoder().decode(e))).toEqual(["A", "BC"]);
  expect(() => entriesOf(bundle.slice(0, 6))).toThrow(/cut short/);
});

test("a checkpoint is read, anything else refused", () => {
  expect(checkpointOf("offsite.invalid/log\n148\nxC1R=\n\n\u2014 offsite.invalid/log vATD\n")).toEqual({ origin: "offsite.invalid/log", size: 148, root: "xC1R=", signatures: 1 });
  expect(() => checkpointOf("<html>")).toThrow();
});
