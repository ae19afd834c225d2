"""People, built in Blender: garments of joined limbs, made one cloth by remeshing.

Every function makes one person at the origin, standing on z = 0, facing +X, in
metres. The same `random.Random` seed gives the same person in every pose.
"""
import math

import bmesh
import bpy

import parts
from parts import CLOTHES, ball, box, material, rod

SKIN = [(.50, .27, .17), (.44, .23, .14), (.56, .33, .22), (.36, .18, .10)]
HAIR = [(.012, .010, .009), (.02, .015, .012), (.05, .03, .02), (.16, .15, .14)]
TROUSERS = [(.015, .018, .03), (.05, .07, .14), (.09, .09, .09), (.20, .17, .12), (.03, .03, .03), (.10, .13, .20), (.28, .25, .2)]


def garment(since, mat, voxel=.025, smooth=4, folds=.012):
    """Joins what was built since then to one skin with folds."""
    whole, made = bmesh.new(), parts.since(since)
    for part in made:
        part.data.transform(part.matrix_basis)
        whole.from_mesh(part.data)
    bpy.data.batch_remove(made)
    mesh = bpy.data.meshes.new("garment")
    whole.to_mesh(mesh)
    whole.free()
    o = bpy.data.objects.new("garment", mesh)
    bpy.context.collection.objects.link(o)
    o.data.materials.append(mat)
    skin = o.modifiers.new("skin", "REMESH")
    skin.mode, skin.voxel_size, skin.use_smooth_shade = "VOXEL", voxel, True
    even = o.modifiers.new("even", "SMOOTH")
    even.factor, even.iterations = .5, smooth
    if folds:
        cloth = bpy.data.textures.new("folds", "CLOUDS")
        cloth.noise_scale, cloth.noise_depth = .16, 2
        wrinkle = o.modifiers.new("folds", "DISPLACE")
        wrinkle.texture, wrinkle.strength, wrinkle.mid_level = cloth, folds * 2.2, .5
    return o


def bar(a, b, first, second):
    """A limb's segment with round ends, no material yet."""
    rod(a, b, first, None, second)
    ball(a, (first * 2,) * 3, None)
    ball(b, (second * 2,) * 3, None)


def legs(pose, phase, h):
    """Thigh, knee and ankle of both legs below a hip at the origin, and the foot's pitch."""
    out = []
    for side, p in ((.095, phase), (-.095, phase + .5)):
        t = 2 * math.pi * p
        if pose in ("walk", "push", "shelter"):
            thigh, knee = math.radians(24) * math.sin(t) + .06, math.radians(7 + 50 * max(0, math.cos(t + .45)) ** 1.4)
        elif pose == "sit":
            thigh, knee = math.radians(84), math.radians(88)
        elif pose == "squat":
            thigh, knee = math.radians(100), math.radians(132)
        else:
            thigh, knee = (.07 if side > 0 else -.05), .06
        k = (math.sin(thigh) * .43 * h, side * 1.05, -math.cos(thigh) * .43 * h)
        shin = thigh - knee
        a = (k[0] + math.sin(shin) * .40 * h, side * 1.1, k[2] - math.cos(shin) * .40 * h)
        out.append((side, k, a, shin))
    return out


def arm(pose, side, phase, lean):
    """Directions (forward angle) of upper and fore arm."""
    t = 2 * math.pi * (phase + (.5 if side > 0 else 0))
    if pose == "walk" or pose == "shelter" and side < 0:
        up = math.radians(20) * math.sin(t) - .05
        return up, up + .28 + .2 * max(0, math.sin(t))
    if pose == "push":
        return .75, 1.15
    if pose == "bend":
        return .30, .55
    if pose in ("sit", "squat"):
        return .55, 1.3
    if pose in ("hold", "shelter") and side > 0:
        return .45, 2.3
    if pose == "phone" and side > 0:
        return .35, 2.0
    if pose == "serve":
        return .5, 1.25
    return (.05, .2) if side > 0 else (-.02, .25)


def person(r, phase=0.0, pose="walk", top=None, bottom=None, kind=None):
    """kind: plain, coat, skirt, worker (orange vest, helmet), vendor (apron, straw hat), farmer (straw hat);
    pose: walk, push, shelter (phase 0..1; shelter holds an umbrella), stand, hold,
    phone, serve, bend, sit, squat."""
    kind = kind or r.choice(["plain"] * 4 + ["coat", "skirt", "vendor"])
    skin, hair = material(r.choice(SKIN), .55, grain=.06), material(r.choice(HAIR), .45)
    vest = (.75, .22, .02) if kind == "worker" else None
    top = material(vest or top or r.choice(CLOTHES), .9, grain=.16, scale=7)
    bottom = material(bottom or r.choice(TROUSERS), .9, grain=.14, scale=6)
    shoe = material(r.choice([(.02, .02, .02), (.35, .34, .33), (.10, .06, .04)]), .5)
    h, broad = r.uniform(.93, 1.05), r.uniform(.92, 1.12)
    sleeve, long_hair, bag = r.random() < .65, r.random() < .35, r.random()
    lean = {"bend": .95, "push": .30, "squat": .45, "walk": .06, "serve": .16}.get(pose, .02)
    limbs = legs(pose, phase, h)
    hip = .045 - min(a[2] - .03 * abs(math.sin(shin)) for _, _, a, shin in limbs) + (.02 if pose == "sit" else 0)
    lower(limbs, hip, h, broad, bottom, shoe, kind)
    if pose == "sit":
        box((.0, 0, hip - .13), (.34, .34, .04), material((.45, .06, .05), .5))
        for x in (-.14, .14):
            for y in (-.14, .14):
                rod((x, y, 0), (x, y, hip - .14), .018, material((.3, .3, .3), .4))
    up = lambda d, y=0.0, ahead=0.0: (math.sin(lean) * d * h + math.cos(lean) * ahead, y * broad, hip + math.cos(lean) * d * h - math.sin(lean) * ahead)
    trunk(r, up, limbs, h, broad, top, bottom, skin, kind, pose, phase, lean, sleeve, bag)
    head(up, h, skin, hair, long_hair, kind, lean)


def lower(limbs, hip, h, broad, bottom, shoe, kind):
    since = parts.now()
    ball((0, 0, hip + .02), (.25, .34 * broad, .26), None)
    for side, k, a, _ in limbs:
        bar((0, side, hip), (k[0], k[1], hip + k[2]), .088 * broad, .064)
        bar((k[0], k[1], hip + k[2]), (a[0], a[1], hip + a[2]), .066, .052)
    if kind == "skirt":
        rod((0, 0, hip - .42), (0, 0, hip + .04), .26, None, .17)
    garment(since, bottom)
    for side, k, a, shin in limbs:
        since = parts.now()
        pitch = min(.3, shin * .9)
        at = (a[0], a[1], hip + a[2] - .035)
        toe = (at[0] + .15 * math.cos(pitch), at[1] * 1.06, max(.03, at[2] + .15 * math.sin(pitch)))
        bar((at[0] - .04, at[1], at[2]), toe, .045, .036)
        garment(since, shoe, .018, 2, 0)


def trunk(r, up, limbs, h, broad, top, bottom, skin, kind, pose, phase, lean, sleeve, bag):
    since = parts.now()
    for d, depth, wide, tall in ((.04, .24, .34, .22), (.17, .22, .33, .26), (.32, .245, .38, .30), (.43, .20, .36, .18)):
        ball(up(d), (depth, wide * broad, tall), None)
    if kind == "coat":
        rod(up(-.36), up(.05), .235, None, .165)
    hands, skins = [], []
    for side in (.205, -.205):
        first, second = arm(pose, side, phase, lean)
        s = up(.455, side)
        e = (s[0] + math.sin(first) * .27 * h, s[1] * 1.12, s[2] - math.cos(first) * .27 * h)
        w = (e[0] + math.sin(second) * .24 * h, e[1] * (.75 if pose in ("serve", "phone", "bend") else 1.0), e[2] - math.cos(second) * .24 * h)
        bar(s, e, .062, .048)
        (bar if sleeve or kind in ("coat", "worker") else lambda *a: skins.append(a))(e, w, .046, .036)
        hands.append((w, second))
    garment(since, top)
    for a in skins:
        s2 = parts.now()
        bar(*a)
        garment(s2, skin, .015, 3, 0)
    for w, second in hands:
        ball((w[0] + math.sin(second) * .07, w[1], w[2] - math.cos(second) * .07), (.075, .06, .13), skin)
    if kind == "vendor" and pose not in ("bend", "sit", "squat"):
        apron = material(r.choice([(.30, .04, .03), (.04, .10, .25), (.5, .48, .42)]), .9)
        a, b = up(.30, 0, .125), up(-.30, 0, .17)
        box(((a[0] + b[0]) / 2, 0, (a[2] + b[2]) / 2), (.02, .34, .62), apron, turn=(0, lean, 0))
    if kind == "worker":
        pale = material((.72, .72, .66), .3, emit=.15)
        for d in (.10, .30):
            c = up(d)
            rod((c[0], 0, c[2] - .02), (c[0], 0, c[2] + .02), .185 * broad, pale)
    if bag < .12 and kind == "plain":
        box(up(.27, 0, -.19), (.15, .29, .40), material(r.choice(CLOTHES), .8), bevel=.06, turn=(0, lean, 0))
    elif bag < .4 and pose in ("walk", "stand"):
        w = hands[0][0]
        box((w[0] + .02, w[1] + .03, w[2] - .22), (.30, .12, .26), material(r.choice(CLOTHES), .6), bevel=.04)


def head(up, h, skin, hair, long_hair, kind, lean):
    rod(up(.46), up(.60, 0, .02), .056, skin)
    c = up(.66, 0, .03)
    since = parts.now()
    ball(c, (.195, .155, .235), None)
    ball((c[0] + .05, 0, c[2] - .06), (.11, .11, .11), None)
    ball((c[0] + .10, 0, c[2] - .012), (.035, .03, .045), None)
    for y in (.078, -.078):
        ball((c[0] - .005, y, c[2] - .01), (.045, .02, .06), None)
    garment(since, skin, .013, 2, 0)
    since = parts.now()
    ball((c[0] - .022, 0, c[2] + .035), (.205, .175, .205), None)
    ball((c[0] - .05, 0, c[2] - .01), (.14, .165, .17), None)
    if long_hair:
        ball((c[0] - .065, 0, c[2] - .11), (.11, .16, .26), None)
    garment(since, hair, .014, 2, .006)
    if kind == "worker":
        shell = material((.75, .55, .03), .35, grain=.03)
        ball((c[0] - .01, 0, c[2] + .07), (.27, .23, .20), shell)
        rod((c[0] + .02, 0, c[2] + .05), (c[0] + .02, 0, c[2] + .065), .155, shell)
    if kind in ("vendor", "farmer"):
        straw = material((.50, .38, .17), .9, grain=.3, scale=60)
        rod((c[0], 0, c[2] + .075), (c[0], 0, c[2] + .09), .23, straw, .20)
        rod((c[0], 0, c[2] + .08), (c[0], 0, c[2] + .19), .115, straw, .08)
