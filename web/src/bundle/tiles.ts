// Reading a transparency log as C2SP's tlog-tiles publishes it, and computing its
// root again from what was read (RFC 6962), trusting nothing that the server says
// of itself.
const width = 256;

interface Checkpoint {
  origin: string;
  size: number;
  root: string; // base64
  signatures: number;
}

export function checkpointOf(note: string): Checkpoint {
  const [text = "", signatures = ""] = note.split("\n\n");
  const [origin = "", size = "", root = ""] = text.split("\n");
  if (!origin || !/^\d+$/.test(size) || !root) throw new Error("the log's checkpoint cannot be read");
  return { origin, size: Number(size), root, signatures: signatures.split("\n").filter((line) => line.startsWith("\u2014 ")).length };
}

// tilePath writes a tile's number as x001/234, with the entries of a partial one.
export function tilePath(index: number, entries: number): string {
  const groups = [String(index % 1000).padStart(3, "0")];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  return groups.join("/") + (entries < width ? `.p/${entries}` : "");
}

// entriesOf splits a bundle of entries, each after its length in two bytes.
export function entriesOf(bytes: Uint8Array): Uint8Array<ArrayBuffer>[] {
  const list: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = (bytes[at]! << 8) | bytes[at + 1]!;
    if (at + 2 + length > bytes.length) throw new Error("an entry of the log is cut short");
    list.push(new Uint8Array(bytes.subarray(at + 2, at + 2 + length)));
    at += 2 + length;
  }
  return list;
}

async function hash(prefix: number, ...parts: Uint8Array[]): Promise<Uint8Array> {
  const whole = new Uint8Array(1 + parts.reduce((n, p) => n + p.length, 0));
  whole[0] = prefix;
  let at = 1;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

export const leafHash = (entry: Uint8Array) => hash(0, entry);

async function perfect(hashes: Uint8Array[]): Promise<Uint8Array> {
  let row = hashes;
  while (row.length > 1) {
    const next: Uint8Array[] = [];
    for (let i = 0; i < row.length; i += 2) next.push(await hash(1, row[i]!, row[i + 1]!));
    row = next;
  }
  return row[0]!;
}

// rootOf computes the root of a log of so many entries from the hashes at its right
// edge; read gives the hashes of a tile: its level, its number, how many it holds.
export async function rootOf(size: number, read: (level: number, index: number, entries: number) => Promise<Uint8Array[]>): Promise<Uint8Array> {
  if (size === 0) return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array()));
  const subtrees: Uint8Array[] = []; // from the right
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / width)) {
    const entries = count % width;
    if (entries === 0) continue;
    const hashes = await read(level, Math.floor(count / width), entries);
    const here: Uint8Array[] = [];
    for (let from = 0; from < entries; ) {
      const most = 2 ** Math.floor(Math.log2(entries - from));
      here.push(await perfect(hashes.slice(from, from + most)));
      from += most;
    }
    subtrees.push(...here.reverse());
  }
  let root = subtrees[0]!;
  for (const left of subtrees.slice(1)) root = await hash(1, left, root);
  return root;
}

export const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
