"""The camera of every scene, and where a place on the ground appears in its picture.

World: metres, camera above the origin, Y ahead, X right, Z up.
"""
import math

WIDTH, HEIGHT = 1280, 720
EYE_M, PITCH_DEG, HFOV_DEG = 5.5, 18.0, 58.0
FOCAL_PX = WIDTH / 2 / math.tan(math.radians(HFOV_DEG / 2))
_S, _C = math.sin(math.radians(PITCH_DEG)), math.cos(math.radians(PITCH_DEG))


def project(x, y, z=0.0):
    """Pixel (u, v) and pixels per metre of the point."""
    dz = z - EYE_M
    depth = y * _C - dz * _S
    up = y * _S + dz * _C
    return WIDTH / 2 + FOCAL_PX * x / depth, HEIGHT / 2 - FOCAL_PX * up / depth, FOCAL_PX / depth


def share(x, y, z=0.0):
    """The point in shares of the picture, as zones are written."""
    u, v, _ = project(x, y, z)
    return [round(u / WIDTH, 4), round(v / HEIGHT, 4)]
