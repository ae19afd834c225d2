"""Writes ../lists/NAME.json: the held-out pictures that `offsite model eval` measures
on, with what is in them.

    python lists.py burning
"""
import json
import pathlib
import sys

from splits import read

LISTS = pathlib.Path(__file__).parent.parent / "lists"
# vtest.avi lasts 79.5 s; from 40 % on nothing was trained or chosen by it.
STREET = {"file": "videos/vtest.avi", "first_s": 31.8, "last_s": 0, "every_s": 0}


def yolo(name):
    return [{"file": f"fire-smoke/images/{s}.jpg", "labels": f"fire-smoke/labels/{s}.txt", "classes": ["fire", "smoke"]} for s in read(name)]


def burning():
    split = ("fire-smoke, six videos held out by name and number (training/splits/burning_test.txt); street: every frame of the last "
             "60 % of vtest.avi, which holds neither")
    return {"split": split, "parts": [{"prefix": "", "kind": "boxes", "pictures": yolo("burning_test")},
                                      {"prefix": "street_", "kind": "negative", "video": STREET}]}


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


if __name__ == "__main__":
    for name in sys.argv[1:] or ("burning",):
        write(name, globals()[name]())
