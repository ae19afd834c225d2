"""Exports a trained model to ONNX, checks it against PyTorch, measures it and writes
weights/NAME.onnx and weights/NAME.json.

    python ship.py NAME --data DATA --work DIR --version 2026.11.24
    python ship.py NAME --data DATA --work DIR --keep --version 2026.11.29
    python ship.py NAME --data DATA --work DIR --version 2026.11.28 --again

--keep leaves the weights and writes second look, thresholds and calibration anew;
--again exports the shipped weights anew, where export has changed, and leaves the rest.
"""
import argparse
import hashlib
import json
import pathlib

import numpy as np
import onnx
import onnxslim
import torch
from torch import nn

from calibrate import through
from detector import STRIDES, Deployed, Detector, shipped
from evaluate import AGAIN, SHIPPED, evaluate, session
from lighten import lighten
from sites import places, read_place
from splits import read

FIRE = {"source": "Roboflow Universe custom-thxhn/fire-wrpgm v8", "licence": "CC-BY-4.0"}
STREET = {"source": "OpenCV sample video vtest.avi, first quarter", "licence": "Apache-2.0"}
TEACHER = {"source": "YOLOX-Nano weights (COCO), Megvii: initialisation and teacher", "licence": "Apache-2.0", "pictures": 1}


class Probable(nn.Module):
    """Adds the last step that turns logits into probabilities."""

    def __init__(self, net, last):
        super().__init__()
        self.net, self.last = net, last

    def forward(self, images):
        return self.last(self.net(images))


def build_of(name, work, again=False):
    """The module to export, its input shape, and the manifest's fields of its kind.
    again: with the weights that are shipped."""
    from quilts import LABELS as GROUND
    from stalls import LABELS as OBJECTS
    labels = {"objects": OBJECTS, "burning": ("fire", "smoke"), "novelty": ("new",), "ground": GROUND}[name]
    plain = {"layout": "NCHW", "pad": 0, "scale": 1 / 255, "mean": [0.0] * 3, "std": [1.0] * 3, "color": "RGB", "resize": "stretch"}
    if name in ("objects", "burning"):
        net = Detector(len(labels))
        if again:
            shipped(net, SHIPPED / f"{name}.onnx")
        else:
            net.load_state_dict(torch.load(work / f"{name}.best.pt", map_location="cpu"))
        boxed = {**plain, "color": "BGR", "resize": "letterbox", "pad": 114, "scale": 1.0, "rows": max(STRIDES)}
        return Deployed(net.eval(), 416), [3, 416, 416], labels, {"task": "detect", "input": boxed, "kind": "boxes"}
    if again and name != "novelty":
        raise SystemExit(f"{name} is not kept by name in its ONNX file: train it to export it")
    state = None if again else torch.load(work / f"{name}.pt", map_location="cpu")["net"]
    if name == "novelty":
        from train_novelty import Change
        net = Change()
        if again:
            shipped(net, SHIPPED / "novelty.onnx")
        else:
            net.load_state_dict(state)
        return Probable(net.eval(), nn.Sigmoid()), [6, 256, 256], labels, {"task": "novelty", "input": plain, "kind": "probability"}
    from train_ground import MEAN, STD, Ground
    net = Ground()
    net.load_state_dict(state)
    normal = {**plain, "scale": 1.0, "mean": list(MEAN), "std": list(STD)}
    return Probable(net.eval(), nn.Softmax(1)), [3, 256, 448], labels, {"task": "segment", "input": normal, "kind": "classmap"}


def slim(path):
    """Folds what can be folded, where the result is a whole graph; it is not always."""
    thin = onnxslim.slim(str(path))
    try:
        onnx.checker.check_model(thin)
    except onnx.checker.ValidationError as e:
        print(f"{path.name} stays as exported: {str(e).splitlines()[0]}")
        return
    del thin.graph.value_info[:]  # shapes of what lies between, which the runtime finds itself
    onnx.save(thin, str(path))


def export(module, shape, path, rows=None):
    """Writes the ONNX file; returns the output's shape. Refuses what differs from
    PyTorch. rows: the height is free in steps of so many pixels."""
    module.eval()
    free = ({0: "n", 2: "height"}, {0: "n", 1: "boxes"}) if rows else ({0: "n"}, {0: "n"})
    torch.onnx.export(module, (torch.zeros(1, *shape),), str(path), opset_version=17, input_names=["images"], output_names=["output"],
                      dynamic_axes={"images": free[0], "output": free[1]}, do_constant_folding=True, dynamo=False)
    slim(path)
    lighten(path)
    for height in range(rows, shape[1] + 1, rows) if rows else [shape[1]]:
        got = compare(module, path, (shape[0], height, shape[2]))
    return got


def compare(module, path, shape):
    """The output's shape for an input of this one. Refuses what differs from PyTorch."""
    x = np.random.default_rng(2).uniform(0, 1, (2, *shape)).astype(np.float32) * (255 if shape[2] == 416 else 1)
    with torch.no_grad():
        want = module(torch.from_numpy(x)).numpy()
    got = session(path).run(None, {"images": x})[0]
    gap = float(np.abs(got - want).max() / max(1.0, np.abs(want).max()))
    if gap > 1e-3:
        raise ValueError(f"{path.name} differs from PyTorch by {gap}")
    return list(got.shape[1:])


def data_of(name, build):
    """What the model was trained on, with counts."""
    textures = sum(len(v) for v in json.loads((pathlib.Path(__file__).parent / "textures.json").read_text()).values())
    textured = {"source": "textures of Debian's supertuxkart-data 1.4 (textures.json)", "licence": "CC-BY-SA-3.0, CC-BY-SA-4.0, CC-BY, CC0 and public domain, by file", "pictures": textures}
    count = lambda folder, pattern: len([f for f in (build / folder).glob(pattern) if "_mask" not in f.name])
    out = []
    if name == "burning":
        out = [{**FIRE, "pictures": len(read("burning_train"))}, {**STREET, "pictures": 40}, textured]
    elif name == "objects":
        out = [{**FIRE, "pictures": len(read("burning_train")) // 2}, {**STREET, "pictures": 50}]
    elif name == "novelty":
        out = [{**FIRE, "pictures": len(read("burning_train"))}, {**STREET, "pictures": 20}]
    else:
        out = [{**FIRE, "pictures": len(read("burning_train")) // 4}]
        out.append(textured)
        for place, what in [(read_place(n), what) for use, what in (("train", "trained on"), ("validate", "chosen by")) for n in places(use)]:
            out.append({"source": f"{place['repository']} at {place['commit'][:12]}, by {place['credit']}: {what}", "licence": place["licence"], "pictures": len(place["pictures"])})
        out.append({"source": "ShuffleNetV2 weights (ImageNet) of FastestDet: initialisation", "licence": "CC0-1.0", "pictures": 1})
    if name != "ground":
        out.append(TEACHER)
    if sprites := count("sprites", "*.png") if name != "burning" else 0:
        out.append({"source": "sprites rendered by scenes", "licence": "Apache-2.0", "pictures": sprites})
    if plates := count("ground", "*.png"):
        out.append({"source": "ground plates rendered by scenes", "licence": "Apache-2.0", "pictures": plates})
    return out


def probable(measured):
    """Thresholds as probabilities, and the curves that make them so."""
    curves = measured["calibration"]
    return {l: round(through(curves[l], t), 4) if l in curves else t for l, t in measured["thresholds"].items()}, curves


def export_again(name, work, version):
    """The shipped weights in a file as the scripts export it today; the manifest's
    figures are of the earlier one until they are measured again."""
    module, shape, _, kind = build_of(name, work, again=True)
    before, fresh = SHIPPED / f"{name}.onnx", work / f"{name}.onnx"
    work.mkdir(parents=True, exist_ok=True)
    export(module, shape, fresh, kind["input"].get("rows"))
    compare(module, before, shape)
    file = SHIPPED / f"{name}.json"
    manifest = json.loads(file.read_text())
    manifest["version"], manifest["sha256"] = version, hashlib.sha256(fresh.read_bytes()).hexdigest()
    manifest["input"].update(kind["input"])
    before.write_bytes(fresh.read_bytes())
    file.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


def choose_again(name, data, build, version):
    """Second look, thresholds and calibration of the shipped weights."""
    file = SHIPPED / f"{name}.json"
    measured = evaluate(name, SHIPPED / f"{name}.onnx", data, build)
    manifest = json.loads(file.read_text())
    manifest["thresholds"], curves = probable(measured)
    manifest["version"] = version
    for field, value in (("calibration", curves), ("again", AGAIN.get(name))):
        manifest.pop(field, None)
        if value:
            manifest[field] = value
    file.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps(measured, indent=1))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("name", choices=("objects", "burning", "novelty", "ground"))
    ap.add_argument("--data", required=True)
    ap.add_argument("--work", required=True)
    ap.add_argument("--version", required=True)
    ap.add_argument("--keep", action="store_true")
    ap.add_argument("--again", action="store_true")
    args = ap.parse_args()
    torch.set_num_threads(1)
    work = pathlib.Path(args.work)
    if args.keep:
        choose_again(args.name, args.data, work.parent, args.version)
        return
    if args.again:
        export_again(args.name, work, args.version)
        return
    module, shape, labels, kind = build_of(args.name, work)
    fresh = work / f"{args.name}.onnx"
    output = export(module, shape, fresh, kind["input"].get("rows"))
    measured = evaluate(args.name, fresh, args.data, work.parent)
    raw = fresh.read_bytes()
    thresholds, curves = probable(measured)
    manifest = {
        "name": args.name, "version": args.version, "task": kind["task"], "file": f"{args.name}.onnx",
        "sha256": hashlib.sha256(raw).hexdigest(), "licence": "Apache-2.0",
        "input": {"name": "images", "shape": [-1, *shape], **kind["input"]},
        "output": {"name": "output", "shape": [-1, *output], "kind": kind["kind"]},
        "labels": list(labels), "thresholds": thresholds,
        **({"calibration": curves} if curves else {}),
        **({"nms_iou": 0.5} if kind["task"] == "detect" else {}),
        **({"again": AGAIN[args.name]} if args.name in AGAIN else {}),
        "metrics": {"split": measured["split"], "figures": measured["figures"]},
        "data": data_of(args.name, work.parent), "trained_with": f"make train-{args.name}",
    }
    (SHIPPED / f"{args.name}.onnx").write_bytes(raw)
    (SHIPPED / f"{args.name}.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps(measured, indent=1))
    print(f"{len(raw)} bytes")


if __name__ == "__main__":
    main()
