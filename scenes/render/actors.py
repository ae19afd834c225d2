"""Renders what moves or comes and goes: blender -b -P actors.py -- OUT [SCENE…].

Every actor is rendered where it stands, through the scenes' camera, things with
their shadow, and cut out: OUT/SCENE/NAME.png and, in OUT/SCENE.json, where the cut lies
in the picture and at which place on the ground. The training cut-outs of sprites.py
are other instances.
"""
import json
import math
import os
import random
import sys

import bpy
from mathutils import Euler, Vector

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cast  # noqa: E402
import parts  # noqa: E402
import studio  # noqa: E402
import view  # noqa: E402
from light import cycles, light  # noqa: E402


def camera():
    c = bpy.data.cameras.new("c")
    c.angle = math.radians(view.HFOV_DEG)
    eye = bpy.data.objects.new("c", c)
    eye.location, eye.rotation_euler = (0, 0, view.EYE_M), (math.radians(90 - view.PITCH_DEG), 0, 0)
    bpy.context.collection.objects.link(eye)
    bpy.context.scene.camera = eye


def window(shadow):
    """Shares of the picture (left, right, top, bottom) that the actor and its shadow fill."""
    ray = Euler(view.SUN).to_matrix() @ Vector((0, 0, -1))
    points = studio.corners()
    if shadow:
        points = points + [p - ray * (p.z / ray.z) for p in points]
    pixels = [view.project(*p) for p in points]
    u, v = [p[0] / view.WIDTH for p in pixels], [p[1] / view.HEIGHT for p in pixels]
    pad = .006
    return max(0, min(u) - pad), min(1, max(u) + pad), max(0, min(v) - pad), min(1, max(v) + pad)


def shoot(path, make, at, turn, shadow=True, samples=20):
    parts.clear()
    make()
    studio.turn(0, turn, (*at, 0))
    left, right, top, bottom = window(shadow)
    camera()
    light()
    if shadow:
        studio.catcher()
    cycles(samples, (view.WIDTH, view.HEIGHT), bounces=2)
    s = bpy.context.scene
    s.render.use_border = s.render.use_crop_to_border = True
    s.render.border_min_x, s.render.border_max_x = left, right
    s.render.border_min_y, s.render.border_max_y = 1 - bottom, 1 - top
    s.render.filepath = os.path.abspath(path)
    bpy.ops.render.render(write_still=True)
    return {"x": at[0], "y": at[1], "left": round(left * view.WIDTH), "top": round(top * view.HEIGHT), "shadow": shadow}


def main():
    out, *scenes = sys.argv[sys.argv.index("--") + 1:]
    for scene in scenes or cast.SCENES:
        os.makedirs(os.path.join(out, scene), exist_ok=True)
        index, known = os.path.join(out, scene + ".json"), {}
        if os.path.exists(index):
            with open(index) as f:
                known = json.load(f)
        for name, make, at, turn, shadow in cast.SCENES[scene]():
            path = os.path.join(out, scene, name + ".png")
            if name in known and os.path.exists(path):
                continue
            known[name] = shoot(path, make, at, turn, shadow, 20 if shadow else 14)
            with open(index, "w") as f:
                json.dump(known, f, indent=1)


if __name__ == "__main__":
    main()
