"""Renders empty streets to put things on: blender -b -P render_streets.py -- OUT FROM TO.

Built of the parts of scenes/render, with other fronts, colours, trees, cameras and
light than the scenes have; nothing that the street model has a class for is in them.
OUT/NUMBER.png, 640x360.
"""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scenes", "render"))
import parts  # noqa: E402
import plates  # noqa: E402
from town import bollards, building, lamp_post, pavement, road, shop, tree_  # noqa: E402

PAINT = ((.30, .03, .02), (.02, .10, .28), (.35, .25, .02), (.02, .20, .08), (.03, .16, .18), (.25, .25, .25), (.20, .02, .15))
WALLS = ((.42, .36, .28), (.36, .33, .32), (.46, .40, .33), (.35, .30, .26), (.55, .53, .50), (.40, .22, .16))


def row(r, y):
    """Houses and shops along a line."""
    x = -24 + r.uniform(-3, 3)
    while x < 26:
        w = r.uniform(7, 14)
        building(r, x + w / 2, y + 1, w, r.uniform(7, 18), r.choice(WALLS))
        at = x + .3
        while at + 3.5 < x + w:
            s = min(r.uniform(3.6, 6.8), x + w - at - .1)
            if r.random() < .8:
                shop(r, at + s / 2, y, s, r.choice(PAINT), open_=r.random() < .8, awning=r.choice(PAINT) if r.random() < .3 else None,
                     name=r.choice(("", "文具", "便民超市", "五金建材")))
            at += s
        x += w + r.choice((0, 0, .4, 1.5))


def street(r):
    near = r.uniform(-4, 6)
    wide = r.uniform(5, 13)
    tone = r.choice(((.36, .33, .30), (.33, .33, .34), (.42, .36, .32), (.28, .29, .30)))
    if r.random() < .5:
        road(near - 9, near)
        pavement(near + .2, near + wide, tone, line=r.random())
        front = near + wide
    else:
        pavement(near, near + wide, tone, line=r.random())
        road(near + wide + .2, near + wide + 8)
        pavement(near + wide + 8.2, near + wide + 12, tone, line=r.random())
        front = near + wide + 12
    row(r, front - .1)
    for _ in range(r.randint(0, 5)):
        tree_(r, r.uniform(-14, 14), r.uniform(near + 3, front - 2), r.uniform(3.5, 6))
    if r.random() < .5:
        lamp_post(r.uniform(-9, 9), r.uniform(near + 2, front - 1))
    if r.random() < .4:
        bollards([r.uniform(-10, 10) for _ in range(4)], near + wide - .4)


def main():
    out, first, last = sys.argv[sys.argv.index("--") + 1:]
    for n in range(int(first), int(last)):
        r = random.Random(f"empty street {n}")
        parts.clear()
        street(r)
        grey = r.random() < .4
        plates.look((640, 360), r.uniform(2.8, 8), r.uniform(8, 26), r.uniform(48, 75), sky=(.72, .74, .78) if grey else (.5, .65, .9),
                    sky_strength=r.uniform(.7, 1.2), sun=r.uniform(.3, 1) if grey else r.uniform(2.2, 4),
                    angle=(r.uniform(.3, 1), r.uniform(-.4, .4), r.uniform(-2, 2)), samples=10)
        plates.write(os.path.join(out, f"{n:03}.png"))


main()
