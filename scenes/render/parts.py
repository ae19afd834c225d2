"""Things that stand or move in the scenes, built in Blender from primitives.

Every function makes one object at the origin, standing on z = 0, facing +X, in
metres, and returns nothing: the caller renders what is in the scene. Colours are
linear RGB. Randomness comes from the `random.Random` given.
"""
import math

import bmesh
import bpy


def clear():
    """Empties the scene; settings stay, light.cycles sets them all."""
    if not bpy.context.scene.get("ours"):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        bpy.context.scene["ours"] = True
    data = bpy.data
    for kind in (data.objects, data.meshes, data.materials, data.lights, data.cameras, data.curves, data.textures, data.worlds):
        data.batch_remove(list(kind))


def now():
    """A moment, to ask later what was made since. Blender keeps its objects by name,
    not by age, and joined ones leave names free, so every object carries its age."""
    age = 1 + max((o.get("age", 0) for o in bpy.data.objects), default=0)
    for o in bpy.data.objects:
        if "age" not in o:
            o["age"] = age
    return age


def since(moment):
    """The objects made since then."""
    return [o for o in bpy.data.objects if o.get("age", moment + 1) > moment]


def material(rgb, rough=0.7, metal=0.0, grain=0.12, scale=18.0, emit=0.0):
    """A surface with a little procedural grain, so that nothing looks like plastic."""
    m = bpy.data.materials.new("m")
    m.use_nodes = True
    tree = m.node_tree
    surface = tree.nodes["Principled BSDF"]
    surface.inputs["Roughness"].default_value = rough
    surface.inputs["Metallic"].default_value = metal
    if emit:
        surface.inputs["Emission"].default_value = (*rgb, 1)
        surface.inputs["Emission Strength"].default_value = emit
    noise = tree.nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value = scale
    noise.inputs["Detail"].default_value = 6
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    low = [max(0, c * (1 - grain * 2.2)) for c in rgb]
    high = [min(1, c * (1 + grain * 1.8)) for c in rgb]
    ramp.color_ramp.elements[0].color = (*low, 1)
    ramp.color_ramp.elements[1].color = (*high, 1)
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    tree.links.new(coordinates.outputs["Object"], noise.inputs["Vector"])
    tree.links.new(noise.outputs["Fac"], ramp.inputs["Fac"])
    tree.links.new(ramp.outputs["Color"], surface.inputs["Base Color"])
    return m


def _place(name, shape, mat, at, turn=(0, 0, 0), smooth=True, bevel=0.0):
    """Makes an object of a bmesh. bpy.ops would do, but slows down with every object."""
    mesh = bpy.data.meshes.new(name)
    shape.to_mesh(mesh)
    shape.free()
    if smooth:
        mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
        mesh.use_auto_smooth = True
    o = bpy.data.objects.new(name, mesh)
    o.location, o.rotation_euler = at, turn
    bpy.context.collection.objects.link(o)
    if mat:
        mesh.materials.append(mat)
    if bevel:
        mod = o.modifiers.new("b", "BEVEL")
        mod.width, mod.segments = bevel, 3
    return o


def box(centre, size, mat, bevel=0.015, turn=(0, 0, 0)):
    shape = bmesh.new()
    bmesh.ops.create_cube(shape, size=1)
    bmesh.ops.scale(shape, vec=size, verts=shape.verts)
    return _place("box", shape, mat, centre, turn, smooth=False, bevel=min(bevel, min(size) / 3))


def ball(centre, size, mat, fine=(24, 14)):
    shape = bmesh.new()
    bmesh.ops.create_uvsphere(shape, u_segments=fine[0], v_segments=fine[1], radius=0.5)
    bmesh.ops.scale(shape, vec=size, verts=shape.verts)
    return _place("ball", shape, mat, centre)


def rod(a, b, radius, mat, end=None):
    """A round bar from a to b; `end` is the radius at b where it tapers."""
    delta = [b[i] - a[i] for i in range(3)]
    length = math.sqrt(sum(d * d for d in delta)) or 1e-6
    middle = [(a[i] + b[i]) / 2 for i in range(3)]
    tilt = math.acos(max(-1, min(1, delta[2] / length)))
    turn = math.atan2(delta[1], delta[0])
    shape = bmesh.new()
    bmesh.ops.create_cone(shape, cap_ends=True, segments=16, radius1=radius, radius2=end or radius, depth=length)
    return _place("rod", shape, mat, middle, (0, tilt, turn))


def ring(centre, radius, thick, mat, around=32, across=10):
    """A tyre about the Y axis."""
    shape = bmesh.new()
    rows = []
    for i in range(around):
        t = 2 * math.pi * i / around
        row = []
        for j in range(across):
            q = 2 * math.pi * j / across
            d = radius + thick * math.cos(q)
            row.append(shape.verts.new((d * math.cos(t), thick * math.sin(q), d * math.sin(t))))
        rows.append(row)
    for i in range(around):
        for j in range(across):
            k, m = (i + 1) % around, (j + 1) % across
            shape.faces.new((rows[i][j], rows[i][m], rows[k][m], rows[k][j]))
    return _place("ring", shape, mat, centre)


def wheel(centre, radius, width, tyre, rim):
    x, y, z = centre
    ring(centre, radius - width / 2, width / 2, tyre)
    for i in range(6):
        t = i * math.pi / 6
        rod((x - math.cos(t) * radius * .9, y, z - math.sin(t) * radius * .9),
            (x + math.cos(t) * radius * .9, y, z + math.sin(t) * radius * .9), 0.006, rim)


CLOTHES = [(.02, .03, .06), (.08, .10, .22), (.30, .05, .05), (.45, .42, .38), (.06, .16, .10), (.55, .50, .42),
           (.10, .10, .10), (.40, .20, .06), (.20, .24, .30), (.60, .60, .62), (.30, .10, .22), (.05, .20, .30)]


FRUIT = [(.75, .10, .05), (.85, .35, .03), (.75, .62, .08), (.12, .38, .06), (.30, .50, .08), (.42, .10, .25)]
CRATES = [(.32, .20, .10), (.05, .18, .40), (.50, .08, .06), (.08, .30, .12), (.55, .50, .42)]
CARTON = (.42, .28, .15)


def crate(r, at, size, heap=True):
    """An open crate with a heap of fruit, vegetables or parcels."""
    x, y, z = at
    w, d, h = size
    wall = material(r.choice(CRATES), .7)
    for dx, dy, sx, sy in ((0, d / 2, w, .03), (0, -d / 2, w, .03), (w / 2, 0, .03, d), (-w / 2, 0, .03, d)):
        box((x + dx, y + dy, z + h / 2), (sx, sy, h), wall)
    box((x, y, z + .02), (w, d, .03), wall)
    if heap:
        stuff = material(r.choice(FRUIT), .45, grain=.2)
        radius = r.uniform(.045, .075)
        for i in range(26):
            u, v = r.uniform(-.44, .44), r.uniform(-.44, .44)
            top = h + .10 * (1 - 2 * max(abs(u), abs(v)))
            ball((x + u * w, y + v * d, z + top), (radius * 2,) * 3, stuff)


def goods(r, kind=None):
    """Merchandise on the ground: crates, cartons, a mat with piles, a clothes rack, baskets, sacks."""
    kind = kind or r.choice(["crates", "cartons", "mat", "rack", "baskets", "sacks"])
    if kind == "crates":
        for i in range(r.randint(2, 5)):
            crate(r, ((i % 3 - 1) * .62, (i // 3) * .5 - .2, 0), (.55, .42, r.uniform(.22, .34)))
        if r.random() < .6:
            crate(r, (-.3, -.15, .36), (.55, .42, .25))
    elif kind == "cartons":
        for i in range(r.randint(3, 7)):
            s = r.uniform(.32, .52)
            tape = material([c * r.uniform(.8, 1.2) for c in CARTON], .85)
            box((r.uniform(-.6, .6), r.uniform(-.35, .35), s * .4 + (i // 3) * .38), (s, s * .8, s * .8), tape,
                turn=(0, 0, r.uniform(-.4, .4)))
    elif kind == "mat":
        box((0, 0, .01), (1.9, 1.2, .015), material(r.choice(CLOTHES + FRUIT[:2]), .9))
        for i in range(r.randint(9, 16)):
            x, y = r.uniform(-.85, .85), r.uniform(-.5, .5)
            m = material(r.choice(FRUIT + CLOTHES[3:]), .6)
            if r.random() < .5:
                ball((x, y, .09), (.26, .22, .18), m)
            else:
                box((x, y, .08), (.24, .16, .14), m, turn=(0, 0, r.uniform(0, 3)))
    elif kind == "rack":
        bar = material((.5, .5, .52), .3, 1)
        for y in (-.75, .75):
            rod((-.25, y, 0), (0, y, 1.45), .018, bar)
            rod((.25, y, 0), (0, y, 1.45), .018, bar)
        rod((0, -.85, 1.45), (0, .85, 1.45), .018, bar)
        for i in range(9):
            y = -.7 + i * .175
            box((0, y, 1.08), (.42, .05, .62), material(r.choice(CLOTHES + FRUIT), .9), bevel=.02,
                turn=(0, 0, r.uniform(-.15, .15)))
    elif kind == "baskets":
        for i in range(r.randint(3, 6)):
            x, y = (i % 3 - 1) * .52, (i // 3) * .5 - .2
            rod((x, y, 0), (x, y, .26), .17, material((.45, .30, .14), .8, grain=.3, scale=60), .23)
            stuff = material(r.choice(FRUIT), .5)
            for _ in range(14):
                a, q = r.uniform(0, 6.28), r.uniform(0, .17)
                ball((x + math.cos(a) * q, y + math.sin(a) * q, .29 + .06 * (1 - q / .17)), (.1,) * 3, stuff)
    else:
        for i in range(r.randint(3, 6)):
            m = material(r.choice([(.55, .50, .40), (.50, .45, .30), (.60, .58, .55)]), .95)
            ball((r.uniform(-.5, .5), r.uniform(-.3, .3), .2 + (i // 3) * .26), (.72, .42, .38), m)


def umbrella(r, height=2.3, colour=None, radius=1.15, pole=None):
    """A stall's umbrella with eight ribs, two colours, or one that is carried (pole: its length)."""
    first = material(colour or r.choice(FRUIT[:4] + [(.05, .12, .45), (.02, .3, .3)]), .8, grain=.06)
    second = material(r.choice([(.75, .73, .70), (.70, .60, .15), (.65, .08, .06)]), .8, grain=.06)
    rod((0, 0, height - pole if pole else 0), (0, 0, height + .05), .02 if not pole else .008, material((.6, .6, .6), .35, 1))
    ribs, drop = 16, radius * .36
    for i in range(ribs):
        a, b = 2 * math.pi * i / ribs, 2 * math.pi * (i + 1) / ribs
        rim = [(radius * math.cos(t), radius * math.sin(t), height - drop) for t in (a, b)]
        hang = [(x, y, z - (.12 if not pole else .01)) for x, y, z in rim]
        mesh = bpy.data.meshes.new("panel")
        mesh.from_pydata([(0, 0, height), *rim, *hang], [], [(0, 1, 2), (1, 3, 4, 2)])
        o = bpy.data.objects.new("panel", mesh)
        bpy.context.collection.objects.link(o)
        mesh.materials.append(first if (i // 2) % 2 else second)


def cart(r, kind=None, goods_on=True):
    """A tricycle with a load bed, a push cart, or a food cart with a glass case."""
    kind = kind or r.choice(["tricycle", "push", "food"])
    tyre, metal = material((.02, .02, .02), .8), material((.4, .4, .42), .35, .9)
    body = material(r.choice([(.05, .25, .12), (.05, .12, .40), (.45, .06, .05), (.35, .36, .38)]), .5)
    if kind == "tricycle":
        for y in (-.48, .48):
            wheel((-.45, y, .30), .30, .06, tyre, metal)
        wheel((1.05, 0, .30), .30, .06, tyre, metal)
        box((-.35, 0, .55), (1.30, .92, .05), body)
        for dx, dy, sx, sy in ((0, .45, 1.3, .03), (0, -.45, 1.3, .03), (.64, 0, .03, .9), (-.64, 0, .03, .9)):
            box((-.35 + dx, dy, .70), (sx, sy, .28), body)
        rod((.3, 0, .5), (1.05, 0, .55), .03, metal)
        rod((1.05, 0, .3), (.95, 0, 1.0), .025, metal)
        rod((.95, -.3, 1.02), (.95, .3, 1.02), .018, metal)
        box((.5, 0, .82), (.30, .22, .08), material((.05, .05, .05), .6), bevel=.04)
        top = .62
    elif kind == "push":
        for y in (-.45, .45):
            wheel((0, y, .34), .34, .06, tyre, metal)
        box((0, 0, .62), (1.45, .85, .06), material((.35, .22, .11), .8, grain=.25))
        for y in (-.38, .38):
            rod((-.7, y, .62), (-1.25, y, .9), .02, metal)
            rod((.6, y, 0), (.6, y, .6), .025, metal)
        top = .66
    else:
        for x in (-.5, .5):
            for y in (-.35, .35):
                wheel((x, y, .14), .14, .05, tyre, metal)
        box((0, 0, .55), (1.4, .75, .75), body)
        box((0, 0, .95), (1.5, .85, .04), metal)
        glass = material((.75, .80, .82), .1, grain=.02)
        box((.25, 0, 1.2), (.8, .6, .45), glass)
        for x in (-.68, .68):
            for y in (-.35, .35):
                rod((x, y, .95), (x, y, 1.95), .018, metal)
        box((0, 0, 1.98), (1.6, .95, .06), material(r.choice(FRUIT), .7))
        top = .97
    if goods_on:
        for i in range(2 if kind == "food" else 3):
            x = -.72 + i * .42 if kind == "tricycle" else -.45 + i * .45
            crate(r, (x if kind != "food" else -.5 + i * .3, 0, top), (.38, .6 if kind != "food" else .4, .2))


def table(r, kind=None):
    """A folding table or display stand with goods on it."""
    kind = kind or r.choice(["table", "stand", "stools"])
    wood = material(r.choice([(.38, .24, .12), (.6, .6, .58), (.25, .25, .27)]), .6, grain=.2)
    leg = material((.3, .3, .3), .4, .8)
    if kind == "stools":
        for x, y in ((-.55, .1), (.55, -.1)):
            box((x, y, .44), (.36, .36, .05), material(r.choice(FRUIT), .5))
            for dx in (-.13, .13):
                for dy in (-.13, .13):
                    rod((x + dx, y + dy, 0), (x + dx, y + dy, .42), .018, leg)
    box((0, 0, .72), (1.4, .7, .045), wood)
    for x in (-.62, .62):
        for y in (-.28, .28):
            rod((x, y, 0), (x, y, .72), .022, leg)
    if kind == "stand":
        box((0, -.25, 1.0), (1.3, .2, .03), wood)
    if kind != "stools" or r.random() < .5:
        for i in range(r.randint(4, 8)):
            m = material(r.choice(FRUIT + CLOTHES), .5)
            x, y = r.uniform(-.6, .6), r.uniform(-.25, .25)
            box((x, y, .80), (r.uniform(.1, .22), r.uniform(.1, .18), r.uniform(.08, .2)), m)


def bicycle(r):
    tyre, rim = material((.02, .02, .02), .8), material((.5, .5, .5), .3, .9)
    frame = material(r.choice([(.02, .2, .5), (.6, .45, .02), (.05, .05, .05), (.5, .05, .05), (.05, .4, .3)]), .4)
    wheel((-.52, 0, .33), .33, .04, tyre, rim)
    wheel((.52, 0, .33), .33, .04, tyre, rim)
    seat, head, crank = (-.2, 0, .82), (.38, 0, .80), (-.05, 0, .30)
    for a, b in ((seat, crank), (crank, head), (seat, head), ((-.52, 0, .33), crank), ((-.52, 0, .33), seat),
                 (head, (.52, 0, .33)), (head, (.33, 0, 1.0))):
        rod(a, b, .02, frame)
    rod((.33, -.26, 1.02), (.33, .26, 1.02), .014, rim)
    ball((-.22, 0, .88), (.26, .14, .08), tyre)
    if r.random() < .6:
        box((.58, 0, .80), (.30, .34, .22), material((.2, .2, .2), .7))


def motorcycle(r):
    tyre, rim = material((.02, .02, .02), .8), material((.45, .45, .45), .3, .9)
    body = material(r.choice([(.5, .03, .03), (.02, .05, .25), (.03, .03, .03), (.55, .55, .55), (.05, .3, .25)]), .3)
    for x in (-.58, .58):
        wheel((x, 0, .26), .26, .11, tyre, rim)
    box((-.05, 0, .38), (.72, .28, .10), body, bevel=.04)
    box((-.42, 0, .55), (.55, .30, .26), body, bevel=.09)
    box((-.30, 0, .74), (.70, .26, .09), material((.02, .02, .02), .6), bevel=.04)
    box((.46, 0, .62), (.16, .34, .52), body, bevel=.06, turn=(0, -.25, 0))
    rod((.58, 0, .26), (.36, 0, 1.0), .035, rim)
    rod((.36, -.32, 1.02), (.36, .32, 1.02), .017, tyre)
    ball((.50, 0, .86), (.14, .18, .16), material((.8, .8, .75), .2))
    if r.random() < .4:
        box((-.72, 0, .92), (.34, .38, .32), material(r.choice(FRUIT[:3] + [(.05, .1, .4)]), .5))


def car(r, kind="car"):
    """A saloon, van or light truck, about 4.4 m long."""
    paint = material(r.choice([(.55, .55, .57), (.03, .03, .035), (.75, .75, .74), (.10, .14, .22), (.35, .04, .04),
                               (.30, .26, .20)]), .25, .2, grain=.03)
    glass, tyre = material((.02, .025, .03), .08, grain=.02), material((.02, .02, .02), .8)
    rim = material((.5, .5, .52), .3, .9)
    lamp, tail = material((.9, .88, .8), .1, emit=.6), material((.5, .02, .02), .2)
    if kind == "truck":
        box((1.55, 0, 1.15), (1.35, 1.75, 1.4), paint, bevel=.14)
        box((1.95, 0, 1.45), (.62, 1.6, .62), glass, bevel=.06)
        load = material(r.choice([(.05, .12, .4), (.3, .3, .32), (.4, .1, .05)]), .6)
        box((-.75, 0, .62), (3.2, 1.8, .14), load)
        for y in (-.88, .88):
            box((-.75, y, .95), (3.2, .05, .55), load)
        box((-2.33, 0, .95), (.05, 1.8, .55), load)
        wheels, length = (1.5, -1.5), 2.2
    else:
        tall = 1.0 if kind == "van" else .62
        box((0, 0, .62), (4.35, 1.76, .62), paint, bevel=.17)
        box((-.25, 0, .95 + tall / 2 - .08), (2.45 if kind == "car" else 3.4, 1.52, tall), glass, bevel=.2)
        box((-.25, 0, .95 + tall - .10), (1.75 if kind == "car" else 3.2, 1.46, .10), paint, bevel=.05)
        for x in (-.25, .75, -1.25):
            for y in (-.75, .75):
                rod((x, y, .9), (x * .82, y * .93, .88 + tall), .035, paint)
        wheels, length = (1.35, -1.35), 2.18
    for x in wheels:
        for y in (-.82, .82):
            rod((x, y - .11, .33), (x, y + .11, .33), .33, tyre)
            rod((x, y - .115, .33), (x, y + .115, .33), .20, rim)
    for y in (-.62, .62):
        box((length - .02, y, .70), (.06, .32, .14), lamp)
        box((-length + .02, y, .74), (.06, .28, .14), tail)


def suitcase(r):
    box((0, 0, .36), (.24, .42, .58), material(r.choice(CLOTHES[1:3]), .4), bevel=.05)
    rod((0, -.12, .64), (0, -.12, .98), .012, material((.5, .5, .5), .3, 1))
    rod((0, .12, .64), (0, .12, .98), .012, material((.5, .5, .5), .3, 1))
    rod((0, -.12, .98), (0, .12, .98), .014, material((.05, .05, .05), .6))


def parcel(r):
    box((0, 0, .2), (.5, .4, .4), material(CARTON, .9))
    box((0, 0, .202), (.07, .405, .405), material((.6, .5, .3), .5))


def straw(r, high=.6):
    """A heap of straw with some hundred loose stalks."""
    ball((0, 0, high * .2), (1.3, 1.1, high * .9), material((.38, .29, .10), .95, grain=.35, scale=70))
    stalk = [material(c, .9) for c in ((.55, .43, .17), (.45, .34, .12), (.62, .52, .25))]
    for _ in range(520):
        a, q, z = r.uniform(0, 6.28), r.uniform(.1, .66), r.uniform(0, 1)
        at = (math.cos(a) * q * (1.1 - z * .5), math.sin(a) * q * (1.0 - z * .5), z * high * .64 + .03)
        d = (r.uniform(-.3, .3), r.uniform(-.3, .3), r.uniform(-.06, .14))
        rod(at, tuple(at[i] + d[i] for i in range(3)), .007, r.choice(stalk))
