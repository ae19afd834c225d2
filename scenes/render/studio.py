"""Takes the picture of a thing alone: transparent, or with nothing but its shadow."""
import math
import os

import bpy
from mathutils import Vector

import parts
from light import cycles, light
from surfaces import rect


def meshes():
    return [o for o in bpy.data.objects if o.type == "MESH" and not o.is_shadow_catcher]


def turn(since, degrees, move=(0, 0, 0)):
    """Turns and moves what was built since then, about the origin."""
    made = parts.since(since)
    root = bpy.data.objects.new("root", None)
    bpy.context.collection.objects.link(root)
    for o in made:
        if o.parent is None:
            o.parent = root
    root.location, root.rotation_euler = move, (0, 0, math.radians(degrees))
    bpy.context.view_layer.update()


def corners():
    bpy.context.view_layer.update()
    return [o.matrix_world @ Vector(c) for o in meshes() for c in o.bound_box]


def extent():
    """Size of all meshes along X, Y, Z."""
    c = corners()
    return [max(p[i] for p in c) - min(p[i] for p in c) for i in range(3)]


def catcher():
    rect(-40, -10, 40, 60, 0, None).is_shadow_catcher = True


def shoot(path, r, pitch, distance, size, samples, shadow=True, random_light=False, margin=1.12, fixed=None):
    """Renders what is in the scene, seen from the -Y side at that pitch; returns
    pixels per metre. fixed: (pixels per metre, centre height) for a set of pictures
    of one scale."""
    c = corners()
    middle = Vector([(max(p[i] for p in c) + min(p[i] for p in c)) / 2 for i in range(3)])
    radius = max((p - middle).length for p in c) * margin
    camera = bpy.data.cameras.new("c")
    eye = bpy.data.objects.new("c", camera)
    bpy.context.collection.objects.link(eye)
    a = math.radians(pitch)
    if fixed:
        scale, high = fixed
        middle = Vector((0, 0, high))
        radius = size / 2 / scale
    camera.angle = 2 * math.atan(radius / distance)
    eye.location = middle + Vector((0, -math.cos(a) * distance, math.sin(a) * distance))
    eye.rotation_euler = (math.pi / 2 - a, 0, 0)
    bpy.context.scene.camera = eye
    if random_light:
        grey = r.random() < .45
        sun = r.uniform(.2, .9) if grey else r.uniform(1.8, 3.6)
        light(sun, (r.uniform(.3, 1), r.uniform(-.4, .4), r.uniform(-3, 3)),
              (.72, .74, .78) if grey else (.58, .68, .85), r.uniform(.7, 1.1) if grey else r.uniform(.4, .8))
    else:
        light()
    if shadow:
        catcher()
    cycles(samples, (size, size), bounces=2)
    bpy.context.scene.render.filepath = os.path.abspath(path)
    bpy.ops.render.render(write_still=True)
    return size / 2 / radius
