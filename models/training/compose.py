"""Composites: fire, smoke, lamps and haze drawn procedurally or cut from training
pictures, and sprites pasted, onto real pictures and rendered plates."""
import cv2
import numpy as np


def clouds(rng, h, w, octaves=5, roughness=0.55):
    """Smooth noise [h, w] of mean 0 and deviation 1."""
    out, gain, cells = np.zeros((h, w), np.float32), 1.0, int(rng.integers(2, 4))
    for _ in range(octaves):
        layer = rng.normal(0, 1, (cells + 2, cells + 2)).astype(np.float32)
        out += gain * cv2.resize(layer, (w, h), interpolation=cv2.INTER_CUBIC)
        gain, cells = gain * roughness, cells * 2
        if cells > max(h, w):
            break
    return (out - out.mean()) / (out.std() + 1e-6)


def blend(picture, x, y, colour, alpha):
    """Lays colour [h, w, 3] (or 3 values) with alpha [h, w] over the picture at x, y;
    what sticks out is cut. Changes the picture."""
    h, w = alpha.shape
    y0, y1, x0, x1 = max(0, y), min(picture.shape[0], y + h), max(0, x), min(picture.shape[1], x + w)
    if y1 <= y0 or x1 <= x0:
        return
    a = alpha[y0 - y:y1 - y, x0 - x:x1 - x, None]
    c = np.asarray(colour, np.float32)
    if c.ndim == 3:
        c = c[y0 - y:y1 - y, x0 - x:x1 - x]
    under = picture[y0:y1, x0:x1].astype(np.float32)
    picture[y0:y1, x0:x1] = np.clip(under * (1 - a) + c * a, 0, 255).astype(np.uint8)


def tight(alpha, x, y, floor):
    """Box of what is visibly covered, or None."""
    ys, xs = np.where(alpha > floor)
    if len(ys) < 12:
        return None
    return [x + np.percentile(xs, 1), y + np.percentile(ys, 1), x + np.percentile(xs, 99) + 1, y + np.percentile(ys, 99) + 1]


def flame(rng, size):
    """Colour [h, w, 3] and alpha [h, w] of a flame about size pixels high."""
    h = max(12, int(size))
    w = max(8, int(size * rng.uniform(0.45, 1.3)))
    ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
    up = 1 - ys / h  # 0 at the foot
    sway = clouds(rng, h, w) * 0.22 * up
    across = np.abs(xs / w - 0.5 + sway) * 2
    tongues = clouds(rng, 1 + h // 6, w)
    tongues = cv2.resize(tongues, (w, h)) * 0.25
    heat = (1.05 - across ** rng.uniform(1.0, 1.8) * (1 + up)) * (1.05 - up ** rng.uniform(0.9, 2.0)) + tongues * up * 0.9 + clouds(rng, h, w) * 0.12
    heat = np.clip(heat, 0, None) * np.clip((1 - np.abs(xs / w - 0.5) * 2) * 3.5, 0, 1)
    heat *= np.clip((1 - up) * 4, 0, 1) * np.clip(up * 9 + 0.25 + 0.4 * clouds(rng, h, w), 0, 1)
    alpha = np.clip((heat - 0.12) * rng.uniform(3, 7), 0, 1) * rng.uniform(0.8, 1)
    t = np.clip(heat * rng.uniform(0.9, 1.7), 0, 1)[..., None]
    red, orange, white = np.array([20, 50, 190.]), np.array([40, 150, 250.]), np.array([rng.uniform(120, 245), 240, 255.])
    colour = np.where(t < 0.5, red + (orange - red) * t * 2, orange + (white - orange) * (t * 2 - 1))
    return colour.astype(np.float32), cv2.GaussianBlur(alpha.astype(np.float32), (0, 0), max(0.5, h / 60))


def add_flames(rng, picture):
    """Draws a fire; returns its box or None."""
    h, w = picture.shape[:2]
    size = h * np.exp(rng.uniform(np.log(0.05), np.log(0.5)))
    x, foot = rng.uniform(0.05, 0.9) * w, rng.uniform(0.45, 1.0) * h
    boxes = []
    spread = size * rng.uniform(0.2, 1.2)
    for _ in range(int(rng.integers(1, 6))):
        colour, alpha = flame(rng, size * rng.uniform(0.5, 1))
        fx, fy = int(x - alpha.shape[1] / 2 + rng.uniform(-0.5, 0.5) * spread), int(foot - alpha.shape[0] + rng.normal(0, 0.03) * size)
        blend(picture, fx, fy, colour, alpha)
        box = tight(alpha, fx, fy, 0.45)
        if box:
            boxes.append(box)
    if not boxes:
        return None
    b = np.array(boxes)
    glow = int(size * 3) | 1
    ys, xs = np.mgrid[-1:1:glow * 1j, -1:1:glow * 1j]
    halo = np.clip(1 - np.hypot(ys, xs), 0, 1).astype(np.float32) ** 2 * rng.uniform(0, 0.35)
    blend(picture, int(x - glow / 2), int(foot - size / 2 - glow / 2), (60, 140, 250), halo)
    return [b[:, 0].min(), b[:, 1].min(), b[:, 2].max(), b[:, 3].max()]


def add_smoke(rng, picture, source=None, column=False):
    """Draws a plume that rises from source (x, y) and widens; returns its box. column: a
    great one whose foot lies below the picture."""
    h, w = picture.shape[:2]
    tall = h * (rng.uniform(0.9, 2.2) if column else np.exp(rng.uniform(np.log(0.15), np.log(0.9))))
    wide = tall * (rng.uniform(0.15, 0.4) if column else rng.uniform(0.3, 1.0))
    x, foot = source if source else (rng.uniform(0.05, 0.95) * w, (rng.uniform(1.0, 1.7) if column else rng.uniform(0.4, 1.0)) * h)
    H, W = max(16, int(tall)), max(16, int(wide * 1.6))
    ys, xs = np.mgrid[0:H, 0:W].astype(np.float32)
    up = 1 - ys / H
    lean = rng.normal(0, 0.25) * up + 0.06 * clouds(rng, H, W) * up
    width = 0.08 + rng.uniform(0.1, 0.35) * up ** rng.uniform(0.5, 1.2)
    body = np.exp(-((xs / W - 0.5 + lean) / width) ** 2)
    puffs = clouds(rng, H, W, 6)
    alpha = 1.25 * body * (0.85 + 0.3 * puffs) * np.clip((1 - up) * 5, 0, 1) ** 0.5 * np.clip(up * 8 + 0.3, 0, 1)
    alpha = np.clip(alpha, 0, 1) * rng.uniform(0.65, 1.0)
    tone = rng.choice([rng.uniform(25, 80), rng.uniform(110, 190), rng.uniform(190, 250)], p=[0.2, 0.4, 0.4])
    shade = tone + 14 * clouds(rng, H, W, 6) + 14 * puffs
    tint = np.array([1, 1, 1]) * np.exp(rng.normal(0, 0.02, 3))
    colour = np.clip(shade[..., None] * tint, 0, 255).astype(np.float32)
    px, py = int(x - W / 2), int(foot - H)
    alpha = cv2.GaussianBlur(alpha.astype(np.float32), (0, 0), H / 120 + 0.5)
    blend(picture, px, py, colour, alpha)
    return tight(alpha, px, py, 0.25)


def surface(rng, tile, h, w):
    """A plain surface BGR uint8 [h, w, 3] under uneven light: wall, floor, belt, asphalt. tile: a
    texture BGR uint8 in perspective, or None for paint. It looks like smoke and is none."""
    if tile is None:
        out = np.full((h, w, 3), rng.uniform(30, 235), np.float32) + rng.normal(0, 6, 3).astype(np.float32)
    else:
        rows, cols = tile.shape[:2]
        many = np.tile(np.vstack([np.hstack([tile, tile[:, ::-1]]), np.hstack([tile[::-1], tile[::-1, ::-1]])]), (2, 2, 1))
        size = np.exp(rng.uniform(np.log(0.25), np.log(1.0))) * np.array([4 * cols, 4 * rows])
        far = rng.uniform(0.4, 1)  # of the near edge's width in what is seen of the texture
        x, y = rng.uniform(0, 1, 2) * (np.array([4 * cols, 4 * rows]) - size)
        seen = np.float32([[x + size[0] * (1 - far) / 2, y], [x + size[0] * (1 + far) / 2, y], [x + size[0], y + size[1]], [x, y + size[1]]])
        m = cv2.getPerspectiveTransform(seen, np.float32([[0, 0], [w, 0], [w, h], [0, h]]))
        out = cv2.warpPerspective(many, m, (w, h), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT).astype(np.float32)
        mean = out.mean((0, 1))
        out = mean + (out - mean) * rng.uniform(0.05, 1)
        grey = out.mean(2, keepdims=True)
        out = grey + (out - grey) * rng.choice([rng.uniform(0, 0.3), 1])
    ys, xs = np.mgrid[-1:1:h * 1j, -1:1:w * 1j].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    light = rng.uniform(0, 45) * (np.cos(turn) * xs + np.sin(turn) * ys) + rng.uniform(0, 14) * clouds(rng, h, w, 2)
    light = light - rng.uniform(0, 40) * np.hypot(xs - rng.normal(0, 0.5), ys - rng.normal(0, 0.5))
    out = cv2.GaussianBlur(out + light[..., None], (0, 0), rng.uniform(0.3, 3))
    return np.clip(out, 0, 255).astype(np.uint8)


def add_lamps(rng, picture):
    """Look-alikes: lamps, tail lights, low suns and their halos."""
    h, w = picture.shape[:2]
    for _ in range(int(rng.integers(1, 6))):
        r = int(h * np.exp(rng.uniform(np.log(0.008), np.log(0.12)))) + 2
        ys, xs = np.mgrid[-2:2:(4 * r + 1) * 1j, -2:2:(4 * r + 1) * 1j].astype(np.float32)
        d = np.hypot(ys * rng.uniform(0.6, 1.6), xs)
        core, halo = np.clip((1 - d) * rng.uniform(2, 8), 0, 1), np.clip(1 - d / 2, 0, 1) ** 2 * rng.uniform(0.2, 0.8)
        colour = np.array([[60, 160, 255], [30, 30, 235], [180, 230, 255], [250, 250, 250], [40, 200, 250], [80, 255, 120]][int(rng.integers(6))], np.float32)
        white = np.where(core[..., None] > 0.6, 0.4 * colour + 0.6 * 255, colour)
        blend(picture, int(rng.uniform(0, w)) - 2 * r, int(rng.uniform(0, h)) - 2 * r, white.astype(np.float32), np.maximum(core, halo))


def add_haze(rng, picture):
    """Thin even fog or glare over the whole picture: no smoke."""
    h, w = picture.shape[:2]
    alpha = np.clip(rng.uniform(0.08, 0.4) + 0.06 * clouds(rng, 16, 16, 2), 0, 0.5)
    blend(picture, 0, 0, np.full(3, rng.uniform(150, 240)), cv2.resize(alpha.astype(np.float32), (w, h)))


def cut_fire(picture, box):
    """A fire of a training picture with a matte from its brightness, or None where
    the surroundings are as bright as the fire."""
    x1, y1, x2, y2 = np.round(box).astype(int)
    part = picture[max(0, y1):y2, max(0, x1):x2]
    if min(part.shape[:2]) < 12:
        return None
    bgr = cv2.GaussianBlur(part, (0, 0), 1).astype(np.float32)
    warm = 0.2 * bgr[..., 0] + 0.35 * bgr[..., 1] + 0.45 * bgr[..., 2]
    low, high = np.percentile(warm, 35), np.percentile(warm, 95)
    if high - low < 60:
        return None
    matte = np.clip((warm - low - 15) / (high - low - 15), 0, 1) ** 0.7
    h, w = matte.shape
    ys, xs = np.mgrid[-1:1:h * 1j, -1:1:w * 1j]
    return part.astype(np.float32), (matte * np.clip((1.06 - np.maximum(abs(ys), abs(xs))) * 10, 0, 1)).astype(np.float32)


def cut_smoke(picture, box):
    """Smoke of a training picture with a matte that fades towards an ellipse and is thin
    where it looks like what is about the box, or None where it is small."""
    h, w = picture.shape[:2]
    x1, y1, x2, y2 = np.clip(np.round(box), 0, (w, h, w, h)).astype(int)
    if min(x2 - x1, y2 - y1) < 24:
        return None
    soft = cv2.GaussianBlur(picture, (0, 0), 3).astype(np.float32)
    about = np.ones((h, w), bool)
    about[y1:y2, x1:x2] = False
    about[:max(0, y1 - 40)] = about[y2 + 40:] = about[:, :max(0, x1 - 40)] = about[:, x2 + 40:] = False
    if not about.any():
        return None
    far = np.abs(soft[y1:y2, x1:x2] - np.median(soft[about], 0)).mean(2)
    ys, xs = np.mgrid[-1:1:(y2 - y1) * 1j, -1:1:(x2 - x1) * 1j]
    fade = np.clip((1.1 - np.hypot(ys, xs)) * 2.5, 0, 1)
    return picture[y1:y2, x1:x2].astype(np.float32), (fade * np.clip(far / 40, 0.3, 1)).astype(np.float32)


def add_cut(rng, picture, cut, least=0.08, most=0.5):
    """Pastes what cut_fire or cut_smoke gave at a random place, between those shares of
    the picture high; returns the box."""
    colour, alpha = cut
    h, w = picture.shape[:2]
    s = h * np.exp(rng.uniform(np.log(least), np.log(most))) / alpha.shape[0]
    size = (max(6, int(alpha.shape[1] * s)), max(6, int(alpha.shape[0] * s)))
    colour, alpha = cv2.resize(colour, size), cv2.resize(alpha, size)
    if rng.random() < 0.5:
        colour, alpha = colour[:, ::-1], alpha[:, ::-1]
    x, y = int(rng.uniform(-0.1, 0.9) * w), int(rng.uniform(0.2, 0.95) * h - size[1] / 2)
    blend(picture, x, y, colour, alpha)
    return tight(alpha, x, y, 0.25)
