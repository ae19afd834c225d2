"""Figures of the shipped ONNX files on held-out pictures, by ONNX Runtime.

    python evaluate.py NAME --data DATA --work DIR [--onnx FILE]

Prints JSON {"split", "figures", "thresholds", "calibration"}. Thresholds (scores) and
calibration are chosen on validation pictures, figures measured on test pictures that
no training or choice has seen.
"""
import argparse
import json
import pathlib
import time

import numpy as np
import onnxruntime as ort

import calibrate
import measure
import pictures
from splits import read

SHIPPED = pathlib.Path(__file__).parent.parent / "weights"
# Second looks, as in manifests, chosen by sizes.py on validation pictures.
AGAIN = {"burning": {"side": 208, "labels": ["smoke"], "from": 0.05}}


def session(path):
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def milliseconds(net, runs=30):
    """Median time of one look on one core."""
    i = net.get_inputs()[0]
    channels, height, width = i.shape[1:]
    x = np.random.default_rng(1).uniform(0, 1, [1, channels, height if isinstance(height, int) else width, width]).astype(np.float32)
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        net.run(None, {i.name: x})
        times.append(time.perf_counter() - start)
    return round(float(np.median(times)) * 1e3, 2)


def rows_at(net, picture, side, room=416):
    """Rows of a picture that fits in side pixels of an input of room, boxes in its pixels.
    What has its middle on the grey beside a smaller picture is left out."""
    boxed, s = pictures.letterbox(picture, side)
    boxed = np.pad(boxed, ((0, room - side), (0, room - side), (0, 0)), constant_values=pictures.PAD)
    rows = net.run(None, {net.get_inputs()[0].name: boxed.transpose(2, 0, 1)[None].astype(np.float32)})[0][0]
    rows[:, :4] /= s
    if side < room:
        rows[(rows[:, :2] + rows[:, 2:4] > 2 * np.array(picture.shape[1::-1])).any(1), 4:] = 0
    return rows


def detect(net, shots, labels, again=None, side=416):
    """found() of each picture, boxes in its pixels. again: a second look, as in manifests."""
    out = []
    for p in shots:
        rows = rows_at(net, p, side)
        if again:
            second = np.array([l in again["labels"] for l in labels])
            if rows[:, 5:][:, second].max() >= again["from"]:
                more = rows_at(net, p, again["side"])
                rows[:, 5:][:, second] = 0
                more[:, 5:][:, ~second] = 0
                rows = np.vstack((rows, more))
        out.append(measure.found(rows, len(labels)))
    return out


def nothing():
    return np.zeros((0, 4), np.float32), np.zeros(0, np.int64)


def burning(net, data, build):
    labels, again = ("fire", "smoke"), AGAIN["burning"]
    folder = data / "fire-smoke"
    video = data / "videos" / "vtest.avi"
    val = [pictures.read_yolo(folder, s) for s in read("burning_val")]
    val += [(p, *nothing()) for p in pictures.read_video(video, 0.25, 0.4, 8)]
    got = detect(net, [v[0] for v in val], labels, again)
    thresholds, curves = {}, {}
    for c, label in enumerate(labels):
        curves[label] = calibrate.of_boxes(got, [v[1:] for v in val], c)
        t, _ = measure.best_threshold(measure.picture_scores(got, c), np.array([(v[2] == c).any() for v in val]), 0.2, 0.7)
        thresholds[label] = round(t, 2)
    test = [pictures.read_yolo(folder, s) for s in read("burning_test")]
    got = detect(net, [t[0] for t in test], labels, again)
    truths = [t[1:] for t in test]
    street = detect(net, pictures.read_video(video, 0.4, 1.0, 1), labels, again)
    figures = {}
    said, positive = np.zeros(len(test), bool), np.array([len(t[2]) > 0 for t in test])
    for c, label in enumerate(labels):
        scores = measure.picture_scores(got, c)
        said |= scores >= thresholds[label]
        p, r, f1 = measure.precision_recall_f1(scores, np.array([(t[2] == c).any() for t in test]), thresholds[label])
        figures.update({f"ap50_{label}": measure.average_precision(got, truths, c), f"picture_precision_{label}": p,
                        f"picture_recall_{label}": r, f"picture_f1_{label}": f1})
    p, r, f1 = measure.precision_recall_f1(said.astype(float), positive, 0.5)
    figures.update({"picture_precision": p, "picture_recall": r, "picture_f1": f1, "pictures": len(test)})
    false = sum(any(s >= thresholds[labels[c]] for c, s, _ in g) for g in street)
    figures.update({"street_pictures": len(street), "street_false_pictures": false})
    split = ("fire-smoke, six videos held out by name and number (training/splits/burning_test.txt); "
             "street: every frame of the last 60 % of vtest.avi, which holds neither")
    return split, figures, thresholds, curves


def objects(net, data, build):
    import onnx  # noqa: F401  the teacher is read by onnxruntime
    from sprites import Sprites
    from stalls import COCO, LABELS, Streets
    from train_objects import plates, real_pictures
    teacher = session(data / "teachers" / "yolox_nano.onnx")

    def told(shots, floor):
        from detector import grid
        cells, strides = (t.numpy() for t in grid(416, 416))
        out = []
        for p in shots:
            boxed, s = pictures.letterbox(p, 416)
            raw = teacher.run(None, {"images": boxed.transpose(2, 0, 1)[None].astype(np.float32)})[0][0]
            centre, half = (raw[:, :2] + cells) * strides, np.exp(raw[:, 2:4]) * strides / 2
            scores = raw[:, 4:5] * raw[:, 5:]
            cols = [scores[:, list(i)].max(1) if i else scores[:, 0] * 0 for i in COCO]
            rows = np.column_stack((centre - half, centre + half, raw[:, 4], *cols))
            rows[:, :4] /= s
            found = measure.found(rows, len(LABELS), floor)
            out.append((np.array([g[2] for g in found]).reshape(-1, 4), np.array([g[0] for g in found], int)))
        return out

    stills, street = real_pictures(data, "test")
    shots = stills + street
    truths = told(shots, 0.4)
    got = detect(net, shots, LABELS)
    figures = {"real_pictures": len(shots)}
    for c, label in enumerate(LABELS):
        n = sum(int((t[1] == c).sum()) for t in truths)
        if n >= 20:
            figures[f"agreement_ap50_{label}"] = measure.average_precision(got, truths, c)
            figures[f"agreement_boxes_{label}"] = n
    backs = [(s, *t) for s, t in zip(shots, told(shots, 0.35))] + [(p, *nothing()) for p in plates(build, "val")]
    draw = Streets(backs, Sprites(build / "sprites"), "val", 23)
    drawn = [draw.draw() for _ in range(200)]
    got = detect(net, [d[0] for d in drawn], LABELS)
    thresholds, curves = {}, {}
    for c, label in enumerate(LABELS):
        curves[label] = calibrate.of_boxes(got, [d[1:] for d in drawn], c)
        figures[f"composite_ap50_{label}"] = measure.average_precision(got, [d[1:] for d in drawn], c)
        thresholds[label] = box_threshold(got, drawn, c)
    split = ("agreement_*: real pictures of held-out videos (burning_test.txt and the last 70 % of vtest.avi), against the boxes that the "
             "YOLOX-Nano teacher gives there from score 0.4, since no hand-made boxes are at hand; composite_*: 200 pictures with held-out "
             "sprites pasted on those pictures and on held-out plates; thresholds of greatest F1 on the composites")
    return split, figures, thresholds, curves


def box_threshold(results, drawn, cls):
    """The score of the greatest box F1 at IoU 0.5."""
    hits, total = [], 0
    for got, (_, boxes, classes) in zip(results, drawn):
        gt = boxes[classes == cls]
        total += len(gt)
        used = np.zeros(len(gt), bool)
        for _, score, box in sorted((g for g in got if g[0] == cls), key=lambda g: -g[1]):
            o = measure.overlap(box, gt) if len(gt) else np.zeros(1)
            hit = len(gt) > 0 and o.max() >= 0.5 and not used[o.argmax()]
            if hit:
                used[o.argmax()] = True
            hits.append((score, hit))
    if not hits or total == 0:
        return 0.4
    hits.sort(key=lambda h: -h[0])
    tp = np.cumsum([h[1] for h in hits])
    f1 = 2 * tp / (np.arange(1, len(hits) + 1) + total)
    return round(float(np.clip(hits[int(f1.argmax())][0], 0.2, 0.6)), 2)


def novelty(net, data, build):
    from sprites import Sprites
    from train_novelty import Pairs, backgrounds
    draw = Pairs(backgrounds(data, build, "test"), Sprites(build / "sprites").part("val"), 29)
    drawn = [draw.draw() for _ in range(300)]
    probability = np.concatenate([net.run(None, {net.get_inputs()[0].name: d[0][None]})[0] for d in drawn])[:, 0]
    true = np.stack([d[1] for d in drawn]) > 0.5
    cut = 0.5
    said = probability >= cut
    tp, fp, fn = (said & true).sum(), (said & ~true).sum(), (~said & true).sum()
    empty = ~true.any((1, 2))
    figures = {"pairs": len(drawn), "cell_iou": tp / (tp + fp + fn), "cell_precision": tp / (tp + fp), "cell_recall": tp / (tp + fn),
               "false_share_on_unchanged": said[empty].mean() if empty.any() else 0.0}
    split = ("300 composite pairs on pictures of held-out videos (burning_test.txt), held-out plates and the second quarter of vtest.avi; "
             "no real before-and-after pictures with goods are at hand")
    some = probability >= 0.03
    keep = np.random.default_rng(1).permutation(some.sum())[:40000]
    curve = calibrate.points(*calibrate.fit(probability[some][keep], true[some][keep]))
    return split, figures, {"new": cut}, {"new": curve}


def ground(net, data, build):
    import train_ground as t
    rng = np.random.default_rng(5)
    quilts, plates = t.sources(data, build, "val", 31)
    sets = {"quilt": [t.finish(rng, *quilts.draw(), False) for _ in range(100)]}
    if plates:
        sets["plate"] = [t.finish(rng, *plates.draw(True), False) for _ in range(40)]
    figures = {}
    for kind, drawn in sets.items():
        cells, gap = np.zeros((8, 8), np.int64), []
        for x, true in drawn:
            said = net.run(None, {net.get_inputs()[0].name: x[None].astype(np.float32)})[0][0].argmax(0)
            np.add.at(cells, (true.ravel(), said.ravel()), 1)
            gap.append(abs((true == 1).mean() - (said == 1).mean()))
        iou = t.ious(cells)
        figures.update({f"{kind}_pictures": len(drawn), f"{kind}_miou": iou[cells.sum(1) > 0].mean(), f"{kind}_iou_bare_soil": iou[1],
                        f"{kind}_iou_net": iou[2], f"{kind}_bare_share_error": float(np.mean(gap))})
    split = ("quilt: 100 pictures composed of held-out real textures; plate: rendered grounds that were held out (every fifth); "
             "no real pictures with hand-checked masks are at hand")
    return split, figures, {}, {}


def evaluate(name, onnx_path, data, build):
    net = session(onnx_path)
    split, figures, thresholds, curves = globals()[name](net, pathlib.Path(data), pathlib.Path(build))
    figures["ms_one_core"] = milliseconds(net)
    return {"split": split, "figures": {k: round(float(v), 4) for k, v in figures.items()}, "thresholds": thresholds,
            "calibration": {k: c for k, c in curves.items() if c}}


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("name", choices=("objects", "burning", "novelty", "ground"))
    ap.add_argument("--data", required=True)
    ap.add_argument("--work", required=True)
    ap.add_argument("--onnx")
    args = ap.parse_args()
    path = args.onnx or SHIPPED / f"{args.name}.onnx"
    print(json.dumps(evaluate(args.name, path, args.data, pathlib.Path(args.work).parent), indent=1))
