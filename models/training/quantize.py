"""Eight-bit versions of the shipped networks, to measure beside them.

    python quantize.py NAME --data DATA --work DIR [--ranges minmax]

writes DIR/int8/NAME.onnx and NAME.json and prints what a run takes on one thread, float
and eight-bit in turns. Activations have 8 bits, weights 7 per channel, so that processors
without VNNI, whose sums of two products saturate, give the same integers. The first
convolution and what comes after the last activations stay float. Ranges come from
training pictures alone; thresholds and calibration stay those of the manifest.
"""
import argparse
import hashlib
import json
import pathlib
import time

import cv2
import numpy as np
import onnx
import onnxruntime as ort
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantType, quantize_static

import pictures
from evaluate import SHIPPED, session
from splits import read

RANGES = {"minmax": CalibrationMethod.MinMax, "percentile": CalibrationMethod.Percentile, "entropy": CalibrationMethod.Entropy}
# All that the runtime computes on integers, and the convolutions alone.
KINDS = {"whole": ["Conv", "Relu", "Sigmoid", "Mul", "Add", "Concat", "MaxPool", "Resize"], "convolutions": ["Conv"]}


class Shots(CalibrationDataReader):
    """Training pictures and frames of the first quarter of vtest.avi as a manifest wants them."""

    def __init__(self, manifest, data, count):
        self.input, rng = manifest["input"], np.random.default_rng(3)
        stems = read("burning_train")
        shots = [pictures.read_yolo(data / "fire-smoke", stems[i])[0] for i in rng.permutation(len(stems))[:count * 3 // 4]]
        shots += pictures.read_video(data / "videos" / "vtest.avi", 0, 0.25, 200 // (count // 4))
        self.left = [{self.input["name"]: self.tensor(shot, pictures.weather(rng, shot))} for shot in shots]

    def tensor(self, shot, again):
        """again: the same view in another light, for what compares two."""
        channels, height, width = self.input["shape"][1:]
        if self.input["resize"] == "letterbox":
            planes = [pictures.letterbox(shot, width)[0]]
        else:
            planes = [cv2.resize(p, (width, height), interpolation=cv2.INTER_AREA) for p in (shot, again)[:channels // 3]]
        if self.input["color"] == "RGB":
            planes = [p[..., ::-1] for p in planes]
        scaled = [(p * self.input["scale"] - np.array(self.input["mean"])) / np.array(self.input["std"]) for p in planes]
        return np.concatenate(scaled, 2).transpose(2, 0, 1)[None].astype(np.float32)

    def get_next(self):
        return self.left.pop() if self.left else None


def float_nodes(graph):
    """The first convolutions, the last, and what leads to no convolution."""
    made = {o: n for n in graph.node for o in n.output}

    def before(node):
        todo, seen = list(node.input), set()
        while todo:
            n = made.get(todo.pop())
            if n is not None and n.name not in seen:
                seen.add(n.name)
                todo.extend(n.input)
        return seen

    behind = {n.name: before(n) for n in graph.node if n.op_type == "Conv"}
    inner = set().union(*behind.values())
    first = [name for name, nodes in behind.items() if not nodes & behind.keys()]
    return [n.name for n in graph.node if n.name not in inner] + first


def quantize(name, data, out, ranges, kind, count=32):
    """Writes the file and its manifest; returns the file."""
    source, manifest = SHIPPED / f"{name}.onnx", json.loads((SHIPPED / f"{name}.json").read_text())
    out.mkdir(parents=True, exist_ok=True)
    file = out / f"{name}.onnx"
    quantize_static(str(source), str(file), Shots(manifest, data, count), op_types_to_quantize=KINDS[kind], per_channel=True, reduce_range=True,
                    activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, calibrate_method=RANGES[ranges],
                    nodes_to_exclude=float_nodes(onnx.load(str(source)).graph))
    manifest["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    (out / f"{name}.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
    return file


def least(files, shape, runs=60):
    """Least milliseconds of processor time that a run of each takes, in turns."""
    nets = [session(f) for f in files]
    x = {"images": np.random.default_rng(1).uniform(0, 1, (1, *shape)).astype(np.float32)}
    times = [[] for _ in nets]
    for _ in range(runs):
        for net, took in zip(nets, times):
            start = time.thread_time()
            net.run(None, x)
            took.append(time.thread_time() - start)
    return [round(min(t) * 1e3, 2) for t in times]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("name", choices=("objects", "burning", "novelty", "ground"))
    ap.add_argument("--data", required=True)
    ap.add_argument("--work", required=True)
    ap.add_argument("--ranges", choices=RANGES, default="minmax")
    ap.add_argument("--kind", choices=KINDS, default="whole")
    args = ap.parse_args()
    file = quantize(args.name, pathlib.Path(args.data), pathlib.Path(args.work) / "int8", args.ranges, args.kind)
    manifest = json.loads((SHIPPED / f"{args.name}.json").read_text())
    channels, height, width = manifest["input"]["shape"][1:]
    rows = 256 if "rows" in manifest["input"] else height  # of a picture of 16:9
    before, after = least((SHIPPED / f"{args.name}.onnx", file), (channels, rows, width))
    print(f"{args.name}: onnxruntime {ort.__version__}, one thread: float {before} ms, eight-bit ({args.kind}, {args.ranges}) {after} ms")


if __name__ == "__main__":
    main()
