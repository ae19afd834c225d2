"""Who and what appears in each scene: (name, maker, place, turn in degrees, shadow).

Turn 0 faces right in the picture, 90 away from the camera, 180 left, 270 towards it.
A walk is PHASES pictures, NAME-0 … of one step cycle. Without a rendered shadow,
the stage casts one from the outline.
"""
import random

import parts
import people
import streets
import studio
from sites import digger
from town import lamp_post, tree_

PHASES = 10


def walk(name, at, turn, kind="plain", pose="walk", top=None, bottom=None, seed=None, extra=None):
    for i in range(PHASES):
        def make(i=i):
            r = random.Random(f"scene {seed or name}")
            people.person(r, i / PHASES, pose, top, bottom, kind)
            if extra:
                extra(random.Random(f"scene extra {name}"))
        yield f"{name}-{i}", make, at, turn, False


def stand(name, at, turn, pose, kind="plain", top=None, bottom=None, seed=None):
    yield name, lambda: people.person(random.Random(f"scene {seed or name}"), .25, pose, top, bottom, kind), at, turn, False


def thing(name, make, at, turn, *args, shadow=True, **more):
    yield name, lambda: make(random.Random(f"scene {name}"), *args, **more), at, turn, shadow


def beside(make, at, turn=0):
    """What goes along with a person: made at a place relative to them."""
    def extra(r):
        since = parts.now()
        make(r)
        studio.turn(since, turn, at)
    return extra


def carried_umbrella(colour):
    return beside(lambda r: parts.umbrella(r, 2.02, colour, .58, pole=.75), (.36, .15, 0))


def stall():
    cart = beside(lambda r: parts.cart(random.Random("scene stall cart"), "push"), (1.62, 0, 0))
    vendor = {"kind": "vendor", "top": (.06, .16, .30), "bottom": (.05, .05, .06), "seed": "stall vendor"}
    yield from walk("come", (2.9, 11.0), 180, pose="push", extra=cart, **vendor)
    for pose, turn in (("serve", 255), ("stand", 285), ("bend", 200), ("phone", 240)):
        yield from stand("vendor-" + pose, (2.2, 11.5), turn, pose, **vendor)
    yield "cart", lambda: parts.cart(random.Random("scene stall cart"), "push"), (1.28, 11.0), 180, True
    yield from thing("umbrella", parts.umbrella, (.4, 11.9), 10, 2.5, (.70, .10, .05), 1.35)
    yield from thing("crates", parts.goods, (-1.2, 10.6), 12, "crates")
    yield from thing("baskets", parts.goods, (.3, 9.9), -6, "baskets")
    yield from thing("mat", parts.goods, (-1.0, 9.5), 4, "mat")
    yield from walk("a", (0, 14.2), 0, "plain", top=(.30, .05, .05))
    yield from walk("b", (0, 8.6), 180, "coat", top=(.10, .12, .20))
    yield from walk("c", (0, 13.2), 180, "plain", top=(.50, .48, .44), bottom=(.05, .07, .14))
    yield from walk("d", (0, 9.0), 0, "skirt", top=(.55, .50, .42))
    yield from stand("d-buys", (.2, 9.0), 80, "serve", "skirt", top=(.55, .50, .42), seed="d")
    yield from thing("kerb", streets.stall_kerb, (0, 0), 0)
    yield from thing("car-1", parts.car, (0, 22.9), 180, "car")
    yield from thing("car-2", parts.car, (0, 19.6), 0, "van")


def crossdoor():
    owner = {"kind": "vendor", "top": (.35, .36, .38), "bottom": (.05, .06, .10), "seed": "crossdoor owner"}
    crate = beside(lambda r: parts.crate(random.Random("scene door crate"), (0, 0, 0), (.40, .55, .24)), (.52, 0, .92))
    yield from walk("bring", (3.2, 15.9), 180, pose="push", extra=crate, **owner)
    yield from walk("return", (3.2, 15.9), 0, **owner)
    for pose, turn in (("bend", 110), ("stand", 265), ("serve", 250)):
        yield from stand("owner-" + pose, (3.2, 15.9), turn, pose, **owner)
    for name, x, y, kind in (("crates-1", 1.0, 15.8, "crates"), ("crates-2", 2.9, 15.8, "crates"), ("baskets", 1.4, 14.9, "baskets"),
                             ("rack", 5.75, 15.0, "rack"), ("cartons", 3.1, 14.95, "cartons")):
        yield from thing("door " + name, parts.goods, (x, y), 90 if kind == "rack" else 3, kind)
    yield from thing("door table", parts.table, (4.5, 15.4), 2, "table")
    yield from thing("bicycle", parts.bicycle, (1.2, 14.2), 176)
    wheels = beside(lambda r: parts.bicycle(random.Random("scene bicycle")), (.45, .42, 0))
    yield from walk("wheels", (1.2, 14.2), 180, "plain", pose="push", top=(.06, .16, .10), extra=wheels)
    yield from walk("a", (0, 12.2), 0, "plain", top=(.05, .20, .30))
    yield from walk("b", (0, 10.2), 180, "coat", top=(.30, .10, .22))
    yield from walk("c", (0, 13.2), 180, "skirt", top=(.60, .60, .62))
    yield from stand("c-looks", (2.6, 13.8), 95, "stand", "skirt", top=(.60, .60, .62), seed="c")


def soil():
    for i in range(12):
        yield f"digger-{i}", (lambda i=i: digger(i / 12)), (6.2, 20.6), 180, True
    yield from walk("a", (0, 12), 0, "worker", seed="worker a")
    yield from walk("b", (0, 17), 180, "worker", seed="worker b")
    yield from walk("lay", (-4, 13), 90, "worker", pose="push", seed="worker c")
    yield from stand("c-bends", (-4, 9), 60, "bend", "worker", seed="worker c")
    yield from stand("d-stands", (4.2, 10.2), 230, "stand", "worker", seed="worker d")
    yield from thing("truck", parts.car, (-6.5, 22.5), 20, "truck")


def burning():
    farmer = {"kind": "farmer", "top": (.08, .10, .22), "bottom": (.06, .06, .07), "seed": "farmer"}
    yield from walk("come", (-4, 12.2), 0, **farmer)
    yield from stand("squats", (-1.9, 12.2), 0, "squat", **farmer)
    yield from stand("watches", (-5.2, 12.4), 0, "stand", **farmer)
    for i, (x, y) in enumerate(((-.4, 12.2), (4.6, 15.5), (8.2, 19.0), (-7.5, 20.5))):
        yield from thing(f"straw-{i}", parts.straw, (x, y), 40 * i, .75)
    yield from thing("tricycle", parts.cart, (6.4, 9.6), 205, "tricycle", goods_on=False)


def street():
    yield from walk("umbrella", (0, 12.6), 0, "coat", pose="shelter", top=(.08, .08, .10), extra=carried_umbrella((.70, .03, .03)))
    yield from walk("red", (0, 13.6), 180, "coat", top=(.55, .03, .03))
    yield from walk("a", (0, 11.6), 180, "plain", top=(.20, .24, .30))
    yield from walk("b", (0, 15.2), 0, "plain", top=(.45, .42, .38))
    for name, x, y, turn, pose, top in (("waits-1", 3.0, 11.5, 250, "phone", (.06, .16, .10)), ("waits-2", 2.2, 11.7, 285, "stand", (.40, .20, .06)),
                                        ("waits-3", 3.9, 11.8, 300, "stand", (.10, .10, .10))):
        yield from stand(name, (x, y), turn, pose, top=top)
    yield from thing("lamp", lambda r: lamp_post(0, 0), (1.2, 11.0), 0)
    yield from thing("tree", lambda r: tree_(r, 0, 0, 5), (-7.6, 12.6), 0)
    yield from thing("car", parts.car, (-3.6, 9.3), 0, "car")
    courier = {"kind": "plain", "top": (.65, .45, .02), "bottom": (.03, .03, .03), "seed": "courier"}
    yield from walk("courier-brings", (2, 14.6), 180, pose="push", extra=beside(lambda r: parts.parcel(r), (.5, 0, .85)), **courier)
    yield from walk("courier-goes", (2, 14.6), 0, **courier)
    yield from stand("courier-bends", (2, 14.6), 190, "bend", **courier)
    yield from thing("parcel", parts.parcel, (1.2, 14.6), 15)
    yield from thing("scooter", parts.motorcycle, (5.0, 11.9), 160)


SCENES = {"stall": stall, "crossdoor": crossdoor, "soil": soil, "burning": burning, "street": street}
