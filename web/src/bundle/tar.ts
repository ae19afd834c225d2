// Reading an evidence bundle's tar as docs/formats/bundle.md specifies it: there
// is one way to write each header, the padding and the end, so that every other
// byte is a change. It is an error here, as it is for the server's verifier.
import { Unreadable } from "./unreadable";

export interface TarFile {
  path: string; // below the bundle's folder
  bytes: Uint8Array;
}

const block = 512;
const utf8 = new TextDecoder("utf-8", { fatal: true });

function text(header: Uint8Array, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  try {
    return utf8.decode(end < 0 ? field : field.subarray(0, end));
  } catch {
    throw new Unreadable("tar：文件头中有无法读出的字节", "tar: a header holds bytes that are no text");
  }
}

function octal(header: Uint8Array, from: number, length: number): number {
  const digits = text(header, from, length).trim();
  if (!/^[0-7]+$/.test(digits)) throw new Unreadable(`tar：“${digits}”不是八进制数`, `tar: "${digits}" is no octal number`);
  return parseInt(digits, 8);
}

// headerOf makes the one header that a file of that name, size and time can have.
function headerOf(name: string, size: number, seconds: number): Uint8Array {
  const header = new Uint8Array(block);
  const put = (at: number, field: string) => header.set(new TextEncoder().encode(field), at);
  const digits = (n: number, length: number) => n.toString(8).padStart(length, "0");
  put(0, name);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, digits(size, 11));
  put(136, digits(seconds, 11));
  put(148, "        ");
  put(156, "0");
  put(257, "ustar\0" + "00");
  put(329, "0000000");
  put(337, "0000000");
  const sum = header.reduce((a, b) => a + b, 0);
  put(148, digits(sum, 6) + "\0 ");
  return header;
}

const same = (a: Uint8Array, b: Uint8Array) => a.length === b.length && a.every((byte, i) => byte === b[i]);
const zero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

// readTar gives the bundle's id and files in their order; it throws on links,
// folders, names that leave the bundle or occur twice, truncation, and any byte
// of the tar itself that is not as it should be.
export function readTar(tar: Uint8Array): { id: string; files: TarFile[] } {
  const files: TarFile[] = [];
  const seen = new Set<string>();
  let id = "";
  let seconds = -1;
  let at = 0;
  for (;;) {
    const header = tar.subarray(at, at + block);
    if (header.length < block) throw new Unreadable("tar：在结束标记之前中断", "tar: it ends before its end mark");
    if (zero(header)) break;
    const name = text(header, 0, 100);
    if (header[156] !== 0x30) throw new Unreadable(`tar：${name} 不是普通文件`, `tar: ${name} is no plain file`);
    const size = octal(header, 124, 12);
    const time = octal(header, 136, 12);
    if (!same(header, headerOf(name, size, time))) throw new Unreadable(`tar：${name} 的文件头被改动`, `tar: the header of ${name} was changed`);
    const [folder = "", ...rest] = name.split("/");
    const path = rest.join("/");
    if (!folder || !path || rest.some((part) => !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(part))) throw new Unreadable(`tar：文件名 ${name} 超出证据包`, `tar: the name ${name} leaves the bundle`);
    if (id && (folder !== id || time !== seconds)) throw new Unreadable(`tar：${name} 不在 ${id} 文件夹内，或时间不同`, `tar: ${name} is in another folder than ${id}, or of another time`);
    if (seen.has(path.toLowerCase())) throw new Unreadable(`tar：${path} 出现两次`, `tar: ${path} occurs twice`);
    const bytes = tar.subarray(at + block, at + block + size);
    if (bytes.length < size) throw new Unreadable(`tar：${path} 被截断`, `tar: ${path} is cut off`);
    id = folder;
    seconds = time;
    seen.add(path.toLowerCase());
    files.push({ path, bytes });
    const next = at + block + Math.ceil(size / block) * block;
    if (!zero(tar.subarray(at + block + size, next))) throw new Unreadable(`tar：${path} 之后的填充字节被改动`, `tar: the padding after ${path} was changed`);
    at = next;
  }
  if (tar.length !== at + 2 * block || !zero(tar.subarray(at))) throw new Unreadable("tar：结束标记被改动，或其后还有内容", "tar: its end mark was changed, or something follows it");
  return { id, files };
}
