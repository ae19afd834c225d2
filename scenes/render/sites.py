"""Places without shops: building sites, covered or not, and a field."""
import math

import bmesh
import bpy

import parts
import studio
from parts import ball, box, material, rod
from surfaces import blob, ground, mark, net, patch, rect
from town import building, tree_


def site(r, covered):
    rect(-80, -10, 80, 120, -.02, ground((.10, .15, .04), (.16, .20, .07), scale=.8, bump=.6, fine=9), "vegetation")
    soil = ground((.26, .165, .095), (.36, .25, .155), scale=.55, bump=.9, fine=7)
    rect(-11, 7.2, 11, 25, .0, soil, "bare_soil")
    cloth = net((.03, .17, .05))
    if covered:
        since = parts.now()
        shape = bmesh.new()
        bmesh.ops.create_grid(shape, x_segments=90, y_segments=80, size=.5)
        bmesh.ops.scale(shape, vec=(21.6, 17.4, 1), verts=shape.verts)
        mesh = bpy.data.meshes.new("cloth")
        shape.to_mesh(mesh)
        o = bpy.data.objects.new("cloth", mesh)
        o.location = (0, 16.1, .06)
        bpy.context.collection.objects.link(o)
        for v in o.data.vertices:
            v.co.z += .05 * math.sin(v.co.x * 1.7 + v.co.y) + .04 * r.random()
        o.data.materials.append(cloth)
        mark(since, "net")
        stone = material((.3, .29, .28), .9)
        for _ in range(46):
            box((r.uniform(-10.4, 10.4), r.uniform(7.6, 24.5), .14), (.26, .14, .10), stone)
    else:
        for _ in range(7):
            x, y = r.uniform(-9, 5), r.uniform(10, 23)
            ball((x, y, 0), (r.uniform(2, 4), r.uniform(1.6, 3), r.uniform(.5, 1.3)), soil)["class"] = "bare_soil"
        track = ground((.17, .11, .07), (.22, .15, .10), scale=2, bump=1, fine=12)
        for x in (-3.4, -1.7):
            patch([(x - 8, 7.5), (x - 7.4, 7.5), (x + 3.6, 24), (x + 3.1, 24)], .012, track, "bare_soil")
    concrete = ground((.34, .34, .33), (.42, .41, .40), scale=.7, bump=.08, fine=40)
    rect(-30, 1, 30, 7.1, .02, concrete, "hard_ground")
    for i, rgb in enumerate(((.02, .10, .32), (.40, .10, .03), (.42, .42, .42))):
        box((13.8, 12.5 + i * 4, 1.25), (2.4, 5.4 if i else 3.2, 2.5), material(rgb, .6, grain=.08))
    panel = material((.05, .20, .34), .6, grain=.05)
    for i in range(-14, 15):
        box((i * 2.02, 26.4, 1.1), (2.0, .06, 2.2), panel if i % 5 else material((.6, .6, .58), .7))
    for i, (x, w, h) in enumerate(((-24, 12, 16), (2, 10, 22), (22, 13, 14))):
        building(r, x, 46, w, h, ((.45, .42, .38), (.40, .40, .40), (.44, .36, .30))[i])
    for x in (-15, -11, 10, 16):
        tree_(r, x, 30 + r.uniform(0, 3), 5)


def excavator(r, x, y):
    """A digger somewhere, its arm anywhere."""
    since = parts.now()
    digger(r.random())
    studio.turn(since, r.choice([0, 180, r.uniform(0, 360)]), (x, y, 0))
    mark(since, "machine")


def digger(phase):
    """A digger at the origin, its arm to +X, digging once over phase 0..1."""
    paint, dark = material((.70, .42, .02), .5), material((.05, .05, .05), .8)
    for dy in (-.9, .9):
        box((0, dy, .45), (3.4, .6, .8), dark, bevel=.25)
        for i in range(9):
            box((-1.5 + i * .375, dy, .87), (.14, .62, .06), dark, bevel=.01)
    rod((0, 0, .8), (0, 0, 1.0), .7, dark)
    box((-.4, 0, 1.45), (2.6, 2.2, .9), paint, bevel=.12)
    box((-1.35, 0, 1.75), (.9, 2.1, .9), paint, bevel=.16)
    box((.55, -.6, 2.05), (1.3, 1.0, 1.6), material((.04, .05, .06), .15), bevel=.08)
    box((.55, -.6, 2.88), (1.36, 1.06, .10), paint, bevel=.03)
    swing = math.sin(2 * math.pi * phase)
    shoulder = (.8, .35, 1.6)
    elbow = (3.1 + .25 * swing, .3, 3.5 + .35 * swing)
    lower = -1.15 + .55 * math.cos(2 * math.pi * phase)
    wrist = (elbow[0] + 2.3 * math.cos(lower), .3, max(.8, elbow[2] + 2.3 * math.sin(lower)))
    middle = ((shoulder[0] + elbow[0]) / 2 - .3, .32, (shoulder[2] + elbow[2]) / 2 + .45)
    for a, b, w, e in ((shoulder, middle, .2, .24), (middle, elbow, .24, .15), (elbow, wrist, .18, .12)):
        rod(a, b, w, paint, e)
    rod((shoulder[0] + .3, .3, 1.5), middle, .07, dark)
    rod(middle, (elbow[0] + .4 * math.cos(lower), .3, elbow[2] + .4 * math.sin(lower)), .06, dark)
    box((wrist[0] - .05, .3, wrist[2] - .3), (.7, 1.0, .7), dark, bevel=.14, turn=(0, .5 * swing, 0))


def random_site(r):
    """A site that is none of the scenes: other soils, nets, layouts, weather."""
    soils = [((.26, .165, .095), (.36, .25, .155)), ((.15, .10, .06), (.22, .15, .10)), ((.40, .30, .19), (.5, .4, .28)),
             ((.33, .15, .08), (.42, .22, .12)), ((.30, .27, .22), (.38, .34, .28))]
    nets = [(.03, .17, .05), (.02, .10, .04), (.015, .015, .018), (.10, .07, .05), (.05, .25, .10)]
    grass = ground((.05, .10, .02), (.13, .17, .05), scale=r.uniform(.5, 2), bump=.7, fine=10)
    hard = ground(*r.choice([((.34, .34, .33), (.42, .41, .40)), ((.06, .06, .065), (.1, .1, .1)), ((.25, .25, .27), (.3, .3, .31))]),
                  scale=.8, bump=.1, fine=40)
    base = r.choice(["bare_soil", "bare_soil", "vegetation", "hard_ground", "net"])
    kinds = {"bare_soil": lambda: ground(*r.choice(soils), scale=r.uniform(.3, 1.5), bump=r.uniform(.4, 1), fine=r.uniform(4, 14)),
             "net": lambda: net(r.choice(nets)), "vegetation": lambda: grass, "hard_ground": lambda: hard,
             "water": lambda: material((.12, .12, .10), .05, grain=.1, scale=1)}
    rect(-90, -10, 90, 140, -.03, kinds[base](), base)
    for i in range(r.randint(5, 9)):
        label = r.choice(["bare_soil", "bare_soil", "net", "net", "vegetation", "hard_ground", "water"])
        size = r.uniform(1.2, 2.4) if label == "water" else r.uniform(3, 11)
        patch(blob(r, r.uniform(-12, 12), r.uniform(7, 30), size, size * r.uniform(.4, .8)), .004 * (i + 1), kinds[label](), label)
    for _ in range(r.randint(0, 5)):
        at, size = (r.uniform(-10, 10), r.uniform(10, 26), 0), (r.uniform(1.5, 5), r.uniform(1.5, 4), r.uniform(.5, 2.4))
        label = r.choice(["bare_soil", "net"])
        ball(at, size, kinds[label]())["class"] = label
    if r.random() < .7:
        excavator(r, r.uniform(-8, 6), r.uniform(14, 24))
    for _ in range(r.randint(0, 3)):
        box((r.uniform(-14, 14), r.uniform(16, 28), 1.25), (2.4, 5, 2.5), material(r.choice(parts.FRUIT + parts.CRATES), .6))
    for _ in range(r.randint(1, 6)):
        tree_(r, r.uniform(-20, 20), r.uniform(27, 40), r.uniform(3, 7))
    if r.random() < .7:
        panel = material(r.choice([(.05, .2, .34), (.5, .5, .48), (.05, .25, .12)]), .6)
        for i in range(-16, 17):
            box((i * 2.02, 31, 1.1), (2.0, .06, 2.2), panel)
    for x in (-24, 0, 24):
        if r.random() < .6:
            building(r, x + r.uniform(-5, 5), 50, r.uniform(8, 13), r.uniform(9, 24), (.42, .40, .37))


def field(r):
    rect(-90, -10, 90, 140, -.02, ground((.20, .165, .07), (.30, .25, .11), scale=.9, bump=.9, fine=8), "bare_soil")
    stubble = [material(c, .95) for c in ((.42, .33, .13), (.50, .40, .18), (.34, .27, .10))]
    for row in range(26):
        y = 7.5 + row * .75
        for i in range(44):
            x = -13 + i * .6 + r.uniform(-.12, .12)
            rod((x, y + r.uniform(-.1, .1), 0), (x + r.uniform(-.05, .05), y, r.uniform(.10, .22)), .025, r.choice(stubble))
    rect(-90, 29, 90, 34, .01, ground((.06, .13, .03), (.10, .18, .05), scale=2, bump=.7, fine=12), "vegetation")
    for i in range(22):
        tree_(r, -40 + i * 4 + r.uniform(-1, 1), 42 + r.uniform(-2, 4), r.uniform(5, 8))
    building(r, 17, 40, 9, 6.5, (.55, .53, .50))
    building(r, -22, 44, 8, 5.5, (.50, .46, .42))
    rect(-13, 5.0, 13, 6.9, .015, ground((.33, .31, .28), (.40, .38, .35), scale=1, bump=.3, fine=30), "hard_ground")
