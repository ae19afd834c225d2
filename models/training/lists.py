"""Writes ../lists/NAME.json: the held-out pictures that `offsite model eval` measures
on, with what is in them; and ../lists/NAME/*, composed of rendered things alone, so
that they can lie in the repository.

    python lists.py [--data DATA --work DIR] NAME…

burning needs no data; the others want the folders that training wants.
"""
import argparse
import json
import pathlib

import numpy as np

import negatives
from sites import places, read_place
from splits import plate_files, read, street_files

LISTS = pathlib.Path(__file__).parent.parent / "lists"
# vtest.avi lasts 79.5 s; from 40 % on nothing was trained or chosen by it.
STREET = {"file": "videos/vtest.avi", "first_s": 31.8, "last_s": 0, "every_s": 0}


def yolo(name):
    return [{"file": f"fire-smoke/images/{s}.jpg", "labels": f"fire-smoke/labels/{s}.txt", "classes": ["fire", "smoke"]} for s in read(name)]


def burning():
    scenes = [{"file": f"scenes/{name}"} for name in negatives.names("test")]
    split = ("fire-smoke, six videos held out by name and number (training/splits/burning_test.txt); street: every frame of the last "
             "60 % of vtest.avi; scene: pictures of eight other videos (training/annotations/scenes.json); neither holds any")
    return {"split": split, "parts": [{"prefix": "", "kind": "boxes", "pictures": yolo("burning_test")},
                                      {"prefix": "street_", "kind": "negative", "video": STREET},
                                      {"prefix": "scene_", "kind": "negative", "pictures": scenes}]}


def picture(name, file, shot, size=None):
    """Keeps a picture as JPEG; returns its path for the list."""
    import cv2
    (LISTS / name).mkdir(parents=True, exist_ok=True)
    if size:
        shot = cv2.resize(shot, size, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(LISTS / name / f"{file}.jpg"), shot, [cv2.IMWRITE_JPEG_QUALITY, 82])
    return f"{name}/{file}.jpg"


def grey(name, file, mask):
    import cv2
    cv2.imwrite(str(LISTS / name / f"{file}.png"), mask)
    return f"{name}/{file}.png"


def ground(data, build):
    import cv2

    from train_ground import read_mask
    rows = []
    for f in plate_files(build / "ground", "val"):
        mask = cv2.resize(read_mask(f), (224, 128), interpolation=cv2.INTER_NEAREST)
        rows.append({"file": picture("ground", f.stem, cv2.imread(str(f)), (512, 288)), "mask": grey("ground", f"{f.stem}_mask", mask)})
    split = ("plate: rendered building sites that were held out (every fifth); site: 127 drone pictures of a housing site and of a park "
             "(training/annotations/sites), by which nothing was trained or chosen")
    return {"split": split, "parts": [{"prefix": "plate_", "kind": "masks", "pictures": rows},
                                      {"prefix": "site_", "kind": "masks", "pictures": sites()}]}


def sites():
    """Real pictures that sites.py brings into the data folder, with its masks."""
    return [{"file": f"sites/{place}/{file}", "mask": f"ground/{place}/{pathlib.Path(file).stem}.png"}
            for place in places("measure") for file in read_place(place)["pictures"]]


def novelty(data, build):
    import cv2

    import sprites
    from train_novelty import Pairs
    plates = [cv2.resize(cv2.imread(str(f)), (512, 288), interpolation=cv2.INTER_AREA) for f in plate_files(build / "ground", "val") + street_files(build / "streets", "val")]
    draw, rows = Pairs(plates, sprites.Sprites(build / "sprites").part("val"), 37), []
    for i in range(36):
        images, new, _ = draw.draw()
        before, now = ((images[k:k + 3][::-1].transpose(1, 2, 0) * 255).astype(np.uint8) for k in (0, 3))
        row = {"file": picture("novelty", f"{i:02}_now", now), "baseline": picture("novelty", f"{i:02}_before", before)}
        if new.any():
            row["mask"] = grey("novelty", f"{i:02}_new", new.astype(np.uint8))
        rows.append(row)
    split = ("36 pairs of held-out plates under two lights, with held-out sprites and made-up things put down; "
             "no real before-and-after pictures with goods are at hand")
    return {"split": split, "parts": [{"prefix": "", "kind": "pairs", "pictures": rows}]}


def hand():
    """Persons of vtest.avi, boxes checked by eye."""
    said = json.loads((pathlib.Path(__file__).parent / "annotations" / "vtest.json").read_text())
    size = [said["width"], said["height"]] * 2
    return [{"at_s": f["frame"] / said["fps"], "boxes": [{"label": "person", "box": [round(v / s, 4) for v, s in zip(b, size)]} for b in f["person"]]}
            for f in said["frames"]], {"file": said["video"], "first_s": 0, "last_s": 0, "every_s": 0}


def boxes_of(shot, boxes, classes, labels):
    h, w = shot.shape[:2]
    return [{"label": labels[c], "box": [round(float(v) / s, 4) for v, s in zip(b, (w, h, w, h))]} for b, c in zip(boxes, classes)]


def objects(data, build):
    import cv2

    import sprites
    from detector import from_teacher
    from stalls import LABELS, Streets
    from train_objects import plates, seen_by
    stems = read("burning_test")
    shots = [cv2.imread(str(data / "fire-smoke" / "images" / f"{s}.jpg")) for s in stems]
    told = seen_by(from_teacher(str(data / "teachers" / "yolox_nano.onnx")), shots, 0.4)
    real = [{"file": f"fire-smoke/images/{s}.jpg", "boxes": boxes_of(p, *t, LABELS)} for s, p, t in zip(stems, shots, told)]
    empty = np.zeros((0, 4), np.float32), np.zeros(0, np.int64)
    draw, rows = Streets([(p, *empty) for p in plates(build, "val")], sprites.Sprites(build / "sprites"), "val", 41), []
    for i in range(48):
        shot, boxes, classes = draw.draw()
        rows.append({"file": picture("objects", f"{i:02}", shot, (560, 315)), "boxes": boxes_of(shot, boxes, classes, LABELS)})
    frames, video = hand()
    split = ("street: persons of 8 frames of the last 60 % of vtest.avi, boxes checked by eye; agreement: pictures of held-out videos "
             "(burning_test.txt), against the boxes that the YOLOX-Nano teacher gives there from score 0.4; composite: 48 pictures of held-out "
             "sprites on held-out plates")
    return {"split": split, "parts": [{"prefix": "street_", "kind": "boxes", "labels": ["person"], "video": video, "pictures": frames},
                                      {"prefix": "agreement_", "kind": "boxes", "pictures": real},
                                      {"prefix": "composite_", "kind": "boxes", "pictures": rows}]}


def write(name, content):
    """One picture a line, so that a change can be read."""
    LISTS.mkdir(exist_ok=True)
    lines = []
    for p in content["parts"]:
        rows = ",\n   ".join(json.dumps(e) for e in p.pop("pictures", []))
        head = json.dumps(p)[:-1]
        lines.append(f'  {head}{f""", "pictures": [{chr(10)}   {rows}]""" if rows else ""}}}')
    body = ",\n".join(lines)
    (LISTS / f"{name}.json").write_text(f'{{\n "split": {json.dumps(content["split"])},\n "parts": [\n{body}\n ]\n}}\n')


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("names", nargs="+", choices=("burning", "ground", "novelty", "objects"))
    ap.add_argument("--data", default="../../../shared/data")
    ap.add_argument("--work", default="../../build/models")
    args = ap.parse_args()
    for name in args.names:
        folders = () if name == "burning" else (pathlib.Path(args.data), pathlib.Path(args.work).parent)
        write(name, globals()[name](*folders))


if __name__ == "__main__":
    main()
