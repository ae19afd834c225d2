"""Grounds, walls and patches of ground."""
import math

import bpy

import parts


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
    if mat:
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
    for o in parts.since(since):
        if o.type == "MESH":
            o["class"] = label
