// Reading an evidence bundle's tar: ustar headers, plain files alone. Anything
// else is an error, as it is for the server's verifier.

export interface TarFile {
  path: string; // below the bundle's folder
  bytes: Uint8Array;
}

const block = 512;
const utf8 = new TextDecoder("utf-8", { fatal: true });

function text(header: Uint8Array, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return utf8.decode(end < 0 ? field : field.subarray(0, end));
}

function octal(header: Uint8Array, from: number, length: number): number {
  const digits = text(header, from, length).trim();
  if (!/^[0-7]+$/.test(digits)) throw new Error(`tar: "${digits}" is no octal number`);
  return parseInt(digits, 8);
}

function checksumHolds(header: Uint8Array): boolean {
  let sum = 0;
  header.forEach((byte, i) => (sum += i >= 148 && i < 156 ? 32 : byte));
  return sum === octal(header, 148, 8);
}

// readTar gives the bundle's id and files in their order; it throws on links,
// folders, names that leave the bundle or occur twice, and truncation.
export function readTar(tar: Uint8Array): { id: string; files: TarFile[] } {
  const files: TarFile[] = [];
  const seen = new Set<string>();
  let id = "";
  let at = 0;
  for (;;) {
    const header = tar.subarray(at, at + block);
    if (header.length < block) throw new Error("tar: it ends before its end mark");
    if (header.every((byte) => byte === 0)) break;
    if (!checksumHolds(header)) throw new Error(`tar: the header at byte ${at} has a wrong checksum`);
    const name = text(header, 0, 100);
    if (header[156] !== 0x30) throw new Error(`tar: ${name} is no plain file`);
    const [folder = "", ...rest] = name.split("/");
    const path = rest.join("/");
    if (!folder || !path || rest.some((part) => part === "" || part === "." || part === "..")) throw new Error(`tar: the name ${name} leaves the bundle`);
    if (id && folder !== id) throw new Error(`tar: ${name} is in another folder than ${id}`);
    if (seen.has(path)) throw new Error(`tar: ${path} occurs twice`);
    const size = octal(header, 124, 12);
    const bytes = tar.subarray(at + block, at + block + size);
    if (bytes.length < size) throw new Error(`tar: ${path} is cut off`);
    id = folder;
    seen.add(path);
    files.push({ path, bytes });
    at += block + Math.ceil(size / block) * block;
  }
  return { id, files };
}
