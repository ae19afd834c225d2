"""What happens in each scene, second by second: the cues of the actors and the effects.

Each plot has SECONDS, PLATES, LOOK (contrast, colour, tint BGR, lift) and a function
that returns draw(frame, t), given a Stage.
"""
import cv2
import numpy as np

import view
from fire import Flames, Fog, Plume
from stage import Script, over


def ramp(t, *points):
    """Straight between (second, value) points."""
    return float(np.interp(t, [p[0] for p in points], [p[1] for p in points]))


class Stall:
    SECONDS, PLATES, LOOK, CODEC = 116, ("stall",), (.5, .86, (.94, .935, .92), 0.0), "h264"

    def __init__(self, stage):
        self.stage, s = stage, Script()
        s.still("kerb", 0, 999)
        s.walk("come", (14.0, 9.6, 11.0), (20.0, 2.9, 11.0))
        s.still("cart", 20.0, 78.0)
        s.still("vendor-stand", 20.0, 22.5)
        s.still("umbrella", 24.5, 75.0, soft=.4)
        s.still("crates", 27.0, 74.0, soft=.4)
        s.still("baskets", 29.0, 73.0, soft=.4)
        s.still("mat", 31.0, 72.0, soft=.4)
        for t0, t1, pose, x, y in ((22.5, 25.5, "serve", 1.0, 11.7), (25.5, 28.0, "bend", -.2, 10.9), (28, 30, "bend", 1.1, 10.1),
                                   (30, 32.5, "bend", -.1, 9.8), (32.5, 38, "stand", 2.2, 11.5), (38, 47, "serve", 1.5, 10.5),
                                   (47, 56, "phone", 2.2, 11.5), (56, 63, "stand", 2.2, 11.5), (63, 70.5, "serve", 1.9, 11.2),
                                   (70.5, 73, "bend", .2, 9.9), (73, 74.5, "bend", -.2, 10.9), (74.5, 78, "serve", 1.0, 11.7)):
            s.still("vendor-" + pose, t0, t1, x, y)
        s.walk("go", (78.0, -.3, 11.0), (87.5, 10.2, 11.0))
        for t in (1.5, 41, 93):
            s.cross("a", t, 14.2, True)
        for t in (4, 52, 97):
            s.cross("b", t, 8.3, False, 1.35)
        for t in (24, 62, 101):
            s.cross("c", t, 13.2, False, 1.25)
        end = s.walk("d", (33, -7.6, 8.4), (38, -.9, 8.4), (39, .2, 8.8))
        s.still("d-buys", end, end + 9, .2, 8.8)
        s.walk("d", (end + 9, .2, 8.8), (end + 14.5, 7.6, 8.8))
        for t in (4, 22, 46, 69, 88, 106):
            s.cross("car-1", t, 22.9, False, 9.0)
        for t in (11, 34, 57, 80, 99):
            s.cross("car-2", t, 19.6, True, 8.0)
        self.script = s

    def draw(self, t):
        frame = self.stage.plates["stall"].copy()
        self.script.draw(self.stage, frame, t)
        return frame


class Crossdoor:
    SECONDS, PLATES, LOOK, CODEC = 116, ("crossdoor",), (.45, .88, (.92, .935, .95), .005), "h264"

    def __init__(self, stage):
        self.stage, s = stage, Script()
        door = 5.0
        t = 20.0
        self.goods = {}
        for item, x, y in (("crates-1", 1.0, 15.8), ("crates-2", 2.9, 15.8), ("baskets", 1.4, 14.9), ("cartons", 3.1, 14.95)):
            way = (door - x - .6) / 1.5 + .2
            s.walk("bring", (t, door, 16.6), (t + way, x + .6, y))
            s.still("owner-bend", t + way, t + way + 1.6, x + .5, y)
            self.goods[item] = t + way + .9
            s.walk("return", (t + way + 1.6, x + .6, y), (t + 2 * way + 1.6, door, 16.6))
            t += 2 * way + 2.4
        self.goods["table"], self.goods["rack"] = t + .8, t + 3
        s.still("owner-serve", t, t + 2.4, 4.4, 16.1)
        s.still("owner-bend", t + 2.4, t + 4.4, 5.5, 15.5)
        s.still("owner-stand", t + 4.4, 60, 3.8, 16.3)
        s.still("owner-serve", 60, 70, 3.9, 15.9)
        t, gone = 70.0, {}
        for item, x, y, wait in (("rack", 5.6, 15.5, 1), ("table", 4.4, 16.1, 1)):
            s.still("owner-bend", t, t + 2, x, y)
            gone[item] = t + wait
            t += 2
        for item, x, y in (("cartons", 3.1, 14.95), ("baskets", 1.4, 14.9), ("crates-2", 2.9, 15.8), ("crates-1", 1.0, 15.8)):
            way = (door - x - .6) / 1.7 + .2
            s.walk("fetch", (t, door, 16.6), (t + way, x + .6, y))
            s.still("owner-bend", t + way, t + way + 1.2, x + .5, y)
            gone[item] = t + way + .7
            s.walk("carry", (t + way + 1.2, x + .6, y), (t + 2 * way + 1.2, door, 16.6))
            t += 2 * way + 1.6
        for item, start in self.goods.items():
            s.still("door " + item, start, gone[item], soft=.4)
        self.out, self.back = self.goods["crates-2"], gone["crates-2"]
        for t in (1, 37, 58, 98):
            s.cross("a", t, 12.2, True)
        for t in (8, 48, 80):
            s.cross("b", t, 10.2, False, 1.2)
        s.walk("c", (26, 9.6, 13.2), (32, 2.6, 13.2))
        s.still("c-looks", 44, 54)
        s.cross("c", 64, 13.2, False)
        s.walk("wheels", (91, 9.5, 14.2), (97.2, 1.2, 14.2), (97.3, 1.2, 14.2))
        s.still("bicycle", 97.3, 104)
        s.walk("wheels", (104, 1.2, 14.2), (112.5, -10.4, 14.2))
        self.script = s
        s.walk("c", (32, 2.6, 13.2), (44, 2.6, 13.2))
        s.walk("c", (54, 2.6, 13.2), (62.5, -9.2, 13.2))

    def draw(self, t):
        frame = self.stage.plates["crossdoor"].copy()
        self.script.draw(self.stage, frame, t)
        return frame


class Soil:
    SECONDS, PLATES, LOOK, CODEC = 116, ("soil-bare", "soil-net"), (.55, .85, (.97, .99, 1.02), 0.0), "h264"
    STRIPS = ((-12, -5.5, 52, -8), (-.2, 5.6, 52, 2.8), (-5.7, 0, 64, -2.8), (5.4, 12, 64, 8))
    NEAR, FAR, TIME = 7.2, 25.0, 10.5

    def __init__(self, stage):
        self.stage, s = stage, Script()
        s.still("truck", 0, 999)
        for t in (3, 30, 88):
            s.cross("a", t, 12, True)
        for t in (14, 43, 100):
            s.cross("b", t, 17, False)
        s.still("d-stands", 0, 52)
        s.still("c-bends", 46, 52, -8, 8.4)
        for _, _, t0, x in self.STRIPS:
            s.walk("lay", (t0, x, self.NEAR + .3), (t0 + self.TIME, x, self.FAR - .5))
            s.walk("a", (t0 + self.TIME, x, self.FAR - .5), (t0 + self.TIME + (17 - x) / 1.4, 17, self.FAR - .5))
        self.script = s
        ys, xs = np.mgrid[0:view.HEIGHT, 0:view.WIDTH].astype(np.float32)
        self.x, self.y = view.ground(xs, ys)
        rng = np.random.default_rng(4)
        rag = cv2.resize(rng.normal(0, 1, (18, 32)).astype(np.float32), (view.WIDTH, view.HEIGHT), interpolation=cv2.INTER_CUBIC)
        self.rag = rag * .12

    def draw(self, t):
        frame = self.stage.plates["soil-bare"].copy()
        if t > 76:
            frame = self.stage.plates["soil-net"].copy()
        elif t > 52:
            for x0, x1, t0, _ in self.STRIPS:
                front = self.NEAR + (self.FAR + .6 - self.NEAR) * (t - t0) / self.TIME
                if front <= self.NEAR:
                    continue
                on = (self.x > x0 + self.rag) & (self.x < x1 + self.rag) & (self.y < front + self.rag)
                frame[on] = self.stage.plates["soil-net"][on]
                if front < self.FAR:
                    self.roll(frame, x0, x1, front)
        beat = min(t, 50) / 12 * 12
        self.stage.put(frame, f"digger-{int(beat) % 12}")
        if beat < 50:  # from one position to the next within the second
            self.stage.put(frame, f"digger-{(int(beat) + 1) % 12}", fade=beat % 1)
        self.script.draw(self.stage, frame, t)
        return frame

    @staticmethod
    def roll(frame, x0, x1, y):
        """The rest of the net on its tube."""
        for dz, colour in ((.02, (14, 34, 16)), (.14, (40, 92, 44)), (.24, (62, 128, 70))):
            a, b = view.project(x0, y, dz), view.project(x1, y, dz)
            cv2.line(frame, (round(a[0]), round(a[1])), (round(b[0]), round(b[1])), colour, max(2, round(.13 * a[2])), cv2.LINE_AA)


class Burning:
    SECONDS, PLATES, LOOK, CODEC = 112, ("burning",), (.45, .82, (1.0, .99, .97), .01), "h264"

    def __init__(self, stage):
        self.stage, s = stage, Script()
        for i in (1, 2, 3):
            s.still(f"straw-{i}", 0, 999)
        s.still("tricycle", 0, 999, 5.0, 10.4)
        s.walk("come", (9.5, -9.6, 12.2), (15, -1.9, 12.2))
        s.still("squats", 15, 20.5)
        s.walk("leave", (20.5, -2.0, 12.2), (23.2, -5.2, 12.4))
        s.still("watches", 23.2, 72)
        s.walk("leave", (72, -5.2, 12.4), (76, -10.4, 12.4))
        self.script = s
        self.fires = [Flames(5, -.3, 12.0, 2.7, 1.9), Flames(6, .3, 12.25, 2.0, 1.5), Flames(7, -.95, 12.3, 1.8, 1.4)]
        self.smoke = Plume(9, (-.3, 12.4, .7), lambda t: ramp(t, (17, 0), (20, .6), (30, 1), (58, 1), (66, .45), (71, 0)), rate=16,
                           life=9.5, first=.42, grow=.30, density=.75)

    def draw(self, t):
        frame = self.stage.plates["burning"].copy()
        burnt = ramp(t, (24, 0), (60, 1))
        if t > 105:  # a new heap, before the video begins again
            burnt = 0
        self.stage.put(frame, "straw-0", light=1 - .85 * burnt, squash=round(1 - .5 * burnt, 2))
        power = ramp(t, (18, 0), (20, .28), (29, 1), (54, 1), (62, .35), (65, 0))
        late = ramp(t, (21, 0), (31, 1), (50, .9), (60, .2), (63, 0))
        self.script.draw(self.stage, frame, t)
        self.fires[1].draw(frame, t, late)
        self.fires[2].draw(frame, t + 3, late * .9)
        self.fires[0].draw(frame, t, power)
        self.smoke.draw(frame, t)
        return frame


class Street:
    SECONDS, PLATES, LOOK, CODEC = 100, ("street",), (.4, .8, (1.02, 1.0, .97), .0), "h265"

    def __init__(self, stage):
        self.stage, s = stage, Script()
        for name in ("lamp", "tree", "car", "scooter"):
            s.still(name, 0, 999)
        s.still("waits-1", 0, 999)
        s.still("waits-2", 0, 62)
        s.still("waits-3", 0, 999)
        s.cross("umbrella", 5, 12.6, True, 1.1)
        s.cross("umbrella", 55, 12.6, True, 1.2)
        for t in (18, 74):
            s.cross("red", t, 13.6, False)
        for t in (9, 33, 84):
            s.cross("a", t, 11.6, False)
        for t in (1, 28, 66, 85):
            s.cross("b", t, 15.2, True)
        s.walk("courier-brings", (24, 9.8, 14.6), (30, 1.9, 14.6))
        s.still("courier-bends", 30, 32, 1.8, 14.6)
        s.still("parcel", 31, 51, soft=.4)
        s.walk("courier-goes", (32, 1.9, 14.6), (38, 9.8, 14.6))
        s.walk("courier-brings", (44.6, 9.8, 15.0), (44.7, 9.8, 15.0))
        s.walk("courier-goes", (50, 1.3, 14.9), (50.3, 1.4, 14.9))
        s.still("courier-bends", 49.6, 51, 1.8, 14.6)
        s.walk("courier-takes", (51, 1.8, 14.6), (57.5, 9.8, 14.6))
        self.script = s
        self.steam = Plume(3, (-5.0, 17.2, 2.3), lambda t: .55, rate=7, life=2.2, rise=.8, wind=.3, first=.12, grow=.16, density=.28, tone=(225, 220))
        self.fog = Fog()
        self.rng = np.random.default_rng(8)
        self.lamps = [Street.lantern(view.project(x, 16.7, 2.05)) for x in (-6.6, -.7)]

    @staticmethod
    def lantern(at):
        """A red paper lantern that shines: colour, cover, place."""
        u, v, s = at
        n = max(8, round(.46 * s))
        ys, xs = np.mgrid[-1:1:n * 1j, -1:1:n * 1.1j].astype(np.float32)
        d = np.hypot(xs, ys * 1.1)
        alpha = np.clip((.95 - d) * 9, 0, 1)
        light = np.clip(1.15 - .6 * d, 0, 1.2)[..., None] * (1 - .10 * (np.abs(np.sin(xs * 7)) < .3)[..., None])
        bgr = light * np.float32([38, 44, 214]) + np.clip(.5 - d, 0, 1)[..., None] * np.float32([60, 120, 60])
        return bgr * alpha[..., None], alpha, round(u - n * .55), round(v - n / 2)

    def draw(self, t):
        frame = self.stage.plates["street"].copy()
        flicker = 1 if int(t * 3.1) % 5 else .55  # one lantern has a loose contact
        for (bgr, alpha, left, top), light in zip(self.lamps, (1.0, flicker)):
            over(frame, left, top, bgr * light, alpha)
        self.script.draw(self.stage, frame, t)
        self.steam.draw(frame, t)
        self.fog.draw(frame, ramp(t, (58, 0), (68, .34), (80, .30), (92, 0)))
        return frame


# Walks that are another one seen in a mirror: name -> rendered name.
MIRRORED = {"stall": {"go": "come"}, "crossdoor": {"fetch": "return", "carry": "bring"}, "burning": {"leave": "come"},
            "street": {"courier-takes": "courier-brings"}}
PLOTS = {"stall": Stall, "crossdoor": Crossdoor, "soil": Soil, "burning": Burning, "street": Street}
