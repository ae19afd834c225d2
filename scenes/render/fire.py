"""Flames, smoke, steam and fog, drawn frame by frame."""
import cv2
import numpy as np

import view
from stage import over


def tile(rng, size=512, slope=1.7):
    """Noise without seams: mean 0, deviation 1."""
    f = np.fft.fftfreq(size)
    d = np.hypot(f[:, None], f[None, :])
    d[0, 0] = 1
    spectrum = (rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size))) / d ** slope
    spectrum[0, 0] = 0
    n = np.real(np.fft.ifft2(spectrum))
    return (n / n.std()).astype(np.float32)


class Flames:
    """A fire on the ground at x, y, up to height_m high and width_m wide."""

    def __init__(self, seed, x, y, height_m, width_m):
        rng = np.random.default_rng(seed)
        self.coarse, self.fine = tile(rng), tile(rng, slope=1.25)
        u, v, s = view.project(x, y)
        self.h, self.w = int(height_m * s * 1.35), int(width_m * s * 1.7)
        self.left, self.top = int(u - self.w / 2), int(v - self.h + .12 * s)
        self.up = np.linspace(1, 0, self.h, dtype=np.float32)[:, None]
        self.across = np.linspace(-1, 1, self.w, dtype=np.float32)[None, :]
        self.glow = None

    def sample(self, noise, scale, du, dv):
        ys = (np.arange(self.h) * scale + dv).astype(int) % 512
        xs = (np.arange(self.w) * scale + du).astype(int) % 512
        return noise[ys[:, None], xs[None, :]]

    def draw(self, frame, t, power):
        """power 0..1 scales height and width."""
        if power <= .01:
            return
        px = self.h / 130  # speed and grain go with the size in pixels
        sway = self.sample(self.coarse, 1.1 / px, 40 * t, 210 * t)
        lick = self.sample(self.coarse, 2.1 / px, -25 * t, 360 * t)
        fine = self.sample(self.fine, 3.0 / px, 15 * t, 520 * t)
        tall = .62 * power * (1 + .30 * self.sample(self.coarse, 1.4 / px, 60 * t, 0)[:1] + .08 * np.sin(t * 9.1))
        up = self.up / np.maximum(.05, tall)
        across = (self.across + (.10 * sway + .05 * lick) * np.clip(up, 0, 1.3) + .03 * np.sin(t * 2.3)) / (.42 * (.45 + .55 * power))
        body = 1 - across ** 2 * (.55 + .9 * up) - up ** 1.15
        heat = body * 1.15 + .26 * lick * np.clip(up + .15, 0, 1) + .13 * fine
        heat *= np.clip((1 - np.abs(self.across)) * 6, 0, 1) * np.clip(self.up * 14, 0, 1)
        heat = np.clip(heat, 0, 1.6)
        alpha = np.clip((heat - .10) * 4.2, 0, 1) * .96
        k = np.clip(heat[..., None] * 1.15, 0, 1.25)
        b = np.clip((k - .62) * 300, 0, 215)
        g = np.clip((k - .06) * 330, 25, 250)
        r = np.clip(120 + k * 420, 0, 255)
        colour = np.concatenate((b, g, r), 2)
        self.halo(frame, power * (1 + .12 * np.sin(t * 13) + .08 * np.sin(t * 31)))
        over(frame, self.left, self.top, colour * alpha[..., None], cv2.GaussianBlur(alpha, (0, 0), .8))

    def halo(self, frame, power):
        """Light on what is near."""
        if self.glow is None:
            n = self.h * 3 // 2
            ys, xs = np.mgrid[-1:1:n * 1j, -1:1:n * 1.6j]
            self.glow = (np.clip(1 - np.hypot(ys, xs), 0, 1) ** 2.2)[..., None].astype(np.float32) * np.float32([25, 75, 150])
        h, w = self.glow.shape[:2]
        left, top = self.left + self.w // 2 - w // 2, self.top + int(self.h * .72) - h // 2
        x0, x1, y0, y1 = max(0, left), min(frame.shape[1], left + w), max(0, top), min(frame.shape[0], top + h)
        part = frame[y0:y1, x0:x1]
        add = self.glow[y0 - top:y1 - top, x0 - left:x1 - left] * (power * .5)
        np.copyto(part, np.clip(part + add, 0, 255).astype(np.uint8))


class Plume:
    """Smoke or steam that rises from x, y, z: puffs that grow, drift and thin out."""

    def __init__(self, seed, at, strength, rate=14.0, life=8.0, rise=1.5, wind=.55, first=.28, grow=.26, density=.5, tone=(196, 150), end=None):
        rng = np.random.default_rng(seed)
        self.at, self.life, self.tone, self.density = at, life, tone, density
        self.textures = [self.puff(rng) for _ in range(14)]
        self.puffs = []
        t = 0.0
        while t < (end or 120):
            t += rng.exponential(1 / rate)
            s = strength(t)
            if s > .02:
                self.puffs.append((t, s, rng.normal(0, .20, 2), rise * rng.uniform(.8, 1.2), wind * rng.uniform(.55, 1.5),
                                   first * rng.uniform(.7, 1.3), grow * rng.uniform(.8, 1.3), int(rng.integers(14)), rng.uniform(-1, 1)))

    @staticmethod
    def puff(rng, n=96):
        ys, xs = np.mgrid[-1:1:n * 1j, -1:1:n * 1j].astype(np.float32)
        noise = tile(rng, 128, 1.55)[:n, :n]
        a = np.clip(1 - np.hypot(ys, xs) * (1 + .20 * noise), 0, 1) ** 1.15
        a *= np.clip(.75 + .38 * tile(rng, 128, 1.4)[:n, :n], 0, 1.3)
        shade = 1 + .10 * np.clip(noise, -1.5, 1.5) - .16 * ys - .10 * xs
        return np.clip(a, 0, 1).astype(np.float32), shade.astype(np.float32)

    def draw(self, frame, t, scale=2):
        """Lays the plume over the frame; it is drawn at half the size."""
        h, w = frame.shape[0] // scale, frame.shape[1] // scale
        layer, cover, box = None, None, None
        for born, s, off, rise, wind, first, grow, i, lean in self.puffs:
            age = t - born
            if age < 0 or age > self.life:
                continue
            if layer is None:
                layer, cover = np.zeros((h, w, 3), np.float32), np.zeros((h, w), np.float32)
            x = self.at[0] + off[0] * (.6 + .25 * age) + wind * age + .12 * np.sin(1.3 * born + age)
            z = self.at[2] + rise * age - .035 * age * age + .1
            u, v, k = view.project(x, self.at[1] + off[1], z)
            size = int(2 * (first + grow * age) * k / scale)
            alpha, shade = self.textures[i]
            fade = min(1, age * 2.5) * (1 - age / self.life) ** 1.2 * s * self.density
            tone = (self.tone[0] + (self.tone[1] - self.tone[0]) * max(0, 1 - age * .8)) * (1 + .06 * lean)
            self.add(layer, cover, int(u / scale), int(v / scale), size, alpha * fade, shade * tone)
        if layer is None:
            return
        cover = cv2.resize(cover, (frame.shape[1], frame.shape[0]), interpolation=cv2.INTER_LINEAR)[..., None]
        layer = cv2.resize(layer, (frame.shape[1], frame.shape[0]), interpolation=cv2.INTER_LINEAR)
        np.copyto(frame, np.clip(frame * (1 - cover) + layer, 0, 255).astype(np.uint8))

    @staticmethod
    def add(layer, cover, u, v, size, alpha, grey):
        if size < 2:
            return
        left, top = u - size // 2, v - size // 2
        x0, x1, y0, y1 = max(0, left), min(cover.shape[1], left + size), max(0, top), min(cover.shape[0], top + size)
        if x1 <= x0 or y1 <= y0:
            return
        cut = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
        a = cv2.resize(alpha, (size, size))[cut]
        g = cv2.resize(grey, (size, size))[cut]
        layer[y0:y1, x0:x1] = layer[y0:y1, x0:x1] * (1 - a[..., None]) + (g * a)[..., None] * np.float32([1.0, .985, .97])
        cover[y0:y1, x0:x1] = cover[y0:y1, x0:x1] * (1 - a) + a


class Fog:
    """Haze that thickens with distance."""

    def __init__(self, tone=(206, 202, 198)):
        rows = np.linspace(1, .25, view.HEIGHT, dtype=np.float32)[:, None, None]
        self.rows, self.tone = rows, np.float32(tone)

    def draw(self, frame, strength):
        if strength > .005:
            a = self.rows * strength
            np.copyto(frame, (frame * (1 - a) + self.tone * a).astype(np.uint8))
