// A photograph that somebody chose is drawn smaller before it is sent; a phone's notes of
// where and when it was taken do not leave the machine. shown is a data: address.
const longest = 1600; // pixels of its longer side
const quality = 0.85;

export async function shrunk(file: File): Promise<{ picture: Blob; shown: string }> {
  const seen = await createImageBitmap(file); // upright, as its notes say
  const scale = Math.min(1, longest / Math.max(seen.width, seen.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(seen.width * scale));
  canvas.height = Math.max(1, Math.round(seen.height * scale));
  canvas.getContext("2d")!.drawImage(seen, 0, 0, canvas.width, canvas.height);
  seen.close();
  const picture = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", quality));
  if (!picture) throw new Error("the picture cannot be drawn");
  return { picture, shown: canvas.toDataURL("image/jpeg", quality) };
}
