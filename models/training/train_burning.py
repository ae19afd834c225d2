"""Trains the fire and smoke detector.

    python train_burning.py --data DATA --work DIR [--epochs N] [--threads N]

DATA holds fire-smoke, videos and teachers. Resumes from DIR/burning.pt; logs to
logs/burning.csv; ship.py exports the best weights (EMA, chosen on the validation
videos). Runs on a GPU where there is one.
"""
import argparse
import pathlib
import re

import cv2
import numpy as np

import compose
import pictures
from detector import Detector, from_teacher, shipped
from fit import Fit
from quilts import read_textures, textures_in
from splits import read

LABELS = ("fire", "smoke")
# COCO rows that initialise the class logits: none is near, so a mean of all.
ROWS = [range(80), range(80)]


def runs(stems, gap=3):
    """Positions of the stems that are frames of one video: one name, numbers that follow
    each other closely."""
    named = [(re.match(r"(img)_(\d+)", s) or re.match(r"(.*)-(\d+)$", s)).groups() for s in stems]
    groups, before = [], None
    for name, number, i in sorted((name, int(number), i) for i, (name, number) in enumerate(named)):
        if before is None or name != before[0] or number - before[1] > gap:
            groups.append([])
        groups[-1].append(i)
        before = name, number
    return groups


class Samples:
    """Draws training squares."""

    def __init__(self, data, plates, seed, stems, feedback=None, strong=False):
        self.rng, self.strong = np.random.default_rng(seed), strong
        folder = pathlib.Path(data) / "fire-smoke"
        self.real = [pictures.read_yolo(folder, s, 448) for s in stems]
        if feedback:
            self.real += pictures.read_feedback(feedback, "burning", LABELS, 448)
        self.videos = runs(stems) + [[i] for i in range(len(stems), len(self.real))]
        self.by_kind = [[p for p in self.real if kind(p)] for kind in (
            lambda p: (p[2] == 0).any(), lambda p: (p[2] == 1).any(), lambda p: len(p[2]) == 0)]
        street = pictures.read_video(pathlib.Path(data) / "videos" / "vtest.avi", 0, 0.25, 5, 512)
        self.clean = [p[0] for p in self.by_kind[2]]
        self.street = street + [cv2.imread(str(f)) for f in sorted(pathlib.Path(plates).glob("*.png")) if "_mask" not in f.name]
        self.cuts = [c for p, b, k in self.by_kind[0] for box in b[k == 0] if (c := compose.cut_fire(p, box))]
        self.tiles = [t for kind in read_textures(textures_in(pathlib.Path(plates).parent)).values() for t in kind] if strong else []
        self.smoke = [c for p, b, k in self.by_kind[1] for box in b[k == 1] if (c := compose.cut_smoke(p, box))] if strong else []
        print(f"{len(self.real)} labelled pictures, {len(self.street)} street pictures, {len(self.cuts)} cut fires, {len(self.smoke)} cut smokes, {len(self.tiles)} textures")

    def any(self, pool):
        return pool[self.rng.integers(len(pool))]

    def background(self):
        pool = self.street if self.rng.random() < 0.6 else self.clean
        return pool[self.rng.integers(len(pool))].copy()

    def surface(self, h, w):
        return compose.surface(self.rng, self.any(self.tiles) if self.tiles and self.rng.random() < 0.75 else None, h, w)

    def plain(self):
        """A surface, one above another at times, and things before it cut from other pictures."""
        rng, h, w = self.rng, 360, int(self.rng.choice([360, 480, 640]))
        p = self.surface(h, w)
        if rng.random() < 0.35:
            edge = int(rng.uniform(0.2, 0.9) * h)
            p[edge:] = self.surface(h - edge, w)
        for _ in range(int(rng.integers(0, 5))):
            under = self.any(self.street)
            ch, cw = (int(rng.uniform(0.08, 0.5) * s) for s in under.shape[:2])
            y, x = int(rng.integers(under.shape[0] - ch)), int(rng.integers(under.shape[1] - cw))
            ys, xs = np.mgrid[-1:1:ch * 1j, -1:1:cw * 1j]
            alpha = np.clip((1 - (abs(ys) ** 3 + abs(xs) ** 3)) * 8, 0, 1).astype(np.float32)
            compose.blend(p, int(rng.uniform(-0.1, 0.9) * w), int(rng.uniform(-0.1, 0.9) * h), under[y:y + ch, x:x + cw].astype(np.float32), alpha)
        return p

    def composite(self):
        """A background with fire and smoke drawn or pasted on it."""
        rng, p = self.rng, self.plain() if self.strong and self.rng.random() < 0.2 else self.background()
        if rng.random() < 0.4:
            p = (p * rng.uniform(0.15, 0.8)).astype(np.uint8)  # dusk
        if rng.random() < 0.25:
            compose.add_lamps(rng, p)
        boxes, classes = [], []
        kind = rng.random()
        if kind < 0.6:
            fire = compose.add_cut(rng, p, self.any(self.cuts)) if rng.random() < 0.5 else None
            fire = fire or compose.add_flames(rng, p)
            if fire:
                boxes.append(fire)
                classes.append(0)
        if kind > 0.35:
            source = None
            if boxes and rng.random() < 0.8:
                source = ((boxes[0][0] + boxes[0][2]) / 2, boxes[0][1] + 0.3 * (boxes[0][3] - boxes[0][1]))
            real = self.smoke and rng.random() < 0.5
            column = self.strong and rng.random() < 0.3
            smoke = compose.add_cut(rng, p, self.any(self.smoke), 0.15, 0.9) if real else compose.add_smoke(rng, p, None if column else source, column)
            if smoke:
                boxes.append(smoke)
                classes.append(1)
        boxes = np.array(boxes, np.float32).reshape(-1, 4)
        b, c = pictures.keep_visible(boxes, np.array(classes, np.int64), boxes, p.shape[1], p.shape[0])
        return p, b, c

    def lookalike(self):
        p = self.background()
        if self.rng.random() < 0.5:
            p = (p * self.rng.uniform(0.15, 0.9)).astype(np.uint8)
        (compose.add_lamps if self.rng.random() < 0.6 else compose.add_haze)(self.rng, p)
        return p, np.zeros((0, 4), np.float32), np.zeros(0, np.int64)

    def one(self):
        """One untransformed sample; kinds are balanced, so that the long videos do
        not drown the short ones."""
        r = self.rng.random()
        if self.strong and self.rng.random() < 0.12:
            return self.plain(), np.zeros((0, 4), np.float32), np.zeros(0, np.int64)
        if r < 0.56:
            if self.strong:  # videos alike, however long
                return self.real[self.any(self.any(self.videos))]
            return self.any(self.by_kind[0 if r < 0.22 else 1 if r < 0.46 else 2])
        if r < 0.78:
            return self.composite()
        if r < 0.90:
            return self.lookalike()
        return self.background(), np.zeros((0, 4), np.float32), np.zeros(0, np.int64)

    def draw(self, side):
        if self.rng.random() < (0.5 if self.strong else 0.25):
            p, b, c = pictures.four(self.rng, self.one, side)
        elif self.strong:
            p, b, c = pictures.place(self.rng, *self.one(), side, zoom=(0.3, 1.6), under=self.background() if self.rng.random() < 0.7 else None)
        else:
            p, b, c = pictures.place(self.rng, *self.one(), side)
        return pictures.weather(self.rng, p), b, c


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", required=True)
    ap.add_argument("--work", required=True)
    ap.add_argument("--epochs", type=int, default=40)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--warm", help="shipped ONNX file whose weights this training starts from")
    ap.add_argument("--feedback", help="folder of offsite model feedback --pictures, trained on too")
    ap.add_argument("--strong", action="store_true", help="videos alike, fires down to a third, real smoke pasted on other streets, more mosaics, plain surfaces, plumes without a foot")
    ap.add_argument("--all", action="store_true", help="train on the validation videos too, once epochs and thresholds are chosen")
    args = ap.parse_args()
    stems = read("burning_train") + (read("burning_val") if args.all else [])
    samples = Samples(args.data, pathlib.Path(args.work).parent / "ground", 7, stems, args.feedback, args.strong)
    folder = pathlib.Path(args.data) / "fire-smoke"
    held = [pictures.read_yolo(folder, s) for s in read("burning_val")]
    held += [(p, np.zeros((0, 4), np.float32), np.zeros(0, np.int64))
             for p in pictures.read_video(pathlib.Path(args.data) / "videos" / "vtest.avi", 0.25, 0.4, 20)]
    net = shipped(Detector(len(LABELS)), args.warm) if args.warm else from_teacher(str(pathlib.Path(args.data) / "teachers" / "yolox_nano.onnx"), ROWS)
    rate = 5e-4 if args.warm else 1e-3
    Fit("burning", net, samples.draw, held, args).run(batches=26, batch=16, sides=(320, 416), last=0.4, rate=rate)


if __name__ == "__main__":
    main()
