"""Light and render settings."""
import math
import os

import bpy

from view import SUN


def light(strength=3.4, angle=SUN, sky=(.62, .70, .82), sky_strength=.75):
    """The sun and the sky that plates and sprites share."""
    sun = bpy.data.lights.new("sun", "SUN")
    sun.energy, sun.angle = strength, math.radians(6)
    o = bpy.data.objects.new("sun", sun)
    o.rotation_euler = angle
    bpy.context.collection.objects.link(o)
    world = bpy.data.worlds.new("w")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs[0].default_value = (*sky, 1)
    world.node_tree.nodes["Background"].inputs[1].default_value = sky_strength
    bpy.context.scene.world = world


def cycles(samples, size, transparent=True, bounces=4):
    """Path tracing on the CPU, the same every time."""
    s = bpy.context.scene
    s.render.engine = "CYCLES"
    s.cycles.samples = samples
    s.cycles.use_adaptive_sampling = True
    s.cycles.use_denoising = False
    s.cycles.max_bounces = bounces
    s.cycles.seed = 1
    s.render.threads_mode, s.render.threads = "FIXED", int(os.environ.get("SCENES_THREADS", "2"))
    s.render.film_transparent = transparent
    s.render.resolution_x, s.render.resolution_y = size
    s.render.resolution_percentage = int(os.environ.get("SCENES_PERCENT", "100"))
    s.render.image_settings.file_format = "PNG"
    s.render.image_settings.color_mode = "RGBA" if transparent else "RGB"
    s.cycles.pixel_filter_type, s.cycles.filter_width = "BLACKMAN_HARRIS", 1.5
    s.render.use_border = s.render.use_crop_to_border = False
    s.view_settings.view_transform, s.render.dither_intensity = "Standard", 1.0
