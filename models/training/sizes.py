"""What burning says when pictures are scaled otherwise, mirrored, or looked at twice.

    python sizes.py --data DATA [--test]

prints AP50 of fire and smoke on the validation pictures: as they are, without each of
their videos in turn (least–greatest), and cut to 16:9 as cameras see. --test measures
the test pictures in place of them: to report what was chosen, never to choose. A
smaller picture lies in the corner of the same input, as a manifest's second look does.
"""
import argparse
import pathlib
import re

import numpy as np

import measure
import pictures
from evaluate import AGAIN, SHIPPED, rows_at, session
from splits import TEST_PREFIX, TEST_RANGES, VAL_PREFIX, VAL_RANGES, read

STRIDES = (8, 16, 32)  # of the network
SIDES = (192, 208, 224, 256, 288, 320, 352, 384, 416)
WHOLE, SMOKE = 416, 6  # the input's side; the column of smoke's score


def video_of(stem):
    """The video that a held-out picture is of."""
    number = re.match(r"img_(\d+)", stem)
    if not number:
        return next(p for p in TEST_PREFIX + VAL_PREFIX if stem.startswith(p))
    return next(r for r in TEST_RANGES + VAL_RANGES if r[0] <= int(number.group(1)) <= r[1])


def wide(picture, boxes, classes):
    """The band of 16:9 about the middle of what is in a picture."""
    h, w = picture.shape[:2]
    high = w * 9 // 16
    middle = (boxes[:, 1].min() + boxes[:, 3].max()) / 2 if len(boxes) else h / 2
    top = int(np.clip(middle - high / 2, 0, h - high))
    moved = boxes - np.array([0, top, 0, top], np.float32)
    return picture[top:top + high], *pictures.keep_visible(moved, classes, moved, w, high)


def turned(net, shot):
    """Rows of the mirrored picture, turned back, each at its place among those of the
    picture itself, which is square."""
    rows = rows_at(net, shot[:, ::-1], WHOLE)
    rows[:, [0, 2]] = shot.shape[1] - rows[:, [2, 0]]
    levels = np.split(rows, np.cumsum([(WHOLE // s) ** 2 for s in STRIDES])[:-1])
    return np.concatenate([l.reshape(WHOLE // s, WHOLE // s, -1)[:, ::-1].reshape(l.shape) for l, s in zip(levels, STRIDES)])


def weighted(rows, iou=0.55):
    """found(), each box the mean of what overlaps it, by score."""
    out = []
    for c, score, box in measure.found(rows, 2):
        near = rows[(rows[:, 5 + c] > 0.02) & (measure.overlap(box, rows[:, :4]) > iou)]
        out.append((c, score, np.average(near[:, :4], 0, near[:, 5 + c]) if len(near) else box))
    return out


def swapped(rows, column=SMOKE):
    """Rows of which one label is left out."""
    rows = rows.copy()
    rows[:, column] = 0
    return rows


class Held:
    """Pictures of a split, and what the model says of them at each size."""

    def __init__(self, net, shots, stems):
        self.shots, self.truths, self.videos = [s[0] for s in shots], [s[1:] for s in shots], [video_of(s) for s in stems]
        self.at = {side: [rows_at(net, s, side) for s in self.shots] for side in SIDES}

    def figures(self, results):
        """AP50 of fire and smoke, and the least and greatest of each without one video."""
        ap = [measure.average_precision(results, self.truths, c) for c in range(2)]
        left = []
        for video in set(self.videos):
            keep = [i for i, v in enumerate(self.videos) if v != video]
            left.append([measure.average_precision([results[i] for i in keep], [self.truths[i] for i in keep], c) for c in range(2)])
        return ap, np.nanmin(left, 0), np.nanmax(left, 0)


def ways(held):
    """Ways of looking by name, and found() of all pictures."""
    plain = lambda rows: measure.found(rows, 2)
    whole = held.at[WHOLE]
    for side in SIDES:
        yield f"{side}", [plain(r) for r in held.at[side]]
    for side in SIDES[:-1]:
        pairs = list(zip(whole, held.at[side]))
        yield f"fire at {WHOLE}, smoke at {side}", [plain(np.vstack((swapped(a), swapped(b, 5)))) for a, b in pairs]
        yield f"fire at {WHOLE}, smoke at {WHOLE} and {side}", [plain(np.vstack((a, swapped(b, 5)))) for a, b in pairs]
        yield f"both at {WHOLE} and {side}", [plain(np.vstack(p)) for p in pairs]
        yield f"both at {WHOLE} and {side}, weighted", [weighted(np.vstack(p)) for p in pairs]
    side = AGAIN["burning"]["side"]
    for least in (0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.15):
        again = [a[:, SMOKE].max() >= least for a in whole]
        yield (f"smoke at {side} where {WHOLE} has {least}",
               [plain(np.vstack((swapped(a), swapped(b, 5))) if more else a) for a, b, more in zip(whole, held.at[side], again)])


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", type=pathlib.Path, required=True)
    ap.add_argument("--test", action="store_true")
    args = ap.parse_args()
    net = session(SHIPPED / "burning.onnx")
    stems = read("burning_test" if args.test else "burning_val")
    shots = [pictures.read_yolo(args.data / "fire-smoke", s) for s in stems]
    held, bands = Held(net, shots, stems), Held(net, [wide(*s) for s in shots], stems)
    count = [sum(int((t[1] == c).sum()) for t in held.truths) for c in range(2)]
    print(f"{len(stems)} pictures of {len(set(held.videos))} videos, {count[0]} boxes of fire, {count[1]} of smoke")
    mirrored = [turned(net, s) for s in held.shots]
    more = {"mirrored too, the mean": [measure.found((a + b) / 2, 2) for a, b in zip(held.at[WHOLE], mirrored)],
            "mirrored too, the best": [measure.found(np.vstack(p), 2) for p in zip(held.at[WHOLE], mirrored)]}
    cut = dict(ways(bands))
    for name, found in [*ways(held), *more.items()]:
        (fire, smoke), least, most = held.figures(found)
        band = bands.figures(cut[name])[0] if name in cut else (float("nan"),) * 2
        print(f"{name:46} fire {fire:.3f} ({least[0]:.3f}–{most[0]:.3f}) smoke {smoke:.3f} ({least[1]:.3f}–{most[1]:.3f})"
              f"  16:9: fire {band[0]:.3f} smoke {band[1]:.3f}", flush=True)


if __name__ == "__main__":
    main()
