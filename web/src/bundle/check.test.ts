import { beforeAll, describe, expect, test } from "vitest";
import { checkBundle, sha256, type Trust } from "./check";
import { readTar } from "./tar";

const utf8 = new TextEncoder();
const id = "0198c000-0000-7000-8000-000000000001";

function header(name: string, size: number, type = "0"): Uint8Array {
  const block = new Uint8Array(512);
  const put = (at: number, text: string) => block.set(utf8.encode(text), at);
  put(0, name);
  put(100, "0000644\0");
  put(124, size.toString(8).padStart(11, "0") + "\0");
  put(136, "00000000000\0");
  put(148, "        ");
  put(156, type);
  put(257, "ustar\x0000");
  const sum = block.reduce((a, b) => a + b, 0);
  put(148, sum.toString(8).padStart(6, "0") + "\0 ");
  return block;
}

function tarOf(files: [string, Uint8Array][]): Uint8Array {
  const parts = files.flatMap(([path, bytes]) => [header(path.startsWith("/") ? path.slice(1) : `${id}/${path}`, bytes.length), bytes, new Uint8Array((512 - (bytes.length % 512)) % 512)]);
  const whole = new Uint8Array(parts.reduce((n, p) => n + p.length, 0) + 1024);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const data: [string, Uint8Array][] = [["bagit.txt", utf8.encode("BagIt-Version: 1.0\n")], ["data/incident.json", utf8.encode('{"id":"x"}')], ["data/clip.mp4", new Uint8Array(1500).fill(7)]];
let sealed: [string, Uint8Array][];
let trust: Trust;

beforeAll(async () => {
  const lines = async (files: [string, Uint8Array][]) => (await Promise.all(files.map(async ([path, bytes]) => `${await sha256(bytes)}  ${path}\n`))).join("");
  const manifest = utf8.encode(await lines(data.slice(1)));
  const tags = utf8.encode(await lines([data[0]!, ["manifest-sha256.txt", manifest]]));
  const bag: [string, Uint8Array][] = [...data, ["manifest-sha256.txt", manifest], ["tagmanifest-sha256.txt", tags]];
  const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]));
  const files = await Promise.all(bag.map(async ([path, bytes]) => ({ path, size: bytes.length, sha256: await sha256(bytes) })));
  const seal = utf8.encode(JSON.stringify({ bundle: id, files, seals: [{ algorithm: "ed25519", key: "k1", file: "seal/manifest.sig" }] }));
  const signature = new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, pair.privateKey, seal));
  sealed = [...bag, ["seal/manifest.json", seal], ["seal/manifest.sig", signature]];
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  trust = { keys: [{ id: "k1", algorithm: "ed25519", public_key_pem: `-----BEGIN PUBLIC KEY-----\n${btoa(String.fromCharCode(...spki))}\n-----END PUBLIC KEY-----\n` }] };
});

const changed = (path: string, change: (bytes: Uint8Array) => Uint8Array): [string, Uint8Array][] => sealed.map(([p, bytes]) => [p, p === path ? change(new Uint8Array(bytes)) : bytes]);
const flip = (bytes: Uint8Array) => {
  bytes[3]! ^= 1;
  return bytes;
};

describe("checkBundle", () => {
  test("an untouched bundle holds", async () => {
    const outcome = await checkBundle(tarOf(sealed), trust);
    expect(outcome).toMatchObject({ bundle: id, files: 7, bag: [], sealed: [], signature: "ok", key: "k1" });
  });

  test("a changed byte is found and its file named, by bag and seal", async () => {
    const outcome = await checkBundle(tarOf(changed("data/clip.mp4", flip)), trust);
    expect(outcome.bag).toEqual([{ file: "data/clip.mp4", what: "changed" }]);
    expect(outcome.sealed).toEqual([{ file: "data/clip.mp4", what: "changed" }]);
    expect(outcome.signature).toBe("ok");
  });

  test("a changed tag file is found", async () => {
    expect((await checkBundle(tarOf(changed("bagit.txt", flip)), trust)).bag).toEqual([{ file: "bagit.txt", what: "changed" }]);
  });

  test("files taken away or added are found", async () => {
    const less = await checkBundle(tarOf(sealed.filter(([path]) => path !== "data/incident.json")), trust);
    expect(less.sealed).toEqual([{ file: "data/incident.json", what: "missing" }]);
    const more = await checkBundle(tarOf([...sealed, ["data/more.txt", utf8.encode("x")]]), trust);
    expect(more.sealed).toEqual([{ file: "data/more.txt", what: "extra" }]);
    expect(more.bag).toEqual([{ file: "data/more.txt", what: "extra" }]);
  });

  test("a changed manifest or signature does not verify, nor does a key not trusted", async () => {
    expect((await checkBundle(tarOf(changed("seal/manifest.sig", flip)), trust)).signature).toBe("bad");
    const spaced = (bytes: Uint8Array) => utf8.encode(" " + new TextDecoder().decode(bytes));
    expect((await checkBundle(tarOf(changed("seal/manifest.json", spaced)), trust)).signature).toBe("bad");
    expect((await checkBundle(tarOf(sealed), { keys: [] })).signature).toBe("unknown-key");
  });
});

describe("readTar refuses", () => {
  const one = utf8.encode("x");
  test.each<[string, () => Uint8Array, RegExp]>([
    ["a name that leaves the bundle", () => tarOf([["../evil", one]]), /leaves the bundle/],
    ["an absolute name", () => tarOf([["//etc/passwd", one]]), /leaves the bundle/],
    ["a name twice", () => tarOf([["a", one], ["a", one]]), /twice/],
    ["two folders", () => tarOf([["a", one], ["/other/b", one]]), /another folder/],
    ["a link", () => { const tar = tarOf([["a", one]]); tar.set(header(`${id}/a`, 0, "2")); return tar; }, /no plain file/],
    ["a cut-off file", () => tarOf([["a", new Uint8Array(3000)]]).subarray(0, 2048), /cut off/],
    ["no end mark", () => tarOf([["a", one]]).subarray(0, 1024), /end mark/],
    ["a wrong checksum", () => flip(tarOf([["a", one]])), /checksum/],
  ])("%s", (_, tar, message) => {
    expect(() => readTar(tar())).toThrow(message);
  });
});
