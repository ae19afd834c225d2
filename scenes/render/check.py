"""What networks see in pictures: python check.py MODELS TEACHER PICTURE…

MODELS is models/weights, TEACHER the COCO detector in ONNX that the street model
learns from, or "-". It tells whether the scenes look real enough to networks that
learnt from photographs.
"""
import json
import pathlib
import sys

import cv2
import numpy as np
import onnxruntime as ort

COCO = {0: "person", 1: "bicycle", 2: "car", 3: "motorcycle", 5: "bus", 7: "truck", 25: "umbrella", 60: "table",
        24: "backpack", 26: "handbag", 28: "suitcase", 46: "banana", 47: "apple", 49: "orange", 56: "chair", 9: "light", 13: "bench"}


def session(path):
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def letterbox(picture, side=416):
    s = side / max(picture.shape[:2])
    out = np.full((side, side, 3), 114, np.uint8)
    small = cv2.resize(picture, None, fx=s, fy=s, interpolation=cv2.INTER_AREA)
    out[:small.shape[0], :small.shape[1]] = small
    return out.transpose(2, 0, 1)[None].astype(np.float32), s


def suppress(rows, iou=.5):
    """Keeps the best of overlapping (label, score, box)."""
    kept = []
    for label, score, box in sorted(rows, key=lambda r: -r[1]):
        for other, _, b in kept:
            w = min(box[2], b[2]) - max(box[0], b[0])
            h = min(box[3], b[3]) - max(box[1], b[1])
            both = max(0, w) * max(0, h)
            if other == label and both > iou * ((box[2] - box[0]) * (box[3] - box[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both):
                break
        else:
            kept.append((label, score, box))
    return kept


def teacher(net, picture, least=.3):
    x, s = letterbox(picture)
    raw = net.run(None, {net.get_inputs()[0].name: x})[0][0]
    rows, at = [], 0
    for stride in (8, 16, 32):
        n = 416 // stride
        for i in range(n * n):
            r = raw[at + i]
            c = int(r[5:].argmax())
            score = float(r[4] * r[5 + c])
            if score >= least:
                x0, y0 = (r[0] + i % n) * stride, (r[1] + i // n) * stride
                w, h = np.exp(r[2]) * stride, np.exp(r[3]) * stride
                rows.append((COCO.get(c, str(c)), round(score, 2), np.array([x0 - w / 2, y0 - h / 2, x0 + w / 2, y0 + h / 2]) / s))
        at += n * n
    return suppress(rows)


def own(folder, name, nets, picture):
    if name not in nets:
        manifest = json.loads((pathlib.Path(folder) / f"{name}.json").read_text())
        nets[name] = (session(pathlib.Path(folder) / manifest["file"]), manifest)
    net, m = nets[name]
    side = m["input"]["shape"][3]
    x, s = letterbox(picture, side)
    out = net.run(None, {m["input"]["name"]: x})[0][0]
    rows = [(m["labels"][c], round(float(r[5 + c]), 2), r[:4] / s) for c in range(len(m["labels"])) for r in out
            if r[5 + c] >= m["thresholds"][m["labels"][c]]]
    return suppress(rows)


def draw(picture, rows, colour):
    for label, score, box in rows:
        x0, y0, x1, y1 = (int(v) for v in box)
        cv2.rectangle(picture, (x0, y0), (x1, y1), colour, 2)
        cv2.putText(picture, f"{label} {score}", (x0, max(12, y0 - 4)), cv2.FONT_HERSHEY_SIMPLEX, .55, colour, 2)


def main(folder, teacher_path, *files):
    nets, coco = {}, session(teacher_path) if teacher_path != "-" else None
    for f in files:
        picture = cv2.imread(f)
        shown = picture.copy()
        if coco:
            rows = teacher(coco, picture)
            print(f, "teacher", *(f"{l}:{s}" for l, s, _ in rows))
            draw(shown, rows, (255, 120, 0))
        for name in ("burning", "objects"):
            if (pathlib.Path(folder) / f"{name}.json").exists():
                rows = own(folder, name, nets, picture)
                print(f, name, *(f"{l}:{s}" for l, s, _ in rows))
                draw(shown, rows, (0, 0, 255) if name == "burning" else (0, 200, 0))
        cv2.imwrite(str(pathlib.Path(f).with_suffix(".seen.png")), shown)


if __name__ == "__main__":
    main(*sys.argv[1:])
