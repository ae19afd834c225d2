"""Ground pictures composed of real textures in perspective, with their class masks.

Classes are indices into LABELS. Textures: files of Debian's supertuxkart-data that
textures.json names, below a folder; a class without files is drawn procedurally.
"""
import json
import pathlib

import cv2
import numpy as np

import compose

LABELS = ("other", "bare_soil", "net", "vegetation", "hard_ground", "water", "machine", "sky")
OTHER, SOIL, NET, GREEN, HARD, WATER, MACHINE, SKY = range(8)
HEIGHT, WIDTH = 256, 448


def textures_in(build):
    """Where the package's textures lie below the folder of what is built (DATA.md)."""
    return pathlib.Path(build) / "textures" / "supertuxkart-data/usr/share/games/supertuxkart/data"


def read_textures(folder):
    """Textures by class name; empty lists where the folder is missing."""
    chosen = json.loads((pathlib.Path(__file__).parent / "textures.json").read_text())
    out = {}
    for name, files in chosen.items():
        read = (cv2.imread(str(pathlib.Path(folder) / f)) for f in files)
        out[name] = [cv2.resize(p, (256, 256), interpolation=cv2.INTER_AREA) for p in read if p is not None]
    return out


class Quilts:
    """Draws (picture BGR uint8 [256, 448, 3], mask uint8 [256, 448])."""

    def __init__(self, textures, real, cutouts, seed):
        self.rng = np.random.default_rng(seed)
        self.textures, self.real, self.cutouts = textures, real, cutouts

    def surface(self, kind):
        """A tile [256, 256, 3] float32 of a class."""
        rng = self.rng
        if kind == NET:
            return self.net()
        name = {SOIL: "bare_soil", GREEN: "vegetation", HARD: "hard_ground", WATER: "water"}[kind]
        pool = self.textures.get(name) or []
        if pool and rng.random() < 0.75:
            tile = pool[rng.integers(len(pool))].astype(np.float32)
            if rng.random() < 0.5:
                tile = np.rot90(tile, int(rng.integers(4)))
            mean = tile.mean((0, 1))
            if rng.random() < 0.5:  # towards a typical colour of the class
                tile = tile - mean + mean * 0.3 + 0.7 * self.colour(kind)
        else:
            tile = self.colour(kind) + np.zeros((256, 256, 3), np.float32)
            grain = rng.normal(0, 1, (256, 256)) * rng.uniform(2, 14) + compose.clouds(rng, 256, 256, 7, 0.75) * rng.uniform(4, 18)
            tile = tile + (grain * (0.4 if kind == WATER else 1))[..., None]
            if kind == GREEN:
                tile = tile + compose.clouds(rng, 256, 256, 8, 0.95)[..., None] * rng.uniform(8, 22)
            if kind == HARD and rng.random() < 0.5:
                step = int(rng.integers(24, 90))
                tile[::step] *= 0.75
                tile[:, ::step] *= 0.75
        return np.ascontiguousarray(np.clip(tile * np.exp(rng.normal(0, 0.12)), 0, 255), np.float32)

    def colour(self, kind):
        """A typical colour (BGR) of a class, by hue, saturation and value."""
        rng = self.rng
        h, s, v = {
            SOIL: (rng.uniform(6, 21), rng.uniform(50, 140), rng.uniform(70, 205)),
            GREEN: (rng.uniform(28, 50), rng.uniform(60, 170), rng.uniform(45, 150)),
            HARD: (rng.uniform(0, 179), rng.uniform(0, 26), rng.uniform(70, 215)),
            WATER: (rng.uniform(70, 115), rng.uniform(20, 120), rng.uniform(50, 170)),
        }[kind]
        return cv2.cvtColor(np.uint8([[[h, s, v]]]), cv2.COLOR_HSV2BGR)[0, 0].astype(np.float32)

    def net(self):
        """A dust net: green mostly, black or brown-grey, woven, in folds, earth shining through."""
        rng = self.rng
        h, s, v = [(rng.uniform(57, 92), rng.uniform(90, 220), rng.uniform(60, 190)),
                   (rng.uniform(0, 179), rng.uniform(0, 30), rng.uniform(15, 60)),
                   (rng.uniform(8, 20), rng.uniform(15, 60), rng.uniform(60, 140))][rng.choice(3, p=[0.72, 0.2, 0.08])]
        base = cv2.cvtColor(np.uint8([[[h, s, v]]]), cv2.COLOR_HSV2BGR)[0, 0].astype(np.float32)
        ys, xs = np.mgrid[0:256, 0:256].astype(np.float32)
        angle, period = rng.uniform(0, np.pi), rng.uniform(12, 60)
        warp = compose.clouds(rng, 256, 256) * rng.uniform(4, 20)
        folds = np.sin((xs * np.cos(angle) + ys * np.sin(angle) + warp) * 2 * np.pi / period)
        weave = ((xs.astype(int) % 3 == 0) | (ys.astype(int) % 3 == 0)).astype(np.float32)
        shade = 1 + 0.14 * folds * rng.uniform(0.2, 1.3) + 0.10 * compose.clouds(rng, 256, 256, 6)
        tile = base * shade[..., None] * (0.82 + 0.18 * weave[..., None])
        if rng.random() < 0.5:
            gap = np.clip(compose.clouds(rng, 256, 256, 4) * 0.15, 0, 0.35)[..., None]
            tile = tile * (1 - gap) + self.colour(SOIL) * gap
        if rng.random() < 0.5:  # seams between strips
            tile[:, ::int(rng.integers(50, 128))] *= rng.uniform(0.6, 1.3)
        return np.clip(tile, 0, 255).astype(np.float32)

    def ground_view(self, tile, horizon):
        """The tile laid on the ground, seen up to the horizon (pixels)."""
        rng = self.rng
        ys, xs = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
        depth = 1.0 / np.maximum((ys - horizon) / HEIGHT, 0.02)
        k = rng.uniform(60, 260)
        u, v = (xs - WIDTH / 2) / HEIGHT * depth * k, depth * k * rng.uniform(0.8, 1.6)
        a = rng.uniform(0, np.pi)
        mx, my = u * np.cos(a) - v * np.sin(a), u * np.sin(a) + v * np.cos(a)
        out = cv2.remap(tile, np.mod(mx, 255).astype(np.float32), np.mod(my, 255).astype(np.float32), cv2.INTER_LINEAR)
        far = np.clip((depth - 3) / 8, 0, 1)[..., None]  # texture blurs away with distance
        return out * (1 - far) + tile.mean((0, 1)) * far

    def patch(self, horizon):
        """A soft-edged region of the ground as a mask, wide and flat with distance."""
        rng = self.rng
        y = horizon + (HEIGHT - horizon) * rng.uniform(0.05, 1.0)
        near = (y - horizon) / (HEIGHT - horizon)
        w, h = WIDTH * rng.uniform(0.1, 0.6) * (0.4 + near), HEIGHT * rng.uniform(0.04, 0.3) * (0.3 + near)
        n = int(rng.integers(4, 11))
        angle = np.sort(rng.uniform(0, 2 * np.pi, n))
        radius = rng.uniform(0.6, 1.2, n)
        points = np.stack((rng.uniform(0, WIDTH) + np.cos(angle) * radius * w, y + np.sin(angle) * radius * h), 1)
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        cv2.fillPoly(mask, [points.astype(np.int32)], 1)
        if rng.random() < 0.4:  # ragged edge
            edge = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 5) + 0.12 * compose.clouds(rng, HEIGHT, WIDTH, 7, 0.8)
            mask = (edge > 0.5).astype(np.uint8)
        mask[:max(0, int(horizon))] = 0
        return mask.astype(bool)

    def backdrop(self, canvas, mask, horizon):
        """Sky, walls and trees above the horizon."""
        rng, top = self.rng, max(0, int(horizon))
        if top < 4:
            return
        pool = self.textures.get("sky") or []
        if rng.random() < 0.3:  # white, without a cloud to be seen
            sky = rng.uniform(205, 255) + rng.normal(0, 1.5, (top, WIDTH, 3)) + np.linspace(rng.uniform(-25, 0), 0, top)[:, None, None]
        elif pool and rng.random() < 0.5:
            sky = cv2.resize(pool[rng.integers(len(pool))], (WIDTH, top)).astype(np.float32)
        else:
            v = np.linspace(0, 1, top)[:, None, None]
            a, b = rng.uniform(120, 250), rng.uniform(150, 255)
            sky = (a + (b - a) * v) * np.array([rng.uniform(1, 1.15), 1, rng.uniform(0.75, 1)]) + 8 * compose.clouds(rng, top, WIDTH)[..., None]
        canvas[:top], mask[:top] = np.clip(sky, 0, 255), SKY
        for _ in range(int(rng.integers(0, 7))):
            w, h = int(WIDTH * rng.uniform(0.06, 0.5)), int(top * rng.uniform(0.15, 1.1)) + 2
            x, y = int(rng.uniform(-0.2, 1) * WIDTH), top - h + int(rng.uniform(0, 0.1) * HEIGHT)
            x0, x1, y0, y1 = max(0, x), min(WIDTH, x + w), max(0, y), min(HEIGHT, y + h)
            if x1 - x0 < 3 or y1 - y0 < 3:
                continue
            if rng.random() < 0.45:  # trees
                shape = compose.clouds(rng, y1 - y0, x1 - x0, 5) + 1.5 * np.linspace(-0.7, 1.5, y1 - y0)[:, None] > 0
                tile = cv2.resize(self.surface(GREEN), (x1 - x0, y1 - y0)) * rng.uniform(0.5, 0.95)
                canvas[y0:y1, x0:x1][shape] = tile[shape]
                mask[y0:y1, x0:x1][shape] = GREEN
            else:
                canvas[y0:y1, x0:x1] = self.wall(y1 - y0, x1 - x0)
                mask[y0:y1, x0:x1] = OTHER

    def wall(self, h, w):
        rng = self.rng
        pool = (self.textures.get("wall") or []) if rng.random() < 0.3 else self.real
        if pool and rng.random() < 0.6:
            p = pool[rng.integers(len(pool))]
            return cv2.resize(p, (w, h), interpolation=cv2.INTER_AREA).astype(np.float32)
        out = np.zeros((h, w, 3), np.float32) + rng.uniform(60, 230, 3) * np.array([1, 1, 1.0]) * 0.5 + rng.uniform(30, 110)
        sx, sy = int(rng.integers(8, 30)), int(rng.integers(8, 30))
        for y in range(3, h - sy // 2, sy):
            for x in range(3, w - sx // 2, sx):
                out[y:y + sy // 2, x:x + sx // 2] = rng.uniform(30, 120)
        return out

    def things(self, canvas, mask, horizon):
        """Machines, people and goods standing about."""
        import sprites
        rng = self.rng
        for _ in range(int(rng.integers(0, 5))):
            foot = horizon + (HEIGHT - horizon) * rng.uniform(0.1, 1.0)
            near = (foot - horizon) / (HEIGHT - horizon)
            machine = rng.random() < 0.5
            if machine and rng.random() < 0.6 or not len(self.cutouts):
                sprite = self.digger() if machine else sprites.thing(rng, self.real)
            else:
                names = [l for l in self.cutouts.labels if (l in ("truck", "machine", "excavator")) == machine]
                if not names:
                    continue
                pool = self.cutouts.by_label[names[rng.integers(len(names))]]
                sprite = pool[rng.integers(len(pool))][3]
            height = HEIGHT * (0.06 + 0.4 * near) * rng.uniform(0.5, 1.1)
            alpha, _ = sprites.paste(rng, canvas, sprite, rng.uniform(0, WIDTH), foot, height)
            if alpha is not None:
                mask[alpha > 0.5] = MACHINE if machine else OTHER

    def digger(self):
        """A rough excavator or lorry (RGBA): cab, body, arm, wheels or tracks."""
        rng = self.rng
        out = np.zeros((120, 200, 4), np.uint8)
        paint = [int(c) for c in [(0, 180, 235), (20, 140, 240), (40, 90, 220), (200, 200, 200), (150, 90, 30), (60, 160, 60)][int(rng.integers(6))]]
        dark = [int(v) for v in rng.uniform(15, 60, 3)]
        cv2.rectangle(out, (30, 96), (150, 117), dark + [255], -1)
        for x in range(40, 150, 24):
            cv2.circle(out, (x, 106), 10, [c // 2 for c in dark] + [255], -1)
        cv2.rectangle(out, (25, int(rng.integers(55, 75))), (150, 96), paint + [255], -1)
        x = int(rng.integers(30, 100))
        cv2.rectangle(out, (x, 25), (x + 42, 80), [int(c * 0.9) for c in paint] + [255], -1)
        cv2.rectangle(out, (x + 6, 32), (x + 36, 55), [110, 90, 70, 255], -1)
        if rng.random() < 0.7:
            elbow = (int(rng.integers(150, 175)), int(rng.integers(4, 30)))
            cv2.line(out, (130, 75), elbow, paint + [255], 10)
            cv2.line(out, elbow, (int(rng.integers(170, 195)), int(rng.integers(70, 105))), paint + [255], 8)
        out[..., :3] = np.clip(out[..., :3] * (1 + 0.1 * compose.clouds(rng, 120, 200)[..., None]), 0, 255).astype(np.uint8)
        return out

    def draw(self):
        rng = self.rng
        horizon = HEIGHT * rng.uniform(-0.5, 0.5)
        base = int(rng.choice([SOIL, HARD, GREEN, NET], p=[0.45, 0.3, 0.13, 0.12]))
        canvas, mask = self.ground_view(self.surface(base), horizon), np.full((HEIGHT, WIDTH), base, np.uint8)
        for _ in range(int(rng.integers(2, 8))):
            kind = int(rng.choice([SOIL, NET, GREEN, HARD, WATER], p=[0.26, 0.26, 0.2, 0.16, 0.12]))
            region = self.patch(horizon)
            view = self.ground_view(self.surface(kind), horizon)
            if kind in (SOIL, NET, GREEN) and rng.random() < 0.5:  # heaps: one side lit
                slope = cv2.GaussianBlur(region.astype(np.float32), (0, 0), rng.uniform(4, 14))
                gx = cv2.Sobel(slope, cv2.CV_32F, 1, 0)
                view = view * (1 + np.clip(gx * rng.uniform(-8, 8), -0.45, 0.45))[..., None]
            canvas[region], mask[region] = view[region], kind
        self.backdrop(canvas, mask, horizon)
        picture = np.clip(canvas, 0, 255).astype(np.uint8)
        self.things(picture, mask, max(0.0, horizon))
        if rng.random() < 0.5:
            picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 0.8))
        return picture, mask
