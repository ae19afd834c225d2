"""Puts cut-out actors on a plate: where they stand, how large, who hides whom."""
import json
import math
import pathlib

import cv2
import numpy as np

import view

VEIL, SOLID = 40, 170  # the sky's soft occlusion on the shadow plane; alpha from which a pixel is no shadow
STRIDE_M, PHASES = 1.42, 10


def grade(bgr, scene):
    """The look of a street camera: a little contrast, less colour, a tint."""
    contrast, colour, tint, lift = scene
    x = bgr.astype(np.float32) / 255
    x = x + contrast * (x - .5) * x * (1 - x) * 4
    grey = x.mean(2, keepdims=True)
    x = grey + (x - grey) * colour
    return np.clip((x * np.float32(tint) + lift) * 255, 0, 255)


def cast(where, bgr, alpha):
    """Adds the shadow that the outline throws on the ground, and the dark under the feet."""
    u0, v0, s = view.project(where["x"], where["y"])
    sx, sy = view.SHADOW
    high = view.project(where["x"], where["y"], 1)
    lies = view.project(where["x"] + sx, where["y"] + sy)
    per = (v0 - high[1])  # pixels of a metre upwards
    du, dv = (lies[0] - u0) / per, (lies[1] - v0) / per
    left, top, h, w = where["left"], where["top"], *alpha.shape
    reach = [(u0 + (u - u0) + du * (v0 - v), v0 + dv * (v0 - v)) for u in (left, left + w) for v in (top, top + h)]
    x0, y0 = int(min(left, *(p[0] for p in reach))) - 6, int(min(top, *(p[1] for p in reach))) - 6
    x1, y1 = int(max(left + w, *(p[0] for p in reach))) + 6, int(max(top + h, *(p[1] for p in reach))) + 6
    size = (x1 - x0, y1 - y0)
    # from cut-out pixels to canvas pixels
    m = np.float32([[1, -du, left - x0 + du * (v0 - top)], [0, -dv, v0 - y0 + dv * (v0 - top)]])
    shadow = cv2.warpAffine(alpha.astype(np.float32), m, size, flags=cv2.INTER_AREA)
    shadow = cv2.GaussianBlur(shadow, (0, 0), max(.8, s * .022)) * .60
    feet = np.zeros(size[::-1], np.float32)
    cv2.ellipse(feet, (round(u0 - x0), round(v0 - y0)), (round(.26 * s), round(.10 * s)), 0, 0, 360, .5, -1)
    shadow = np.maximum(shadow, cv2.GaussianBlur(feet, (0, 0), max(1, .05 * s)))
    full, colour = np.zeros(size[::-1], np.float32), np.zeros((*size[::-1], 3), np.float32)
    full[top - y0:top - y0 + h, left - x0:left - x0 + w] = alpha
    colour[top - y0:top - y0 + h, left - x0:left - x0 + w] = bgr
    below = shadow * (1 - full)
    return dict(where, left=x0, top=y0), colour + 8 * below[..., None], full + below


class Stage:
    """One scene's plates and actors. folder is what plates.py and actors.py wrote."""

    def __init__(self, folder, scene, plates, look, mirrored):
        folder = pathlib.Path(folder)
        self.plates = {}
        for p in plates:
            picture = cv2.imread(str(folder / "plates" / f"{p}.png"))
            if picture is None:
                raise FileNotFoundError(f"plate {p} is not rendered; run plates.py")
            picture = cv2.resize(picture, (view.WIDTH, view.HEIGHT), interpolation=cv2.INTER_CUBIC)
            picture = cv2.GaussianBlur(grade(cv2.fastNlMeansDenoisingColored(picture, None, 3, 3, 3, 9), look), (3, 3), .7)
            self.plates[p] = picture.astype(np.uint8)
        self.actors, self.sized = {}, {}
        for name, where in json.loads((folder / f"{scene}.json").read_text()).items():
            rgba = cv2.imread(str(folder / scene / f"{name}.png"), cv2.IMREAD_UNCHANGED)
            self.actors[name] = self.load(where, rgba, look)
            for new, old in mirrored.items():
                if name.rsplit("-", 1)[0] == old and name[-1].isdigit():
                    u0 = view.project(where["x"], where["y"])[0]
                    other = dict(where, left=round(2 * u0 - where["left"] - rgba.shape[1]))
                    self.actors[f"{new}-{name.rsplit('-', 1)[1]}"] = self.load(other, rgba[:, ::-1], look)

    @staticmethod
    def load(where, rgba, look):
        """Takes the veil off, grades, and casts a shadow where none was rendered."""
        alpha = rgba[..., 3].astype(np.float32)
        bgr = cv2.bilateralFilter(np.ascontiguousarray(rgba[..., :3]), 5, 14, 3)
        cover = alpha / 255
        if where["shadow"]:
            shade = (rgba[..., :3].max(2) < 30) & (alpha < SOLID)
            cover = np.where(shade, np.clip((alpha - VEIL) * .95, 0, 255), alpha) / 255
            cover = np.where(shade, cv2.GaussianBlur(cover, (0, 0), 2.2), cover)
            bgr = np.where(shade[..., None], 8, grade(bgr, look))
        else:
            bgr = grade(bgr, look)
        bgr = bgr * cover[..., None]
        if not where["shadow"]:
            where, bgr, cover = cast(where, bgr, cover)
        return where, bgr.astype(np.float32), cover.astype(np.float32)

    def put(self, frame, name, x=None, y=None, light=1.0, squash=1.0, fade=1.0):
        """Draws an actor with its reference point at x, y on the ground."""
        where, bgr, alpha = self.actors[name]
        x, y = where["x"] if x is None else x, where["y"] if y is None else y
        u0, v0, s0 = view.project(where["x"], where["y"])
        u, v, s = view.project(x, y)
        k = s / s0
        key = (name, round(k, 3), squash)
        if key not in self.sized:
            if abs(k - 1) < .002 and squash == 1:
                self.sized[key] = (bgr, alpha)
            else:
                size = (max(1, round(alpha.shape[1] * k)), max(1, round(alpha.shape[0] * k * squash)))
                how = cv2.INTER_AREA if k < 1 else cv2.INTER_LINEAR
                self.sized[key] = (cv2.resize(bgr, size, interpolation=how), cv2.resize(alpha, size, interpolation=how))
            if len(self.sized) > 600:
                self.sized.pop(next(iter(self.sized)))
        bgr, alpha = self.sized[key]
        left, top = round(u - (u0 - where["left"]) * k), round(v - (v0 - where["top"]) * k * squash)
        over(frame, left, top, bgr * light if light != 1 else bgr, alpha, fade)


def over(frame, left, top, bgr, alpha, fade=1.0):
    """Lays premultiplied colour over the frame (uint8), cut at its edges."""
    h, w = alpha.shape
    x0, x1, y0, y1 = max(0, left), min(frame.shape[1], left + w), max(0, top), min(frame.shape[0], top + h)
    if x1 <= x0 or y1 <= y0:
        return
    cut = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
    part = frame[y0:y1, x0:x1]
    a = alpha[cut][..., None]
    c = bgr[cut]
    if fade != 1:
        a, c = a * fade, c * fade
    np.copyto(part, np.clip(part * (1 - a) + c, 0, 255).astype(np.uint8))


class Script:
    """Who is where, when: a list of cues, asked frame by frame."""

    def __init__(self):
        self.cues = []

    def walk(self, name, *points):
        """points: (second, x, y) …, straight between them; the step goes by the way."""
        self.cues.append((points[0][0], points[-1][0], lambda t: self.step(name, points, t)))
        return points[-1][0]

    def cross(self, name, start, y, right, speed=1.3, edge=None):
        """Walks or drives through the whole picture."""
        edge = edge or 1.2 + (y * .951 + 1.7) * math.tan(math.radians(view.HFOV_DEG / 2))
        a, b = (-edge, edge) if right else (edge, -edge)
        return self.walk(name, (start, a, y), (start + 2 * edge / speed, b, y))

    def still(self, name, start, end, x=None, y=None, soft=0.0):
        """soft: seconds in which it comes and goes, as if put down."""
        fade = (lambda t: {"fade": min(1, (t - start) / soft, (end - t) / soft)}) if soft else (lambda t: {})
        self.cues.append((start, end, lambda t: (name, x, y, fade(t))))

    @staticmethod
    def step(name, points, t):
        way = 0.0
        for (t0, x0, y0), (t1, x1, y1) in zip(points, points[1:]):
            length = math.hypot(x1 - x0, y1 - y0)
            if t <= t1 or (t1, x1, y1) == points[-1]:
                part = min(1, max(0, (t - t0) / max(1e-6, t1 - t0)))
                way += part * length
                x, y = x0 + (x1 - x0) * part, y0 + (y1 - y0) * part
                break
            way += length
        return name, x, y, {"way": way}

    def draw(self, stage, frame, t):
        on = []
        for start, end, what in self.cues:
            if start <= t < end:
                name, x, y, more = what(t)
                more = dict(more)
                way = more.pop("way", None)
                if name not in stage.actors:
                    name = f"{name}-{int((way or 0) / STRIDE_M * PHASES) % PHASES}"
                depth = stage.actors[name][0]["y"] if y is None else y
                on.append((depth, name, x, y, more))
        for _, name, x, y, more in sorted(on, key=lambda o: -o[0]):
            stage.put(frame, name, x, y, **more)
