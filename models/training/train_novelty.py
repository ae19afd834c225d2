"""Trains the class-free change detector: what stands here now and is not in the
baseline.

    python train_novelty.py --data DATA --work DIR [--steps N] [--threads N]

Pairs are composites: one background twice, under two lights, exposures, shadows and
noises; things and sprites pasted on the current one are new. Resumes from
DIR/novelty.pt; logs to logs/novelty.csv.
"""
import argparse
import csv
import math
import pathlib

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import compose
import pictures
import sprites
from detector import Backbone, Conv, from_teacher, separable
from fit import LOGS
from splits import plate_files, read, street_files

SIDE, CELLS = 256, 64


class Change(nn.Module):
    """Input [N, 6, 256, 256] RGB 0..1, baseline first; output logits [N, 1, 64, 64].
    Both pictures pass the first four stages of the teacher's backbone."""

    def __init__(self, teacher=None):
        super().__init__()
        b = from_teacher(teacher, [[0]]).backbone if teacher else Backbone()
        self.stem, self.stage2, self.stage3, self.stage4 = b.stem, b.stage2, b.stage3, b.stage4
        if teacher:  # the teacher takes BGR 0..255
            with torch.no_grad():
                w = self.stem.conv.weight
                w.copy_(w[:, [2, 1, 0]] * 255.0)
        self.joins = nn.ModuleList(Conv(3 * c, 32, 1) for c in (32, 64, 128))
        self.mixes = nn.ModuleList(separable(32, 32) for _ in range(3))
        self.deep = separable(32, 32)
        self.out = nn.Conv2d(32, 1, 1)
        nn.init.constant_(self.out.bias, -3.0)

    def features(self, x):
        c2 = self.stage2(self.stem(x))
        c3 = self.stage3(c2)
        return c2, c3, self.stage4(c3)

    def forward(self, images):
        before, now = self.features(images[:, :3]), self.features(images[:, 3:])
        levels = [join(torch.cat(((b - n).abs(), b, n), 1)) for join, b, n in zip(self.joins, before, now)]
        x = self.mixes[2](self.deep(levels[2]))
        x = self.mixes[1](levels[1] + F.interpolate(x, scale_factor=2.0))
        x = self.mixes[0](levels[0] + F.interpolate(x, scale_factor=2.0))
        return self.out(x)


def light(rng, picture):
    """Another hour: exposure, contrast, cast, soft shadows, wet ground, haze."""
    x = picture.astype(np.float32) / 255
    x = x ** np.exp(rng.normal(0, 0.22)) * np.exp(rng.normal(-0.05, 0.28)) + rng.normal(0, 0.03)
    x = x * np.exp(rng.normal(0, 0.09, 3))
    h, w = x.shape[:2]
    for _ in range(int(rng.integers(0, 4))):
        mask = np.zeros((h, w), np.float32)
        if rng.random() < 0.5:
            points = rng.uniform(-0.3, 1.3, (int(rng.integers(3, 6)), 2)) * [w, h]
            cv2.fillPoly(mask, [points.astype(np.int32)], 1.0)
        else:
            mask = (compose.clouds(rng, h, w, 3) > rng.uniform(0, 1.2)).astype(np.float32)
        mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.6, 8))
        x = x * (1 + mask[..., None] * (rng.uniform(0.45, 0.9) - 1 if rng.random() < 0.75 else rng.uniform(0.1, 0.5)))
    if rng.random() < 0.2:
        x = x * (1 - (a := rng.uniform(0, 0.35))) + a * rng.uniform(0.4, 0.9)
    return np.clip(x * 255, 0, 255).astype(np.uint8)


def camera(rng, picture):
    """Noise, blur, compression, a shift of up to two pixels."""
    if rng.random() < 0.5:
        m = np.float32([[1, 0, rng.normal(0, 0.7)], [0, 1, rng.normal(0, 0.7)]])
        picture = cv2.warpAffine(picture, m, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    x = picture.astype(np.float32) + rng.normal(0, rng.uniform(0, 7), picture.shape)
    x = np.clip(x, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        x = cv2.GaussianBlur(x, (0, 0), rng.uniform(0.3, 1.0))
    if rng.random() < 0.5:
        x = cv2.imdecode(cv2.imencode(".jpg", x, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 90))])[1], 1)
    return x


class Pairs:
    """Draws (images [6, 256, 256] float32, target [64, 64], weight [64, 64])."""

    def __init__(self, backgrounds, cutouts, seed):
        self.rng = np.random.default_rng(seed)
        self.backgrounds = backgrounds
        self.cutouts = cutouts

    def place(self, canvas, mask):
        """Puts one thing on the canvas and adds its alpha to the mask."""
        rng = self.rng
        if len(self.cutouts) and rng.random() < 0.65:
            label = self.cutouts.labels[rng.integers(len(self.cutouts.labels))]
            pool = self.cutouts.by_label[label]
            sprite = pool[rng.integers(len(pool))][3]
        else:
            sprite = sprites.thing(rng, self.backgrounds)
        height = SIDE * np.exp(rng.uniform(np.log(0.035), np.log(0.5)))
        squeeze = rng.uniform(0.5, 1.0)  # a 16:9 picture pressed into a square
        sprite = cv2.resize(sprite, (max(3, int(sprite.shape[1] * squeeze)), sprite.shape[0]), interpolation=cv2.INTER_AREA)
        alpha, _ = sprites.paste(rng, canvas, sprite, rng.uniform(0, SIDE), rng.uniform(0.25, 1.05) * SIDE, height)
        if alpha is not None:
            np.maximum(mask, alpha, out=mask)

    def draw(self):
        rng = self.rng
        p = self.backgrounds[rng.integers(len(self.backgrounds))]
        k = rng.uniform(0.5, 1.0)
        ch, cw = int(p.shape[0] * k), int(p.shape[1] * min(1.0, k * rng.uniform(0.8, 1.2)))
        y, x = int(rng.integers(0, p.shape[0] - ch + 1)), int(rng.integers(0, p.shape[1] - cw + 1))
        before = cv2.resize(p[y:y + ch, x:x + cw], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        if rng.random() < 0.5:
            before = np.ascontiguousarray(before[:, ::-1])
        scrap = np.zeros((SIDE, SIDE), np.float32)
        for _ in range(int(rng.integers(0, 3))):  # things that were always there
            self.place(before, scrap)
        now, mask, gone = before.copy(), np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), np.float32)
        if rng.random() < 0.35:  # and one that went away
            self.place(before, gone)
        if rng.random() < 0.8:
            for _ in range(int(rng.integers(1, 6))):
                self.place(now, mask)
        before, now = camera(rng, light(rng, before)), camera(rng, light(rng, now))
        images = np.concatenate((before[..., ::-1], now[..., ::-1]), 2).transpose(2, 0, 1).astype(np.float32) / 255
        target = cv2.resize(mask, (CELLS, CELLS), interpolation=cv2.INTER_AREA)
        weight = 1 - 0.2 * cv2.resize(gone, (CELLS, CELLS), interpolation=cv2.INTER_AREA)
        return images, (target > 0.4).astype(np.float32), np.where((target > 0.15) & (target < 0.6), 0.3, weight).astype(np.float32)


def loss_of(logits, target, weight):
    bce = F.binary_cross_entropy_with_logits(logits, target, weight=weight * (1 + 2 * target), reduction="mean")
    p = logits.sigmoid() * weight
    dice = 1 - (2 * (p * target).sum((1, 2)) + 1) / ((p + target * weight).sum((1, 2)) + 1)
    return bce + 0.3 * dice.mean()


def backgrounds(data, build, part):
    """Real pictures of the split's part, rendered plates, first quarter of vtest."""
    data = pathlib.Path(data)
    out = [cv2.resize(pictures.read_yolo(data / "fire-smoke", s)[0], (384, 384)) for s in read(f"burning_{part}")]
    first, last = (0, 0.25) if part == "train" else (0.25, 0.5)
    out += pictures.read_video(data / "videos" / "vtest.avi", first, last, 10, 512)
    plates = plate_files(pathlib.Path(build) / "ground", part) + street_files(pathlib.Path(build) / "streets", part) * 2
    return out + [cv2.resize(cv2.imread(str(f)), (512, 288), interpolation=cv2.INTER_AREA) for f in plates]


@torch.no_grad()
def figures(net, drawn, device="cpu"):
    """Cell-wise IoU, precision and recall at 0.5 over drawn pairs."""
    tp = fp = fn = 0
    for i in range(0, len(drawn), 16):
        x = torch.from_numpy(np.stack([d[0] for d in drawn[i:i + 16]])).to(device)
        said = (net(x)[:, 0].sigmoid() > 0.5).cpu().numpy()
        true = np.stack([d[1] for d in drawn[i:i + 16]]) > 0.5
        tp, fp, fn = tp + (said & true).sum(), fp + (said & ~true).sum(), fn + (~said & true).sum()
    return {"iou": tp / (tp + fp + fn), "precision": tp / max(1, tp + fp), "recall": tp / max(1, tp + fn)}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", required=True)
    ap.add_argument("--work", required=True)
    ap.add_argument("--steps", type=int, default=900)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--warm", help="checkpoint whose weights this training starts from")
    args = ap.parse_args()
    torch.manual_seed(7)
    torch.set_num_threads(args.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    work = pathlib.Path(args.work)
    cutouts = sprites.Sprites(work.parent / "sprites")
    train = Pairs(backgrounds(args.data, work.parent, "train"), cutouts.part("train"), 7)
    held = [p.draw() for p in [Pairs(backgrounds(args.data, work.parent, "val"), cutouts.part("val"), 11)] for _ in range(96)]
    print(f"{len(train.backgrounds)} backgrounds, {len(cutouts)} sprites", flush=True)
    net = Change(str(pathlib.Path(args.data) / "teachers" / "yolox_nano.onnx")).to(device, memory_format=torch.channels_last)
    for part in (net.stem, net.stage2):
        part.requires_grad_(False)
    old = [p for m in (net.stage3, net.stage4) for p in m.parameters()]
    ids = {id(p) for p in old}
    new = [p for p in net.parameters() if p.requires_grad and id(p) not in ids]
    opt = torch.optim.AdamW([{"params": old, "scale": 0.2}, {"params": new, "scale": 1.0}], weight_decay=0.01)
    path, step = work / "novelty.pt", 0
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        state = torch.load(path, map_location=device)
        net.load_state_dict(state["net"])
        opt.load_state_dict(state["opt"])
        step = state["step"]
    elif args.warm:
        net.load_state_dict(torch.load(args.warm, map_location=device)["net"])
    losses = []
    while step < args.steps:
        rate = 2e-3 * min(1, (step + 1) / 30) * (0.02 + 0.98 * (1 + math.cos(math.pi * step / args.steps)) / 2)
        for g in opt.param_groups:
            g["lr"] = rate * g["scale"]
        x, t, w = (torch.from_numpy(np.stack(a)).to(device) for a in zip(*(train.draw() for _ in range(16))))
        loss = loss_of(net(x.contiguous(memory_format=torch.channels_last))[:, 0], t, w)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        opt.step()
        losses.append(float(loss.detach()))
        step += 1
        if step % 50 == 0 or step == args.steps:
            row = {"step": step, "loss": round(float(np.mean(losses)), 4), **{k: round(float(v), 4) for k, v in figures(net, held, device).items()}}
            losses = []
            torch.save({"net": net.state_dict(), "opt": opt.state_dict(), "step": step}, path)
            print(row, flush=True)
            log("novelty", row, step == 50)


def log(name, row, fresh):
    LOGS.mkdir(exist_ok=True)
    with (LOGS / f"{name}.csv").open("w" if fresh else "a", newline="") as f:
        out = csv.DictWriter(f, list(row), lineterminator="\n")
        if fresh:
            out.writeheader()
        out.writerow(row)


if __name__ == "__main__":
    main()
