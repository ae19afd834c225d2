/// <reference types="node" />
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { trustOf } from "./check";
import { checkDocument } from "./document";
import { Unreadable } from "./unreadable";

// As evidence/detached writes them.
const folder = new URL("../../../evidence/detached/testdata/", import.meta.url);
const read = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const text = (name: string) => new TextDecoder().decode(read(name));
const pdf = read("document.pdf");
const seal = text("document.seal.json");
const trust = trustOf(text("trust.json"));
const changed = (part: object) => ({ keys: trust.keys.map((k) => ({ ...k, ...part })) });

test("a sound signature holds", async () => {
  expect(await checkDocument(pdf, seal, trust)).toBe("ok");
  expect(await checkDocument(pdf, `${seal}\n`, trust)).toBe("ok");
});

test("another document and another statement are found", async () => {
  expect(await checkDocument(pdf.slice(1), seal, trust)).toBe("changed");
  expect(await checkDocument(pdf, seal.replace("000001", "000002"), trust)).toBe("bad");
});

test("a key counts while it is in force and known", async () => {
  expect(await checkDocument(pdf, seal, { keys: [] })).toBe("unknown-key");
  expect(await checkDocument(pdf, seal, changed({ revoked: "stolen" }))).toBe("bad");
  expect(await checkDocument(pdf, seal, changed({ revoked: "stolen", revoked_since: "2999-01-01T00:00:00Z" }))).toBe("unknown-key");
  expect(await checkDocument(pdf, seal, changed({ valid_to: "2000-01-01T00:00:00Z" }))).toBe("bad");
});

test.each(["", "null", "[]", "{}", '{"statement":{"format":"offsite-document-seal/2"}}'])("%s is no signature", async (bad) => {
  await expect(checkDocument(pdf, bad, trust)).rejects.toBeInstanceOf(Unreadable);
});
