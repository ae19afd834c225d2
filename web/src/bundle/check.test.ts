/// <reference types="node" />
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bytesOf, checkBundle, trustOf, type Outcome, type Trust } from "./check";
import { readTar } from "./tar";
import { Unreadable } from "./unreadable";

// The vectors that docs/formats publishes, as every other reader of the format.
const folder = new URL("../../../docs/formats/vectors/", import.meta.url);
const read = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const json = <T>(name: string) => JSON.parse(new TextDecoder().decode(read(name))) as T;
const trust = json<Trust>("trust.json");
const vectors = json<{ file: string; proof?: string; exit: number; names?: string; about: string }[]>("vectors.json");

const wrong = (outcome: Outcome) => [...outcome.bag, ...outcome.sealed].map((f) => f.file);

describe("checkBundle agrees with the vectors", () => {
  test("all are listed", () => {
    expect(readdirSync(folder).filter((name) => name.endsWith(".tar")).sort()).toEqual(vectors.map((v) => v.file).sort());
  });

  test.each(vectors.filter((v) => v.exit === 0))("$file: $about", async ({ file }) => {
    const outcome = await checkBundle(read(file), trust);
    expect(outcome).toMatchObject({ bag: [], sealed: [], signature: "ok" });
    expect(outcome.key).toMatch(/^[0-9a-f]{16}$/);
  });

  // Timestamps and the log's receipts are left to `offsite verify`, and so is the order of files.
  const elsewhere = ["broken-future.tar", "broken-order.tar", "broken-token-imprint.tar", "broken-token-expired.tar"];
  test.each(vectors.filter((v) => v.exit === 1 && !v.proof && !elsewhere.includes(v.file)))("$file: $about", async ({ file, names }) => {
    let outcome: Outcome;
    try {
      outcome = await checkBundle(read(file), trust);
    } catch (error) {
      expect(error).toBeInstanceOf(Unreadable);
      expect((error as Unreadable).zh).toMatch(/\p{Script=Han}/u);
      return;
    }
    if (outcome.signature !== "bad") expect(wrong(outcome)).toContain(names);
  });

  test("a stranger's seal is told from a broken one", async () => {
    expect((await checkBundle(read("unknown-key.tar"), trust)).signature).toBe("unknown-key");
    expect((await checkBundle(read("good-full.tar"), { keys: [] })).signature).toBe("unknown-key");
  });

  test("a key counts while it is in force", async () => {
    const change = (part: object): Trust => ({ keys: trust.keys.map((k) => ({ ...k, ...part })) });
    for (const part of [{ revoked: "stolen" }, { valid_from: "2999-01-01T00:00:00Z" }, { valid_to: "2000-01-01T00:00:00Z" }])
      expect((await checkBundle(read("good-full.tar"), change(part))).signature).toBe("bad");
  });
});

// Every byte of the tar itself and of its files is covered.
test("a changed byte anywhere is found", async () => {
  const tar = read("good-full.tar");
  for (let at = 5; at < tar.length; at += 97) {
    const changed = new Uint8Array(tar);
    changed[at]! ^= 1;
    const found = await checkBundle(changed, trust).then((o) => o.signature === "bad" || wrong(o).length > 0, () => true);
    expect(found, `byte ${at}`).toBe(true);
  }
});

test.each(["", "{", "null", "[]", "{}", '{"keys":[null]}', '{"keys":[{"id":1}]}'])("%j is no list of keys", (text) => {
  expect(() => trustOf(text)).toThrow(Unreadable);
});

test("a file is read whole, and one of 1 TiB is not begun", async () => {
  expect(await bytesOf(new Blob(["tar"]))).toEqual(new TextEncoder().encode("tar"));
  const hole = { size: 2 ** 40, arrayBuffer: () => { throw new Error("it is read"); } } as unknown as Blob;
  await expect(bytesOf(hole)).rejects.toMatchObject({ zh: expect.stringContaining("offsite verify") as string, en: expect.stringContaining("offsite verify") as string });
});

test("the list of keys that is published is one", () => {
  expect(trustOf(new TextDecoder().decode(read("trust.json")))).toEqual(trust);
});

describe("readTar refuses", () => {
  test.each<[string, RegExp]>([
    ["broken-name.tar", /leaves the bundle/],
    ["broken-case.tar", /occurs twice/],
    ["broken-link.tar", /no plain file/],
    ["broken-device.tar", /no plain file/],
    ["broken-sparse.tar", /no plain file/],
    ["broken-absolute.tar", /leaves the bundle|another bundle/],
    ["broken-duplicate.tar", /occurs twice/],
    ["broken-huge.tar", /no octal number|no text/],
    ["broken-huge-pax.tar", /no plain file/],
    ["broken-cut.tar", /cut off/],
    ["broken-bomb.tar", /cut off/],
    ["broken-truncated.tar", /ends before/],
    ["broken-trailing.tar", /something follows/],
    ["broken-padding.tar", /padding/],
    ["broken-header.tar", /header/],
    ["broken-empty.tar", /ends before/],
    ["broken-text.tar", /plain file|octal/],
  ])("%s", (file, message) => {
    expect(() => readTar(read(file))).toThrow(message);
  });
});
