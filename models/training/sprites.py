"""Sprites (RGBA cut-outs rendered by scenes) and real textures, to paste on pictures.

A folder of sprites holds LABEL/NNN.png, each with NNN.json: {label, pitch_deg,
height_m, px_per_m}; without it a sprite is as high as is usual for its label. An item is (label, metres that its solid part is high, pitch, RGBA).
"""
import copy
import json
import pathlib

import cv2
import numpy as np

import compose


# Metres that a thing of a label is high, where the index does not say.
USUAL = {"person": 1.7, "goods": 0.6, "umbrella": 2.4, "cart": 1.3, "table": 0.9, "bicycle": 1.1, "motorcycle": 1.2, "car": 1.5,
         "truck": 2.8, "machine": 3.0, "excavator": 3.0, "tricycle": 1.5, "stall": 1.4}


def entries_of(folder):
    """Each LABEL/NNN.png, with what NNN.json beside it says."""
    out = []
    for f in sorted(folder.glob("*/*.png")):
        beside = f.with_suffix(".json")
        said = json.loads(beside.read_text()) if beside.exists() else {}
        out.append({"label": f.parent.name, **said, "file": str(f.relative_to(folder))})
    return out


class Sprites:
    """Cut-outs by label; the masks are the alpha channel."""

    def __init__(self, folder, most_side=320):
        folder = pathlib.Path(folder)
        self.items = []
        for e in entries_of(folder):
            picture = cv2.imread(str(folder / e["file"]), cv2.IMREAD_UNCHANGED)
            if picture is None or picture.ndim != 3 or picture.shape[2] != 4:
                raise ValueError(f"{folder / e['file']} is no RGBA picture")
            ys, xs = np.where(picture[..., 3] > 8)
            if len(ys) < 50:
                continue
            picture = picture[ys.min():ys.max() + 1, xs.min():xs.max() + 1]
            s = min(1.0, most_side / max(picture.shape[:2]))
            if s < 1:
                picture = cv2.resize(picture, None, fx=s, fy=s, interpolation=cv2.INTER_AREA)
            solid = np.where((picture[..., 3] > SOLID).any(1))[0]
            if len(solid) < 5:
                continue
            tall = (solid.max() + 1 - solid.min()) / s / float(e["px_per_m"]) if e.get("px_per_m") else float(e.get("height_m") or USUAL.get(e["label"], 1.0))
            self.items.append((e["label"], tall, float(e.get("pitch_deg") or 0), picture))
        self.sort()

    def sort(self):
        self.labels = sorted({i[0] for i in self.items})
        self.by_label = {l: [i for i in self.items if i[0] == l] for l in self.labels}

    def part(self, name):
        """These sprites without the held-out ones ("train"), or those alone: every
        sixth of a label is held out."""
        out = copy.copy(self)
        out.items = [s for items in self.by_label.values() for i, s in enumerate(items) if (i % 6 == 5) == (name != "train")]
        out.sort()
        return out

    def __len__(self):
        return len(self.items)


def lit(rng, picture):
    """A sprite's colours under another light."""
    bgr = picture[..., :3].astype(np.float32) * np.exp(rng.normal(0, 0.25)) * np.exp(rng.normal(0, 0.06, 3)) + rng.normal(0, 8)
    return np.clip(bgr, 0, 255).astype(np.float32)


SOLID = 160  # alpha from which a pixel is the thing itself; below lies its shadow


def paste(rng, canvas, sprite, x, foot, height, shadow=True):
    """Pastes an RGBA sprite with its foot at (x, foot), its solid part height pixels
    high; returns the solid part's alpha on the canvas [H, W] and its box, or
    (None, None) where too small. Draws a shadow where the sprite brings none."""
    ys, xs = np.where(sprite[..., 3] > SOLID)
    if len(ys) < 20:
        return None, None
    s = height / (ys.max() + 1 - ys.min())
    nw, nh = max(2, round(sprite.shape[1] * s)), max(2, round(sprite.shape[0] * s))
    middle, bottom = (xs.min() + xs.max()) / 2 * s, (ys.max() + 1) * s
    small = cv2.resize(sprite, (nw, nh), interpolation=cv2.INTER_AREA if s < 1 else cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        small, middle = small[:, ::-1], nw - middle
    alpha = small[..., 3].astype(np.float32) / 255
    px, py = int(x - middle), int(foot - bottom)
    brings = ((sprite[..., 3] > 8) & (sprite[..., 3] < SOLID)).sum() > 0.08 * len(ys)
    if shadow and not brings and rng.random() < 0.7:
        sh = max(3, int(nh * rng.uniform(0.12, 0.35)))
        cast = cv2.resize(alpha, (nw, sh))[::-1 if rng.random() < 0.5 else 1]
        cast = cv2.GaussianBlur(np.ascontiguousarray(cast), (0, 0), 1 + sh / 8) * rng.uniform(0.2, 0.6)
        compose.blend(canvas, px + int(rng.normal(0, 0.15) * nw), int(foot - sh * rng.uniform(0.5, 0.9)), (15, 15, 15), cast)
    compose.blend(canvas, px, py, lit(rng, small), alpha)
    alpha = np.clip((alpha - 0.45) * 4, 0, 1)
    mask = np.zeros(canvas.shape[:2], np.float32)
    y0, y1, x0, x1 = max(0, py), min(mask.shape[0], py + nh), max(0, px), min(mask.shape[1], px + nw)
    if y1 - y0 < 2 or x1 - x0 < 2:
        return None, None
    mask[y0:y1, x0:x1] = alpha[y0 - py:y1 - py, x0 - px:x1 - px]
    box = compose.tight(alpha, px, py, 0.3)
    return (mask, box) if box else (None, None)


def thing(rng, textures):
    """A made-up thing (RGBA): a pile of shaded boxes and blobs with the surface of
    some other picture. For the class-free model."""
    h, w = int(rng.integers(40, 140)), int(rng.integers(40, 180))
    out = np.zeros((h, w, 4), np.uint8)
    for _ in range(int(rng.integers(1, 9))):
        bw, bh = int(w * rng.uniform(0.2, 0.8)), int(h * rng.uniform(0.2, 0.8))
        x, y = int(rng.uniform(0, w - bw)), int(h - bh - abs(rng.normal(0, 0.25)) * h)
        y = int(np.clip(y, 0, h - bh))
        surface = texture(rng, textures, bh, bw)
        mask = np.zeros((bh, bw), np.uint8)
        if rng.random() < 0.5:
            corners = np.array([[0, 0], [bw, 0], [bw, bh], [0, bh]]) + rng.normal(0, 0.06, (4, 2)) * [bw, bh]
            cv2.fillConvexPoly(mask, corners.astype(np.int32), 255)
        else:
            cv2.ellipse(mask, (bw // 2, bh // 2), (max(1, bw // 2 - 1), max(1, bh // 2 - 1)), 0, 0, 360, 255, -1)
        if rng.random() < 0.5:  # a lid, a lighter top face
            surface[:int(bh * rng.uniform(0.1, 0.4))] *= rng.uniform(1.1, 1.5)
        surface *= np.linspace(rng.uniform(0.8, 1.2), rng.uniform(0.6, 1.1), bw)[None, :, None]
        part = out[y:y + bh, x:x + bw]
        part[mask > 0, :3] = np.clip(surface, 0, 255)[mask > 0]
        part[mask > 0, 3] = 255
    return out


def texture(rng, pictures, h, w):
    """A surface [h, w, 3] float32: plain, or a piece of a picture, tinted."""
    colour = rng.uniform(15, 245, 3)
    if rng.random() < 0.35 or not pictures:
        return np.ones((h, w, 3), np.float32) * colour.astype(np.float32)
    p = pictures[rng.integers(len(pictures))]
    k = rng.uniform(0.1, 0.6)
    ph, pw = max(4, int(p.shape[0] * k)), max(4, int(p.shape[1] * k))
    y, x = int(rng.uniform(0, p.shape[0] - ph)), int(rng.uniform(0, p.shape[1] - pw))
    piece = cv2.resize(p[y:y + ph, x:x + pw], (w, h), interpolation=cv2.INTER_AREA).astype(np.float32)
    mix = rng.uniform(0, 0.7)
    return piece * (1 - mix) + colour.astype(np.float32) * mix
