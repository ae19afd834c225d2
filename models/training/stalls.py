"""Street composites: stalls, goods, carts and vehicles pasted on pictures, with the
boxes of everything in them."""
import numpy as np

import compose
import pictures
import sprites

LABELS = ("person", "goods", "umbrella", "cart", "table", "bicycle", "motorcycle", "car", "truck")
# COCO classes that mean the same (bus counts as truck); goods and cart have none.
COCO = ((0,), (), (25,), (), (60,), (1,), (3,), (2,), (7, 5))
# Rows whose mean initialises the class logits.
ROWS = ((0,), (24, 26, 28, 45, 58), (25,), (1, 3, 7, 13), (60, 13), (1,), (3,), (2,), (7, 5))
# Other names that a sprite's label may have; what is in neither list is a
# look-alike that belongs to no class.
ALSO = {"carried": "person", "stall": "cart", "tricycle": "cart", "rack": "table", "van": "truck", "bus": "truck", "scooter": "motorcycle",
        "ebike": "motorcycle", "crate": "goods", "box": "goods", "basket": "goods", "pile": "goods"}


def class_of(label):
    """Our class of a sprite's label, or None."""
    label = ALSO.get(label, label)
    return LABELS.index(label) if label in LABELS else None


class Streets:
    """Draws (picture, boxes, classes). backgrounds: list of (picture, boxes, classes)
    with what the teacher saw in them; part: train or val, of the sprites."""

    def __init__(self, backgrounds, cutouts, part, seed):
        self.rng = np.random.default_rng(seed)
        self.backgrounds = backgrounds
        kept = cutouts.part(part).by_label
        self.by_label = kept
        known = [l for l in kept if class_of(l) is not None]
        self.weights = np.array([3.0 if class_of(l) in (0, 1) else 2.2 if class_of(l) in (3, 4) else 1.6 if class_of(l) == 2 else 1.0 for l in known])
        self.known, self.strange = known, [l for l in kept if class_of(l) is None]

    def pick(self, label):
        pool = self.by_label[label]
        return pool[self.rng.integers(len(pool))]

    def of_class(self, *names):
        labels = [l for l in self.known if LABELS[class_of(l)] in names]
        return labels[self.rng.integers(len(labels))] if labels else None

    def plan(self, h, w):
        """Labels with foot points, far ones first."""
        rng, out = self.rng, []
        for _ in range(int(rng.integers(0, 3))):  # stalls: things close together
            x, y = rng.uniform(0.1, 0.9) * w, rng.uniform(0.35, 1.0) * h
            for names in (("person",), ("cart", "table"), ("umbrella",), ("goods",), ("goods",), ("goods",)):
                label = self.of_class(*names)
                if label and rng.random() < 0.7:
                    out.append((label, x + rng.normal(0, 0.08) * w, y + rng.normal(0, 0.03) * h))
        for _ in range(int(rng.integers(1, 8))):
            label = rng.choice(self.known, p=self.weights / self.weights.sum())
            out.append((label, rng.uniform(0, 1) * w, rng.uniform(0.25, 1.08) * h))
        for _ in range(int(rng.integers(0, 3)) if self.strange else 0):
            out.append((rng.choice(self.strange), rng.uniform(0, 1) * w, rng.uniform(0.25, 1.05) * h))
        return sorted(out, key=lambda o: o[2])

    def draw(self):
        rng = self.rng
        picture, boxes, classes = self.backgrounds[rng.integers(len(self.backgrounds))]
        picture = picture.copy()
        h, w = picture.shape[:2]
        horizon, tall = rng.uniform(-0.5, 0.25) * h, h * np.exp(rng.uniform(np.log(0.15), np.log(0.9)))
        metre = lambda foot: max(0.0, (foot - horizon) / (h - horizon)) * tall / 1.7  # pixels of one metre
        things = [[np.array(b), int(c), None, 1.0] for b, c in zip(boxes, classes)]
        for label, x, foot in self.plan(h, w):
            _, height_m, _, sprite = self.pick(label)
            pixels = metre(foot) * height_m * rng.uniform(0.8, 1.2)
            if pixels < 5 or pixels > 1.3 * h:
                continue
            alpha, box = sprites.paste(rng, picture, sprite, x, foot, pixels)
            if alpha is None:
                continue
            for t in things:  # what it hides
                x1, y1, x2, y2 = np.clip(np.round(t[0]), 0, [w, h, w, h]).astype(int)
                if x2 > x1 and y2 > y1:
                    part = alpha[y1:y2, x1:x2]
                    if t[2] is not None:
                        t[2] = t[2] * (1 - alpha)
                        t[3] = t[2].sum() / t[4]
                    else:
                        t[3] *= 1 - float(part.mean())
            c = class_of(label)
            if c is not None:
                things.append([np.array(box, np.float32), c, alpha, 1.0, max(1.0, float(alpha.sum()))])
        kept = [t for t in things if t[3] > 0.35]
        b = np.array([t[0] for t in kept], np.float32).reshape(-1, 4)
        c = np.array([t[1] for t in kept], np.int64)
        b, c = pictures.keep_visible(b, c, b, w, h)
        if rng.random() < 0.2:
            compose.add_haze(rng, picture)
        return picture, b, c
