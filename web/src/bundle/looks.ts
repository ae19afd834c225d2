// What the models saw, look by look: data/detections.ndjson of a bundle.
export interface Seen {
  label: string;
  score: number;
  box: { x1: number; y1: number; x2: number; y2: number };
}

export interface Look {
  at: number; // milliseconds of the epoch
  seen: Seen[];
}

interface Line {
  at: string;
  tracks?: Seen[] | null;
}

export function looksOf(ndjson: string): Look[] {
  return ndjson.split("\n").filter(Boolean).map((line) => {
    const { at, tracks } = JSON.parse(line) as Line;
    return { at: Date.parse(at), seen: (tracks ?? []).map(({ label, score, box }) => ({ label, score, box })) };
  });
}

// lookAt gives the index of the latest look at a moment, -1 before the first.
export function lookAt(looks: Look[], at: number): number {
  let [low, high] = [0, looks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (looks[middle]!.at <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
