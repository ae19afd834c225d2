"""The camera of every scene, and where a place on the ground appears in its picture.

World: metres, camera above the origin, Y ahead, X right, Z up.
"""
import math

WIDTH, HEIGHT = 1280, 720
EYE_M, PITCH_DEG, HFOV_DEG = 5.5, 18.0, 58.0
FOCAL_PX = WIDTH / 2 / math.tan(math.radians(HFOV_DEG / 2))
SUN = (0.75, -0.15, -0.6)  # Euler angles of the sun, radians
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


def ground(u, v):
    """Where on the ground (x, y) a pixel lies; far beyond the horizon, 1e6 (arrays too)."""
    down = (v - HEIGHT / 2) / FOCAL_PX
    below = _S + down * _C  # per unit of depth along the axis
    reach = EYE_M / ((below > 1e-4) * below + (below <= 1e-4) * 5.5e-6)
    return reach * (u - WIDTH / 2) / FOCAL_PX, reach * (_C - down * _S)


def _shadow():
    """Where the shadow of a point 1 m above the ground lies, from below it (x, y)."""
    a, b, c = SUN
    # the column -Z of Rz @ Ry @ Rx
    x = -(math.cos(c) * math.sin(b) * math.cos(a) + math.sin(c) * math.sin(a))
    y = -(math.sin(c) * math.sin(b) * math.cos(a) - math.cos(c) * math.sin(a))
    z = -math.cos(b) * math.cos(a)
    return -x / z, -y / z


SHADOW = _shadow()
