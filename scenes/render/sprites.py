"""Renders cut-outs for training: blender -b -P sprites.py -- OUT [LABEL [FROM TO]].

Each is a thing of a random kind, colour, turn, light and camera pitch, an RGBA
picture of 224 pixels, every fourth with its shadow (alpha under 160).
OUT/<label>/NNN.png and, when LABEL is not given, OUT/index.json for
models/training/sprites.py, from the .json that lies beside every picture.
The scenes use other seeds.
"""
import glob
import json
import os
import random
import sys

import bpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import parts  # noqa: E402
import people  # noqa: E402
import studio  # noqa: E402

POSES = ["walk"] * 5 + ["stand", "stand", "serve", "serve", "hold", "phone", "bend", "sit", "squat", "push"]


def person(r):
    people.person(r, r.random(), r.choice(POSES), kind="worker" if r.random() < .12 else None)


def carried(r):
    """A person under an open umbrella: a person, not a stall."""
    people.person(r, r.random(), "hold")
    since = parts.now()
    parts.umbrella(r, 2.02, r.choice(parts.FRUIT + parts.CLOTHES), .56, pole=.75)
    studio.turn(since, 0, (.36, .15, 0))


def small(r):
    r.choice([parts.suitcase, parts.parcel])(r)


MAKE = {
    "person": (44, person), "goods": (44, parts.goods), "umbrella": (28, lambda r: parts.umbrella(r, r.uniform(2, 2.6), radius=r.uniform(.9, 1.5))),
    "cart": (36, lambda r: parts.cart(r, goods_on=r.random() < .75)), "table": (32, parts.table), "bicycle": (26, parts.bicycle),
    "motorcycle": (26, parts.motorcycle), "car": (26, lambda r: parts.car(r, r.choice(["car", "car", "van"]))),
    "truck": (24, lambda r: parts.car(r, "truck")), "carried": (12, carried), "small": (12, small),
}


def render(label, n, path):
    r = random.Random(f"train {label} {n}")
    parts.clear()
    MAKE[label][1](r)
    studio.turn(0, r.uniform(0, 360))
    pitch = r.choice([r.uniform(3, 14), r.uniform(10, 32)])
    scale = studio.shoot(path, r, pitch, distance=r.uniform(7, 22), size=224,
                         samples=14, shadow=n % 4 == 0, random_light=True)
    entry = {"file": os.path.join(label, os.path.basename(path)), "label": label, "pitch_deg": round(pitch, 1),
             "height_m": round(studio.extent()[2], 2), "px_per_m": round(scale, 1)}
    with open(path[:-4] + ".json", "w") as f:
        json.dump(entry, f)


def index(out):
    entries = [json.load(open(f)) for f in sorted(glob.glob(os.path.join(out, "*", "*.json")))]
    with open(os.path.join(out, "index.json"), "w") as f:
        json.dump({"sprites": entries}, f, indent=1)


def main():
    out, *rest = sys.argv[sys.argv.index("--") + 1:]
    for label in rest[:1] or MAKE:
        first, last = (int(v) for v in rest[1:3]) if len(rest) > 2 else (0, MAKE[label][0])
        os.makedirs(os.path.join(out, label), exist_ok=True)
        for n in range(first, last):
            path = os.path.abspath(os.path.join(out, label, f"{n:03d}.png"))
            if not os.path.exists(path[:-4] + ".json"):
                render(label, n, path)
        index(out)


if __name__ == "__main__":
    main()
