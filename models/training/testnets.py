"""Writes the small networks that pipeline/infer is tested with, some of them wrong on
purpose, and what PyTorch says of made-up pictures.

    python testnets.py ../../pipeline/infer/testdata
"""
import hashlib
import json
import pathlib
import sys

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper
from torch import nn

import measure

SIDE, LABELS = 32, ("fire", "smoke")


def pixels(w, h):
    """The made-up picture, RGB: any reader can draw it from this line."""
    ys, xs, cs = np.mgrid[0:h, 0:w, 0:3]
    return ((xs * 7 + ys * 13 + cs * 29 + xs * ys) % 256).astype(np.uint8)


class Boxes(nn.Module):
    """Rows like the shipped detectors'; last: what is applied to the scores."""

    def __init__(self, last=torch.sigmoid, out=7):
        super().__init__()
        self.conv, self.last, self.out = nn.Conv2d(3, out - 1, 8, 8), last, out

    def forward(self, x):
        y = self.conv(x / 255).flatten(2).transpose(1, 2) * 6
        middle, half = y[..., :2].sigmoid() * SIDE, y[..., 2:4].sigmoid() * 12 + 1
        scores = self.last(y[..., 4:])
        return torch.cat((middle - half, middle + half, scores.amax(-1, keepdim=True), scores), -1)


class Cells(nn.Module):
    def __init__(self, cin, classes):
        super().__init__()
        self.conv = nn.Conv2d(cin, classes, 4, 4)

    def forward(self, x):
        y = self.conv(x) * 5
        return y.softmax(1) if y.shape[1] > 1 else y.sigmoid()


def export(net, channels, path, axes=("n",)):
    dynamic = {i: a for i, a in enumerate(axes) if a}
    dynamic = {"images": dynamic, "output": {0: "n"}} if dynamic else None
    torch.onnx.export(net.eval(), (torch.zeros(1, channels, SIDE, SIDE),), str(path), opset_version=17, input_names=["images"],
                      output_names=["output"], dynamic_axes=dynamic, dynamo=False)


def manifest(folder, name, task, kind, shape, labels, **more):
    raw = (folder / f"{name}.onnx").read_bytes()
    plain = {"name": "images", "shape": [-1, 6 if task == "novelty" else 3, SIDE, SIDE], "layout": "NCHW", "color": "BGR", "resize": "letterbox",
             "pad": 114, "scale": 1, "mean": [0, 0, 0], "std": [1, 1, 1]}
    m = {"name": name, "version": "2026.11.24", "task": task, "file": f"{name}.onnx", "sha256": hashlib.sha256(raw).hexdigest(), "licence": "Apache-2.0",
         "input": {**plain, **more.pop("input", {})}, "output": {"name": "output", "shape": [-1, *shape], "kind": kind}, "labels": list(labels),
         "thresholds": {}, "metrics": {"split": "none: weights are random", "figures": {}},
         "data": [{"source": "random numbers", "licence": "CC0-1.0", "pictures": 1}], "trained_with": "python testnets.py", **more}
    (folder / f"{name}.json").write_text(json.dumps(m, indent=1) + "\n")


def letterboxed(picture):
    out = np.full((SIDE, SIDE, 3), 114, np.uint8)
    out[:picture.shape[0], :picture.shape[1]] = picture
    return out


def detector(folder):
    """Reference boxes of a square picture and of one that is padded, BGR."""
    net = Boxes()
    export(net, 3, folder / "boxes.onnx")
    manifest(folder, "boxes", "detect", "boxes", [16, 7], LABELS, thresholds={"fire": 0.45, "smoke": 0.5}, nms_iou=0.4)
    wants = []
    for w, h in ((32, 32), (20, 32), (32, 12)):
        x = torch.from_numpy(letterboxed(pixels(w, h))[..., ::-1].copy()).permute(2, 0, 1)[None].float()
        with torch.no_grad():
            rows = net(x)[0].numpy()
        rows[:, :4] = np.clip(rows[:, :4], 0, [w, h, w, h])
        got = [g for c, t in ((0, 0.45), (1, 0.5)) for g in found(rows, c, t)]
        wants.append({"width": w, "height": h, "boxes": [{"label": LABELS[c], "score": float(s), "box": [float(v) for v in b]} for c, s, b in got]})
    return wants


def found(rows, c, threshold):
    rows = rows[(rows[:, 5 + c] >= threshold) & (rows[:, 2] > rows[:, 0]) & (rows[:, 3] > rows[:, 1])]
    return [(c, rows[i, 5 + c], rows[i, :4]) for i in measure.suppress(rows[:, :4], rows[:, 5 + c], 0.4)]


def maps(folder):
    """Reference classes and probabilities, RGB, normalised."""
    mean, std = np.float32([100, 110, 120]), np.float32([50, 60, 70])
    seg, new = Cells(3, 3), Cells(6, 1)
    export(seg, 3, folder / "classes.onnx")
    export(new, 6, folder / "new.onnx")
    normal = {"color": "RGB", "resize": "stretch", "pad": 0, "mean": mean.tolist(), "std": std.tolist()}
    manifest(folder, "classes", "segment", "classmap", [3, 8, 8], ("a", "b", "c"), input=normal)
    manifest(folder, "new", "novelty", "probability", [1, 8, 8], ("new",), input=normal, thresholds={"new": 0.5})
    a = (pixels(SIDE, SIDE).astype(np.float32) - mean) / std
    b = (pixels(SIDE, SIDE)[::-1].astype(np.float32) - mean) / std
    a, b = (torch.from_numpy(v.transpose(2, 0, 1).copy())[None] for v in (a, b))
    with torch.no_grad():
        return {"classes": seg(a).argmax(1).flatten().tolist(), "new": [round(float(v), 5) for v in new(torch.cat((a, b), 1)).flatten()]}


def wrong(folder):
    """Files that must be refused."""
    export(Boxes(), 3, folder / "fixed_batch.onnx", axes=())
    export(Boxes(), 3, folder / "free_sides.onnx", axes=("n", None, "h", "w"))
    export(Boxes(), 3, folder / "free_height.onnx", axes=("n", None, "h"))
    export(Boxes(out=8), 3, folder / "more_labels.onnx")
    export(Boxes(last=lambda y: y * 100), 3, folder / "no_sigmoid.onnx")
    export(Boxes(last=lambda y: torch.log(y * 0 - 1)), 3, folder / "not_a_number.onnx")
    graph = helper.make_graph([helper.make_node("Foresee", ["images"], ["output"], domain="ai.offsite")], "g",
                              [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])],
                              [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["n", 16, 7])])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.offsite", 1)], ir_version=8), str(folder / "unknown_operator.onnx"))
    whole = (folder / "boxes.onnx").read_bytes()
    (folder / "cut_short.onnx").write_bytes(whole[:len(whole) // 2])


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(3)
    with torch.no_grad():
        (folder / "reference.json").write_text(json.dumps({"boxes": detector(folder), **maps(folder)}, indent=1) + "\n")
    wrong(folder)


if __name__ == "__main__":
    main(sys.argv[1])
