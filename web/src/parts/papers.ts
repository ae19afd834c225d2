// What a party sends along: a photograph is drawn smaller first, since a phone's are larger
// than the server takes; a PDF goes as it is.
import { Unreadable } from "../bundle/unreadable";
import { shrunk } from "./photograph";

export const papersTaken = "application/pdf,image/*"; // by a field for files
const most = 3; // files at a time
const largest = 2 << 20; // bytes of one

// packed gives files as the API takes them, in base64. What cannot be sent is Unreadable, by name.
export function packed(files: File[]): Promise<string[]> {
  if (files.length > most) throw new Unreadable(`一次最多 ${most} 份材料`, `${most} papers at a time, no more`);
  return Promise.all(files.map(async (file) => base64(file.type === "application/pdf" ? within(file) : await drawn(file))));
}

function within(file: File): Blob {
  if (file.size > largest) throw new Unreadable(`“${file.name}”超过 2 MB`, `"${file.name}" is larger than 2 MB`);
  return file;
}

async function drawn(file: File): Promise<Blob> {
  try {
    return (await shrunk(file)).picture;
  } catch {
    throw new Unreadable(`“${file.name}”不是能识别的照片`, `"${file.name}" is no photograph that can be read`);
  }
}

async function base64(file: Blob): Promise<string> {
  let text = "";
  for (const byte of new Uint8Array(await file.arrayBuffer())) text += String.fromCharCode(byte);
  return btoa(text);
}
