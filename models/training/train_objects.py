"""Trains the street detector.

    python train_objects.py --data DATA --work DIR [--epochs N] [--threads N]

Two sorts of squares: composites of sprites (sprites/ beside DIR) on real pictures and
plates, with the teacher's boxes for what the pictures held before; and real pictures
as they are, where the student follows the teacher's raw outputs. Resumes from
DIR/objects.pt; logs to logs/objects.csv.
"""
import argparse
import pathlib

import cv2
import numpy as np
import torch
from torch.nn import functional as F

import measure
import pictures
import sprites
from detector import from_teacher
from fit import Fit, rows_of
from splits import plate_files, read, street_files
from stalls import COCO, LABELS, ROWS, Streets


def seen_by(teacher, shots, floor=0.35):
    """The teacher's boxes of our classes on pictures."""
    out = []
    for rows in rows_of(teacher, shots):
        rows = np.concatenate((rows[:, :5], *(rows[:, [5 + i for i in ids]].max(1, keepdims=True) if ids else rows[:, :1] * 0 for ids in COCO)), 1)
        got = [g for g in measure.found(rows, len(LABELS), floor)]
        out.append((np.array([g[2] for g in got], np.float32).reshape(-1, 4), np.array([g[0] for g in got], np.int64)))
    return out


def real_pictures(data, part):
    """Unlabelled real pictures: of the fire split's part, and of vtest's first quarter
    (training) or of what follows (never trained on)."""
    data = pathlib.Path(data)
    shots = [pictures.read_yolo(data / "fire-smoke", s, 480)[0] for s in read(f"burning_{part}")]
    shots = [s for i, s in enumerate(shots) if i % 2 == 0]
    first, last, step = (0, 0.25, 4) if part == "train" else (0.3, 1.0, 24)
    return shots, pictures.read_video(data / "videos" / "vtest.avi", first, last, step, 640)


def plates(build, part):
    """Rendered grounds without labels of ours."""
    files = plate_files(pathlib.Path(build) / "ground", part) + street_files(pathlib.Path(build) / "streets", part) * 8
    return [cv2.resize(cv2.imread(str(f)), (640, 360), interpolation=cv2.INTER_AREA) for f in files]


class Follow:
    """The distillation loss: the student's raw rows against the teacher's."""

    def __init__(self, teacher, shots, seed, batch=6):
        self.teacher, self.shots, self.batch = teacher.eval(), shots, batch
        self.rng = np.random.default_rng(seed)

    def __call__(self, net, side):
        none = np.zeros((0, 4), np.float32), np.zeros(0, np.int64)
        squares = []
        for _ in range(self.batch):
            p, _, _ = pictures.place(self.rng, self.shots[self.rng.integers(len(self.shots))], *none, side)
            squares.append(pictures.weather(self.rng, p))
        device = next(net.parameters()).device
        x = torch.from_numpy(np.stack(squares)).to(device).permute(0, 3, 1, 2).float().contiguous(memory_format=torch.channels_last)
        with torch.no_grad():
            told = self.teacher(x)
            sure = told[..., 4].sigmoid()
            probs = told[..., 5:].sigmoid()
            want = torch.stack([probs[..., list(i)].amax(-1) if i else torch.zeros_like(sure) for i in COCO], -1)
            ours = want.amax(-1) / probs.amax(-1).clamp(min=1e-3)  # share that is of our classes
            sure_ours = sure * ours.clamp(max=1)
        raw = net(x)
        n = self.batch * 8
        obj = F.binary_cross_entropy_with_logits(raw[..., 4], sure_ours, reduction="sum") / n
        cls = (F.binary_cross_entropy_with_logits(raw[..., 5:], want, reduction="none").sum(-1) * sure_ours).sum() / n
        box = ((raw[..., :4] - told[..., :4]).abs().sum(-1) * sure_ours).sum() / n
        return obj + cls + 0.5 * box


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", required=True)
    ap.add_argument("--work", required=True)
    ap.add_argument("--epochs", type=int, default=26)
    ap.add_argument("--composites", type=int, default=400)
    ap.add_argument("--threads", type=int, default=1)
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    build, path = pathlib.Path(args.work).parent, str(pathlib.Path(args.data) / "teachers" / "yolox_nano.onnx")
    teacher = from_teacher(path)
    cutouts = sprites.Sprites(build / "sprites")
    if not len(cutouts):
        raise SystemExit(f"{build / 'sprites'} has no sprites: render them first (scenes)")

    def streets(part, seed):
        stills, street = real_pictures(args.data, part)
        shots = stills + street
        backs = [(s, *seen) for s, seen in zip(shots, seen_by(teacher, shots))]
        empty = np.zeros((0, 4), np.float32), np.zeros(0, np.int64)
        return Streets(backs + [(p, *empty) for p in plates(build, part)], cutouts, part, seed), backs

    train, backs = streets("train", 7)
    held_streets, held_backs = streets("val", 11)
    held = [held_streets.draw() for _ in range(90)] + [b for b in held_backs if len(b[2])][-40:]
    print(f"{len(backs)} real pictures, {len(train.backgrounds) - len(backs)} plates, sprites {({l: len(v) for l, v in train.by_label.items()})}", flush=True)
    rng, pool = np.random.default_rng(3), [train.draw() for _ in range(args.composites)]

    def one():  # drawing takes longer than a step, so most are used again
        i = int(rng.integers(len(pool)))
        if rng.random() < 0.08:
            pool[i] = train.draw()
        return pool[i]

    def draw(side):
        if rng.random() < 0.15:
            p, b, c = pictures.four(rng, one, side)
        else:
            p, b, c = pictures.place(rng, *one(), side, zoom=(0.8, 1.8))
        return pictures.weather(rng, p), b, c

    follow = Follow(teacher, [b[0] for b in backs], 13)
    Fit("objects", from_teacher(path, ROWS), draw, held, args, follow).run(batches=20, batch=12, sides=(320, 416), last=0.3)


if __name__ == "__main__":
    main()
