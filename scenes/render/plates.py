"""Renders what does not move: blender -b -P plates.py -- OUT [NAME…].

Scene plates are 1280x720 through the camera of view.py. "ground-N" are random
building sites, 640x360, each with a mask of classes, to train the ground model.
"""
import math
import os
import random
import sys

import bpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import parts  # noqa: E402
import view  # noqa: E402
from light import cycles, light  # noqa: E402
from parts import ball, box, material, rod  # noqa: E402

CLASSES = ["other", "bare_soil", "net", "vegetation", "hard_ground", "water", "machine", "sky"]


def nodes(m):
    return m.node_tree, m.node_tree.nodes["Principled BSDF"]


def ground(rgb, second, scale=1.5, bump=.25, rough=.95, fine=30.0):
    """A ground with patches of two colours, fine grain and bumps."""
    m = bpy.data.materials.new("ground")
    m.use_nodes = True
    tree, surface = nodes(m)
    surface.inputs["Roughness"].default_value = rough
    where = tree.nodes.new("ShaderNodeTexCoord")
    mix = tree.nodes.new("ShaderNodeMixRGB")
    mix.inputs[1].default_value, mix.inputs[2].default_value = (*rgb, 1), (*second, 1)
    big, small = tree.nodes.new("ShaderNodeTexNoise"), tree.nodes.new("ShaderNodeTexNoise")
    big.inputs["Scale"].default_value, big.inputs["Detail"].default_value = scale, 8
    small.inputs["Scale"].default_value, small.inputs["Detail"].default_value = fine, 10
    blend = tree.nodes.new("ShaderNodeMixRGB")
    blend.blend_type, blend.inputs[0].default_value = "OVERLAY", .75
    bumps = tree.nodes.new("ShaderNodeBump")
    bumps.inputs["Strength"].default_value = bump
    for n in (big, small):
        tree.links.new(where.outputs["Object"], n.inputs["Vector"])
    tree.links.new(big.outputs["Fac"], mix.inputs[0])
    tree.links.new(mix.outputs[0], blend.inputs[1])
    tree.links.new(small.outputs["Fac"], blend.inputs[2])
    tree.links.new(blend.outputs[0], surface.inputs["Base Color"])
    tree.links.new(small.outputs["Fac"], bumps.inputs["Height"])
    tree.links.new(bumps.outputs[0], surface.inputs["Normal"])
    return m


def tiles(first, second, size=.6, mortar=.012):
    """Paving slabs or facade bricks."""
    m = bpy.data.materials.new("tiles")
    m.use_nodes = True
    tree, surface = nodes(m)
    surface.inputs["Roughness"].default_value = .85
    where = tree.nodes.new("ShaderNodeTexCoord")
    brick = tree.nodes.new("ShaderNodeTexBrick")
    brick.inputs["Scale"].default_value = 1
    brick.inputs["Brick Width"].default_value, brick.inputs["Row Height"].default_value = size, size * .5
    brick.inputs["Mortar Size"].default_value = mortar
    brick.inputs["Color1"].default_value, brick.inputs["Color2"].default_value = (*first, 1), (*second, 1)
    brick.inputs["Mortar"].default_value = (*[c * .55 for c in first], 1)
    stain = tree.nodes.new("ShaderNodeTexNoise")
    stain.inputs["Scale"].default_value, stain.inputs["Detail"].default_value = .9, 9
    blend = tree.nodes.new("ShaderNodeMixRGB")
    blend.blend_type, blend.inputs[0].default_value = "OVERLAY", .55
    tree.links.new(where.outputs["Object"], brick.inputs["Vector"])
    tree.links.new(where.outputs["Object"], stain.inputs["Vector"])
    tree.links.new(brick.outputs["Color"], blend.inputs[1])
    tree.links.new(stain.outputs["Fac"], blend.inputs[2])
    tree.links.new(blend.outputs[0], surface.inputs["Base Color"])
    return m


def net(rgb):
    """Dust net: a fine weave over wrinkles."""
    m = ground(rgb, [c * .72 for c in rgb], scale=2.2, bump=.5, rough=.8, fine=7)
    tree, surface = nodes(m)
    wave = tree.nodes.new("ShaderNodeTexWave")
    wave.inputs["Scale"].default_value, wave.inputs["Distortion"].default_value = .55, 9
    bumps = tree.nodes.new("ShaderNodeBump")
    bumps.inputs["Strength"].default_value, bumps.inputs["Distance"].default_value = .9, .2
    where = tree.nodes.new("ShaderNodeTexCoord")
    tree.links.new(where.outputs["Object"], wave.inputs["Vector"])
    tree.links.new(wave.outputs["Fac"], bumps.inputs["Height"])
    tree.links.new(bumps.outputs[0], surface.inputs["Normal"])
    return m


def patch(points, z, mat, label=None):
    """A flat piece of ground with the outline given."""
    mesh = bpy.data.meshes.new("patch")
    mesh.from_pydata([(x, y, z) for x, y in points], [], [tuple(range(len(points)))])
    o = bpy.data.objects.new("patch", mesh)
    bpy.context.collection.objects.link(o)
    mesh.materials.append(mat)
    if label:
        o["class"] = label
    return o


def rect(x1, y1, x2, y2, z, mat, label=None):
    return patch([(x1, y1), (x2, y1), (x2, y2), (x1, y2)], z, mat, label)


def blob(r, cx, cy, rx, ry, n=14):
    """An uneven round outline."""
    return [(cx + rx * r.uniform(.75, 1.15) * math.cos(2 * math.pi * i / n),
             cy + ry * r.uniform(.75, 1.15) * math.sin(2 * math.pi * i / n)) for i in range(n)]


def mark(since, label):
    for o in list(bpy.data.objects)[since:]:
        if o.type == "MESH":
            o["class"] = label


def tree_(r, x, y, h=5.0):
    since = len(bpy.data.objects)
    rod((x, y, 0), (x, y, h * .55), .13, material((.12, .08, .05), .9, grain=.3), .09)
    leaf = ground((.035, .10, .02), (.08, .20, .04), scale=3, bump=.8, fine=14)
    for _ in range(9):
        s = r.uniform(.35, .6) * h * .5
        ball((x + r.uniform(-.24, .24) * h, y + r.uniform(-.24, .24) * h, h * r.uniform(.5, .95)), (s, s, s * .8), leaf)
    mark(since, "vegetation")


def building(r, x, y, w, h, rgb, depth=6):
    """A house front with rows of windows."""
    box((x, y + depth / 2, h / 2), (w, depth, h), tiles(rgb, [c * .9 for c in rgb], .5), bevel=.02)
    glass, frame = material((.06, .09, .12), .1, grain=.3, scale=2), material((.55, .55, .55), .5)
    for floor in range(1, int(h // 3)):
        for i in range(int(w // 2)):
            at = x - w / 2 + 1 + i * 2
            box((at, y - .01, floor * 3 + 1.5), (1.2, .06, 1.4), glass)
            box((at, y - .03, floor * 3 + .75), (1.4, .16, .08), frame)


def shop(r, x, y, w, sign, open_=True, awning=None):
    """A shop front: window, door, sign, no letters."""
    box((x, y + .3, 1.45), (w, .5, 2.9), material((.40, .38, .36), .8), bevel=.02)
    inside = material((.20, .17, .13), .6, grain=.5, scale=5, emit=.35)
    box((x - w * .18, y + .02, 1.35), (w * .52, .1, 1.9), inside)
    box((x + w * .30, y + .02, 1.12), (w * .24, .1, 2.24), material((.09, .11, .12), .15, grain=.2) if not open_ else inside)
    bar = material((.5, .5, .52), .3, .9)
    for dx in (-.44, -.18, .08, .18, .42):
        rod((x + w * dx, y - .04, 0 if dx > .1 else .4), (x + w * dx, y - .04, 2.3), .03, bar)
    box((x, y - .12, 2.75), (w * .98, .22, .72), material(sign, .5, grain=.04, emit=.12), bevel=.03)
    pale = material((.85, .80, .62), .5, emit=.25)
    for i in range(4):
        box((x + (i - 1.5) * .62, y - .245, 2.75), (.36, .03, .40), pale, bevel=.08)
    if awning:
        mesh = bpy.data.meshes.new("awning")
        mesh.from_pydata([(x - w / 2, y - .1, 2.45), (x + w / 2, y - .1, 2.45), (x + w / 2, y - 1.3, 2.05), (x - w / 2, y - 1.3, 2.05)],
                         [], [(0, 1, 2, 3)])
        o = bpy.data.objects.new("awning", mesh)
        bpy.context.collection.objects.link(o)
        mesh.materials.append(material(awning, .85, grain=.05))


def road(y1, y2):
    rect(-60, y1, 60, y2, .0, ground((.055, .055, .058), (.085, .085, .088), scale=.6, bump=.1, fine=60), "hard_ground")
    white = material((.6, .6, .58), .8, grain=.3)
    for i in range(-12, 13):
        rect(i * 3, (y1 + y2) / 2 - .07, i * 3 + 1.6, (y1 + y2) / 2 + .07, .012, white)
    box((0, y1 - .12, .06), (120, .22, .14), material((.42, .42, .41), .9), bevel=.02)


def pavement(y1, y2, tone=(.36, .33, .30)):
    rect(-60, y1, 60, y2, .01, tiles(tone, [c * .86 for c in tone]), "hard_ground")
    rect(-60, y1 + (y2 - y1) * .45, 60, y1 + (y2 - y1) * .45 + .6, .014, tiles((.52, .42, .14), (.48, .38, .12), .3, .02))


def parked(make, at, turn, *args):
    since = len(bpy.data.objects)
    make(*args)
    root = bpy.data.objects.new("root", None)
    bpy.context.collection.objects.link(root)
    for o in list(bpy.data.objects)[since:]:
        if o is not root and o.parent is None:
            o.parent = root
    root.location, root.rotation_euler = (*at, 0), (0, 0, math.radians(turn))


def lamp_post(x, y):
    pole = material((.25, .26, .28), .4, .8)
    rod((x, y, 0), (x, y, 6.5), .07, pole, .05)
    rod((x, y, 6.5), (x - 1.4, y - .2, 6.8), .04, pole)


def stall(r):
    pavement(2, 17)
    road(17.3, 25.3)
    pavement(25.5, 29, (.30, .29, .28))
    for i, (x, w, h) in enumerate(((-19, 12, 14), (-7, 11, 11), (5, 12, 17), (18, 13, 12))):
        building(r, x, 29, w, h, ((.42, .36, .28), (.36, .33, .32), (.46, .40, .33), (.35, .30, .26))[i])
        shop(r, x - 2.5, 28.8, 4.6, ((.30, .03, .02), (.02, .10, .28), (.35, .25, .02), (.02, .20, .08))[i])
        shop(r, x + 2.8, 28.8, 4.6, ((.03, .16, .18), (.30, .12, .02), (.20, .02, .08), (.04, .06, .25))[i])
    for x in (-11, -3.5, 6.5, 13):
        tree_(r, x, 16.4, 5.2)
    lamp_post(-7.5, 16.6)
    parked(parts.car, (-6, 23.6), 180, r, "car")


def crossdoor(r):
    road(-3, 6.2)
    pavement(6.4, 17)
    building(r, 0, 17.25, 34, 12, (.40, .36, .30))
    for x, w, sign, awning in ((-10.5, 6.4, (.02, .10, .26), None), (-3.8, 6.2, (.32, .03, .02), None),
                               (3.0, 6.6, (.02, .20, .10), None), (9.8, 6.2, (.34, .24, .03), (.03, .16, .30))):
        shop(r, x, 16.9, w, sign, awning=awning)
    parked(parts.bicycle, (-8.6, 15.6), 80, r)
    parked(parts.bicycle, (-7.9, 15.7), 76, r)
    tree_(r, 12.2, 9.8, 4.6)


def site(r, covered):
    rect(-80, -10, 80, 120, -.02, ground((.10, .15, .04), (.16, .20, .07), scale=.8, bump=.6, fine=9), "vegetation")
    soil = ground((.26, .165, .095), (.36, .25, .155), scale=.55, bump=.9, fine=7)
    rect(-11, 7.2, 11, 25, .0, soil, "bare_soil")
    cloth = net((.03, .17, .05))
    if covered:
        since = len(bpy.data.objects)
        bpy.ops.mesh.primitive_grid_add(x_subdivisions=90, y_subdivisions=80, size=1, location=(0, 16.1, .06))
        o = bpy.context.object
        o.scale = (21.6, 17.4, 1)
        bpy.ops.object.transform_apply(scale=True)
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
            ball((x, y, 0), (r.uniform(2, 4), r.uniform(1.6, 3), r.uniform(.5, 1.3)), soil)
            bpy.context.object["class"] = "bare_soil"
        track = ground((.17, .11, .07), (.22, .15, .10), scale=2, bump=1, fine=12)
        for x in (-3.4, -1.7):
            patch([(x - 8, 7.5), (x - 7.4, 7.5), (x + 3.6, 24), (x + 3.1, 24)], .012, track, "bare_soil")
    concrete = ground((.34, .34, .33), (.42, .41, .40), scale=.7, bump=.08, fine=40)
    rect(-30, 1, 30, 7.1, .02, concrete, "hard_ground")
    excavator(r, 6.8, 21.2)
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
    since = len(bpy.data.objects)
    paint, dark = material((.70, .42, .02), .5), material((.05, .05, .05), .8)
    for dy in (-.9, .9):
        box((x, y + dy, .45), (3.4, .6, .8), dark, bevel=.25)
    box((x - .2, y, 1.45), (2.8, 2.2, 1.1), paint, bevel=.12)
    box((x + .75, y - .6, 2.35), (1.2, 1.0, 1.3), material((.04, .05, .06), .15), bevel=.06)
    for a, b, w in (((x + .9, y + .3, 1.7), (x + 3.4, y + .1, 3.6), .2), ((x + 3.4, y + .1, 3.6), (x + 4.6, y - .2, 1.4), .16)):
        rod(a, b, w, paint)
    box((x + 4.5, y - .2, .95), (.8, 1.0, .9), dark, bevel=.1)
    mark(since, "machine")


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


def ordinary(r):
    road(-3, 8.2)
    pavement(8.4, 17.5, (.33, .33, .34))
    building(r, 0, 17.75, 36, 13, (.34, .30, .28))
    for x, w, sign, awning in ((-11, 6.8, (.30, .22, .02), None), (-3.6, 6.8, (.03, .12, .30), (.42, .02, .02)),
                               (4.0, 6.8, (.30, .03, .02), None), (11.3, 6.6, (.02, .18, .12), None)):
        shop(r, x, 17.4, w, sign, awning=awning)
    for i in range(5):
        parked(parts.bicycle, (7.2 + i * .65, 15.8), 82, r)
    parked(parts.motorcycle, (11.0, 15.4), 70, r)
    parked(parts.car, (-8.5, 6.9), 0, r, "car")
    tree_(r, -13.5, 11, 5)
    lamp_post(1.2, 9.2)


SCENES = {"stall": stall, "crossdoor": crossdoor, "soil-bare": lambda r: site(r, False),
          "soil-net": lambda r: site(r, True), "burning": field, "ordinary": ordinary}


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
        ball((r.uniform(-10, 10), r.uniform(10, 26), 0), (r.uniform(1.5, 5), r.uniform(1.5, 4), r.uniform(.5, 2.4)),
             kinds[(k := r.choice(["bare_soil", "net"]))]())
        bpy.context.object["class"] = k
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


def look(size, eye_m, pitch, hfov, sky=(.55, .68, .88), sky_strength=.95, sun=3.2, angle=(0.75, -0.15, -0.6), samples=40):
    light(sun, angle, sky, sky_strength)
    camera = bpy.data.cameras.new("c")
    camera.angle = math.radians(hfov)
    eye = bpy.data.objects.new("c", camera)
    eye.location, eye.rotation_euler = (0, 0, eye_m), (math.radians(90 - pitch), 0, 0)
    bpy.context.collection.objects.link(eye)
    bpy.context.scene.camera = eye
    cycles(samples, size, transparent=False)


def write(path):
    bpy.context.scene.render.filepath = os.path.abspath(path)
    bpy.ops.render.render(write_still=True)


def masks():
    """Turns every surface into the flat grey of its class."""
    flat = {}
    for i, label in enumerate(CLASSES):
        m = bpy.data.materials.new(label)
        m.use_nodes = True
        tree = m.node_tree
        tree.nodes.clear()
        glow, out = tree.nodes.new("ShaderNodeEmission"), tree.nodes.new("ShaderNodeOutputMaterial")
        glow.inputs[0].default_value = (i * 30 / 255,) * 3 + (1,)
        tree.links.new(glow.outputs[0], out.inputs[0])
        flat[label] = m
    for o in bpy.data.objects:
        if o.type == "MESH":
            o.data.materials.clear()
            o.data.materials.append(flat[o.get("class", "other")])
    s = bpy.context.scene
    s.cycles.samples = 1
    s.cycles.pixel_filter_type, s.cycles.filter_width = "BOX", .01
    s.view_settings.view_transform = "Raw"
    s.render.image_settings.color_mode = "BW"
    background = s.world.node_tree.nodes["Background"]
    background.inputs[0].default_value, background.inputs[1].default_value = (7 * 30 / 255,) * 3 + (1,), 1


def main():
    out, *names = sys.argv[sys.argv.index("--") + 1:]
    for name in names or SCENES:
        parts.clear()
        if name.startswith("ground-"):
            r = random.Random(int(name[7:]) * 7919)
            random_site(r)
            grey = r.random() < .4
            look((640, 360), r.uniform(4, 12), r.uniform(10, 30), r.uniform(50, 75),
                 sky=(.72, .74, .78) if grey else (.5, .65, .9), sky_strength=r.uniform(.7, 1.2),
                 sun=r.uniform(.3, 1) if grey else r.uniform(2.2, 4), angle=(r.uniform(.3, 1), r.uniform(-.4, .4), r.uniform(-2, 2)), samples=10)
            write(os.path.join(out, name[7:] + ".png"))
            masks()
            write(os.path.join(out, name[7:] + "_mask.png"))
        else:
            SCENES[name](random.Random(11))
            look((view.WIDTH, view.HEIGHT), view.EYE_M, view.PITCH_DEG, view.HFOV_DEG)
            write(os.path.join(out, name + ".png"))


main()
