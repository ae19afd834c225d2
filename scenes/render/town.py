"""Houses, shops, roads, trees: what a street is made of."""
import math
import random

import bpy

import parts
import studio
from parts import box, material, rod
from surfaces import ground, mark, rect, tiles

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"  # Debian's fonts-noto-cjk


def tree_(r, x, y, h=5.0):
    """A trunk, some boughs and a crown of single leaves."""
    since = parts.now()
    bark = material((.12, .08, .05), .9, grain=.3)
    rod((x, y, 0), (x, y, h * .5), .13, bark, .09)
    puffs = []
    for _ in range(11):
        s = r.uniform(.24, .40) * h * .5
        c = (x + r.uniform(-.22, .22) * h, y + r.uniform(-.22, .22) * h, h * r.uniform(.52, .95))
        rod((x, y, h * .45), c, .045, bark, .015)
        puffs.append((c, s))
    points, faces = [], []
    for c, s in puffs:
        for _ in range(260):
            d = [r.gauss(0, 1) for _ in range(3)]
            n = s * r.uniform(.55, 1.05) / (math.sqrt(sum(v * v for v in d)) or 1)
            p = [c[i] + d[i] * n for i in range(3)]
            a, b = ([r.uniform(-.11, .11) for _ in range(3)] for _ in range(2))
            faces.append(tuple(range(len(points), len(points) + 3)))
            points += [p, [p[i] + a[i] for i in range(3)], [p[i] + b[i] for i in range(3)]]
    mesh = bpy.data.meshes.new("leaves")
    mesh.from_pydata(points, [], faces)
    o = bpy.data.objects.new("leaves", mesh)
    bpy.context.collection.objects.link(o)
    g = r.uniform(.8, 1.2)
    mesh.materials.append(material((.055 * g, .125 * g, .025), .8, grain=.35, scale=4))
    mark(since, "vegetation")


def building(r, x, y, w, h, rgb, depth=6):
    """A house front with rows of windows, some with curtains, some with a cooler's box."""
    box((x, y + depth / 2, h / 2), (w, depth, h), tiles(rgb, [c * .9 for c in rgb], .5), bevel=.02)
    frame, white = material((.55, .55, .55), .5), material((.66, .66, .63), .5)
    for floor in range(1, int(h // 3)):
        box((x, y - .02, floor * 3 + .12), (w, .12, .16), material([c * .8 for c in rgb], .8))
        for i in range(int(w // 2)):
            at = x - w / 2 + 1 + i * 2
            tone = r.uniform(.03, .11)
            glass = material((tone, tone * 1.2, tone * 1.4) if r.random() < .75 else (.30, .27, .22), .12, grain=.3, scale=2)
            box((at, y - .01, floor * 3 + 1.5), (1.2, .06, 1.4), glass)
            box((at, y - .05, floor * 3 + 1.5), (.05, .05, 1.4), frame)
            box((at, y - .03, floor * 3 + .75), (1.4, .16, .08), frame)
            if r.random() < .25:
                box((at + .1, y - .28, floor * 3 + .42), (.8, .34, .5), white)


def sign(x, y, z, text, size=.62):
    """The name over a door, in raised letters."""
    curve = bpy.data.curves.new("sign", "FONT")
    curve.body, curve.size, curve.extrude = text, size, .02
    curve.align_x, curve.align_y = "CENTER", "CENTER"
    curve.font = bpy.data.fonts.load(FONT, check_existing=True)
    curve.space_character = 1.25
    o = bpy.data.objects.new("sign", curve)
    bpy.context.collection.objects.link(o)
    o.location, o.rotation_euler = (x, y, z), (math.pi / 2, 0, 0)
    curve.materials.append(material((.86, .82, .66), .5, grain=.02, emit=.3))


def shelves(x, y, w, h):
    """What is seen through a shop's window: boards with small goods."""
    r = random.Random(f"{x:.2f}")
    board = material((.30, .24, .17), .7)
    paints = [material(r.choice(parts.FRUIT + parts.CRATES + parts.CLOTHES), .6) for _ in range(9)]
    for level in range(int(h / .46)):
        z = .25 + level * .46
        box((x, y, z), (w, .3, .03), board, bevel=0)
        at = x - w / 2 + .1
        while at < x + w / 2 - .1:
            s, t = r.uniform(.08, .24), r.uniform(.12, .34)
            if r.random() < .85:
                box((at + s / 2, y - .05, z + t / 2), (s * .9, .16, t), r.choice(paints), bevel=0)
            at += s + .01


def shop(r, x, y, w, paint, open_=True, awning=None, name=""):
    """A shop front: pillars, window with shelves behind, door, sign."""
    wall = material((.40, .38, .36), .8)
    for dx, ww in ((-.47, .06), (.12, .05), (.47, .06)):
        box((x + w * dx, y + .55, 1.3), (w * ww, 1.1, 2.6), wall, bevel=.02)
    box((x, y + .55, 2.8), (w, 1.1, .9), wall, bevel=.02)
    box((x - w * .175, y + .25, .2), (w * .54, .5, .4), wall, bevel=.02)
    box((x, y + 1.0, 1.3), (w, .06, 2.6), material((.30, .27, .23), .8, emit=.16), bevel=0)
    box((x, y + .5, .01), (w, 1, .02), material((.35, .33, .30), .5), bevel=0)
    shelves(x - w * .175, y + .6, w * .5, 2.3)
    shelves(x + w * .30, y + .8, w * .26, 2.0)
    bar = material((.5, .5, .52), .3, .9)
    for dx in (-.44, -.18, .09, .15, .43):
        rod((x + w * dx, y - .02, 0 if dx > .1 else .4), (x + w * dx, y - .02, 2.3), .03, bar)
    for z in (.42, 2.3):
        rod((x - w * .44, y - .02, z), (x + w * .09, y - .02, z), .025, bar)
    if not open_:
        box((x + w * .30, y, 1.12), (w * .26, .06, 2.24), material((.09, .11, .12), .15, grain=.2))
    box((x, y - .12, 2.85), (w * .98, .22, .78), material(paint, .5, grain=.04, emit=.08), bevel=.03)
    if name:
        sign(x, y - .25, 2.84, name)
    if awning:
        mesh = bpy.data.meshes.new("awning")
        mesh.from_pydata([(x - w / 2, y - .1, 2.42), (x + w / 2, y - .1, 2.42), (x + w / 2, y - 1.2, 2.05), (x - w / 2, y - 1.2, 2.05),
                          (x + w / 2, y - 1.2, 1.9), (x - w / 2, y - 1.2, 1.9)], [], [(0, 1, 2, 3), (3, 2, 4, 5)])
        o = bpy.data.objects.new("awning", mesh)
        bpy.context.collection.objects.link(o)
        mesh.materials.append(material(awning, .85, grain=.05))


def road(y1, y2):
    rect(-60, y1, 60, y2, .0, ground((.055, .055, .058), (.085, .085, .088), scale=.6, bump=.1, fine=60), "hard_ground")
    white = material((.6, .6, .58), .8, grain=.3)
    for i in range(-12, 13):
        rect(i * 3, (y1 + y2) / 2 - .07, i * 3 + 1.6, (y1 + y2) / 2 + .07, .012, white)
    box((0, y1 - .12, .06), (120, .22, .14), material((.42, .42, .41), .9), bevel=.02)
    box((0, y2 + .12, .06), (120, .22, .14), material((.42, .42, .41), .9), bevel=.02)


def pavement(y1, y2, tone=(.36, .33, .30), line=.45):
    rect(-60, y1, 60, y2, .01, tiles(tone, [c * .86 for c in tone]), "hard_ground")
    rect(-60, y2, 60, y2 + 3, .005, ground([c * .7 for c in tone], [c * .8 for c in tone]), "hard_ground")
    at = y1 + (y2 - y1) * line
    rect(-60, at, 60, at + .6, .014, tiles((.52, .42, .14), (.48, .38, .12), .3, .02))


def parked(make, at, turn, *args):
    since = parts.now()
    make(*args)
    studio.turn(since, turn, (*at, 0))


def lamp_post(x, y):
    pole = material((.25, .26, .28), .4, .8)
    rod((x, y, 0), (x, y, 6.5), .07, pole, .05)
    rod((x, y, 6.5), (x - 1.4, y - .2, 6.8), .04, pole)


def bollards(xs, y):
    stone = material((.30, .29, .28), .9)
    for x in xs:
        rod((x, y, 0), (x, y, .62), .11, stone, .10)
