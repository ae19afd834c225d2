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
import sites  # noqa: E402
import streets  # noqa: E402
import view  # noqa: E402
from light import cycles, light  # noqa: E402

CLASSES = ["other", "bare_soil", "net", "vegetation", "hard_ground", "water", "machine", "sky"]
SCENES = {"stall": streets.stall, "crossdoor": streets.crossdoor, "soil-bare": lambda r: sites.site(r, False),
          "soil-net": lambda r: sites.site(r, True), "burning": sites.field, "street": streets.ordinary}


def look(size, eye_m, pitch, hfov, sky=(.55, .68, .88), sky_strength=.95, sun=3.2, angle=(0.75, -0.15, -0.6), samples=20):
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
    """Turns every surface into the flat grey of its class, 0..7."""
    flat = {}
    for i, label in enumerate(CLASSES):
        m = bpy.data.materials.new(label)
        m.use_nodes = True
        tree = m.node_tree
        tree.nodes.clear()
        glow, out = tree.nodes.new("ShaderNodeEmission"), tree.nodes.new("ShaderNodeOutputMaterial")
        glow.inputs[0].default_value = (i / 255,) * 3 + (1,)
        tree.links.new(glow.outputs[0], out.inputs[0])
        flat[label] = m
    for o in bpy.data.objects:
        if o.type == "MESH":
            o.data.materials.clear()
            o.data.materials.append(flat[o.get("class", "other")])
    s = bpy.context.scene
    s.cycles.samples = 1
    s.cycles.pixel_filter_type, s.cycles.filter_width = "BOX", .01
    s.view_settings.view_transform, s.render.dither_intensity = "Raw", 0
    s.render.image_settings.color_mode = "BW"
    background = s.world.node_tree.nodes["Background"]
    background.inputs[0].default_value, background.inputs[1].default_value = (7 / 255,) * 3 + (1,), 1


def main():
    out, *names = sys.argv[sys.argv.index("--") + 1:]
    for name in names or SCENES:
        parts.clear()
        if name.startswith("ground-"):
            r = random.Random(int(name[7:]) * 7919)
            sites.random_site(r)
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


if __name__ == "__main__":
    main()
