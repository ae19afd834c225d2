// Checking a bundle without trusting the server: WebCrypto computes every file's
// SHA-256 and compares it with the BagIt manifests and the sealed manifest, and
// checks the Ed25519 signature with the key of trust.json. The timestamp token
// and SM3 are left to `offsite verify` and openssl.
import { readTar, type TarFile } from "./tar";
import { Unreadable } from "./unreadable";

export interface Finding {
  file: string;
  what: "changed" | "missing" | "extra";
}

export type Signed = "ok" | "bad" | "unknown-key" | "unsupported";

export interface Outcome {
  bundle: string;
  files: number;
  bytes: number;
  bag: Finding[];
  sealed: Finding[];
  signature: Signed;
  key: string;
}

interface Manifest {
  bundle: string;
  sealed: string;
  seals: { algorithm: string; key: string; file: string }[];
  files: { path: string; size: number; sha256: string }[];
}

export interface Trust {
  keys: { id: string; algorithm: string; public_key_pem: string; valid_from?: string; valid_to?: string | null; revoked?: string; revoked_since?: string | null }[];
}

const payloadList = "manifest-sha256.txt";
const tagList = "tagmanifest-sha256.txt";

// mostBytes is of a file that a browser is given whole; a bundle has mostly some MiB.
const mostBytes = 2 ** 30;

// bytesOf gives the bytes of a file that somebody chose, unless it is too large to hold.
export async function bytesOf(file: Blob): Promise<Uint8Array> {
  if (file.size > mostBytes)
    throw new Unreadable("文件超过 1 GiB，浏览器无法核对；请用 offsite verify 核对", "the file has more than 1 GiB, too much for a browser; check it with offsite verify");
  return new Uint8Array(await file.arrayBuffer());
}

const hex = (bytes: ArrayBuffer) => [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, "0")).join("");

// copied gives WebCrypto a buffer of its own, since the tar's is shared.
const copied = (bytes: Uint8Array) => new Uint8Array(bytes);

export async function sha256(bytes: Uint8Array): Promise<string> {
  return hex(await crypto.subtle.digest("SHA-256", copied(bytes)));
}

const holds = (thing: unknown, ...names: string[]) =>
  typeof thing === "object" && thing !== null && names.every((name) => typeof (thing as Record<string, unknown>)[name] === "string");
const eachHolds = (list: unknown, ...names: string[]) => Array.isArray(list) && list.every((one) => holds(one, ...names));

// read gives what JSON says where it is as it should be.
function read<T>(text: string, sound: (value: T) => boolean, otherwise: Unreadable): T {
  try {
    const value = JSON.parse(text) as T;
    if (holds(value) && sound(value)) return value;
  } catch {
    // said below
  }
  throw otherwise;
}

const manifestOf = (text: string) => read<Manifest>(
  text, (m) => holds(m, "bundle", "sealed") && eachHolds(m.seals, "algorithm", "key", "file") && eachHolds(m.files, "path", "sha256"),
  new Unreadable("seal/manifest.json 无法读取", "seal/manifest.json: this is no manifest of a bundle"),
);

// trustOf reads a trust.json that somebody chose.
export const trustOf = (text: string) => read<Trust>(
  text, (t) => eachHolds(t.keys, "id", "algorithm", "public_key_pem"),
  new Unreadable("所选文件不是信任清单（trust.json）", "the file chosen is no list of keys (trust.json)"),
);

function listed(manifest: string): Map<string, string> {
  const lines = manifest.split("\n").filter(Boolean);
  return new Map(lines.map((line) => {
    const match = /^([0-9a-f]{64}) {2}(.+)$/.exec(line);
    if (!match) throw new Unreadable(`清单中的“${line}”一行无法读取`, `manifest: cannot read the line "${line}"`);
    return [match[2]!, match[1]!];
  }));
}

function compare(want: Map<string, string>, got: Map<string, string>, covers: (path: string) => boolean): Finding[] {
  const findings: Finding[] = [];
  for (const [file, digest] of want) {
    if (!got.has(file)) findings.push({ file, what: "missing" });
    else if (got.get(file) !== digest) findings.push({ file, what: "changed" });
  }
  for (const file of got.keys()) if (covers(file) && !want.has(file)) findings.push({ file, what: "extra" });
  return findings;
}

async function checkSignature(manifest: Manifest, files: Map<string, TarFile>, trust: Trust): Promise<Signed> {
  const seal = manifest.seals.find((s) => s.algorithm.toLowerCase() === "ed25519");
  const signature = seal && files.get(seal.file);
  if (!signature) return "unknown-key";
  return keySays(trust, seal.key, Date.parse(manifest.sealed), signature.bytes, files.get("seal/manifest.json")!.bytes);
}

/** What an Ed25519 signature made at that time (ms since 1970) is worth. */
export async function keySays(trust: Trust, id: string, at: number, signature: Uint8Array, message: Uint8Array): Promise<Signed> {
  const key = trust.keys.find((k) => k.id === id);
  if (!key) return "unknown-key";
  // Whether a seal is older than a revocation, only its timestamp tells.
  if (key.revoked && key.revoked_since && at < Date.parse(key.revoked_since)) return "unknown-key";
  if (key.revoked || (key.valid_from && at < Date.parse(key.valid_from)) || (key.valid_to && at > Date.parse(key.valid_to))) return "bad";
  const spki = Uint8Array.from(atob(key.public_key_pem.replace(/-----[^-]+-----|\s/g, "")), (c) => c.charCodeAt(0));
  try {
    const imported = await crypto.subtle.importKey("spki", spki, { name: "Ed25519" }, false, ["verify"]);
    const ok = await crypto.subtle.verify({ name: "Ed25519" }, imported, copied(signature), copied(message));
    return ok ? "ok" : "bad";
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError") return "unsupported";
    throw error;
  }
}

// checkBundle throws where the tar or a manifest cannot be read at all; what is
// merely wrong stands in the outcome, file by file.
export async function checkBundle(tar: Uint8Array, trust: Trust): Promise<Outcome> {
  const { id, files } = readTar(tar);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const digests = new Map<string, string>();
  for (const file of files) digests.set(file.path, await sha256(file.bytes));
  const textOf = (path: string) => {
    const file = byPath.get(path);
    if (!file) throw new Unreadable(`证据包缺少 ${path}`, `bundle: ${path} is missing`);
    return new TextDecoder().decode(file.bytes);
  };
  const manifest = manifestOf(textOf("seal/manifest.json"));
  const want = new Map(manifest.files.map((f) => [f.path, f.sha256]));
  // Where seal and file agree, it is the list that was changed.
  const blame = (list: string) => (f: Finding) => (f.what === "changed" && want.get(f.file) === digests.get(f.file) ? { ...f, file: list } : f);
  const bag = [
    ...compare(listed(textOf(payloadList)), digests, (path) => path.startsWith("data/")).map(blame(payloadList)),
    ...compare(listed(textOf(tagList)), digests, (path) => !path.startsWith("data/") && path !== tagList).map(blame(tagList)),
  ];
  // The seal covers all that was there when it was made; what came after, the seal
  // itself and the list of tag files, is known by name.
  const later = new Set(["seal/manifest.json", "seal/manifest.sig", "seal/manifest.sm2sig", tagList]);
  const sealed = compare(want, digests, (path) => !later.has(path) && !/^seal\/manifest(\.[2-8])?\.tsr$/.test(path));
  for (const path of ["seal/manifest.sig", "seal/manifest.tsr"]) if (!byPath.has(path)) sealed.push({ file: path, what: "missing" });
  if (manifest.bundle !== id) sealed.push({ file: "seal/manifest.json", what: "changed" });
  return {
    bundle: id, files: files.length, bytes: tar.length, bag, sealed,
    signature: await checkSignature(manifest, byPath, trust),
    key: manifest.seals[0]?.key ?? "",
  };
}
