"""Writes a network as ONNX Runtime computes it fastest on a processor; it says the same.

    python lighten.py NAME --version 2026.11.29

rewrites ../weights/NAME.onnx and version and digest of its manifest. ship.py lightens
what it exports. What is light already stays as it is.
"""
import argparse
import hashlib
import json
import pathlib

import numpy as np
import onnx
from onnx import helper, numpy_helper

from evaluate import SHIPPED, session

BLOCK = 16  # channels that the runtime's convolutions take at a time, at most


def attributes(node):
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


class Graph:
    """The nodes of a network, by what they give and take."""

    def __init__(self, model):
        self.graph = model.graph
        self.tensors = {t.name: t for t in self.graph.initializer}

    def of(self, kind):
        return [n for n in self.graph.node if n.op_type == kind]

    def users(self, name):
        return [n for n in self.graph.node if name in n.input]

    def value(self, name):
        return numpy_helper.to_array(self.tensors[name])

    def put(self, name, value):
        """A constant; one of that name is replaced."""
        tensor = numpy_helper.from_array(np.ascontiguousarray(value), name)
        if name in self.tensors:
            self.tensors[name].CopyFrom(tensor)
        else:
            self.graph.initializer.append(tensor)
            self.tensors[name] = self.graph.initializer[-1]
        return name

    def replace(self, old, *new):
        """New nodes in the place of an old one."""
        at = list(self.graph.node).index(old)
        self.graph.node.remove(old)
        for i, node in enumerate(new):
            self.graph.node.insert(at + i, node)

    def tidy(self):
        """Drops constants that nothing takes."""
        taken = {i for n in self.graph.node for i in n.input}
        for name in [n for n in self.tensors if n not in taken]:
            self.graph.initializer.remove(self.tensors.pop(name))


def pools(g):
    """Maxima over 9 and 13 cells are those over 5 of those over 5, and again."""
    for five in (n for n in g.of("MaxPool") if attributes(n)["kernel_shape"] == [5, 5]):
        last = five
        for side in (9, 13):
            for wide in (n for n in g.users(five.input[0]) if n.op_type == "MaxPool" and attributes(n)["kernel_shape"] == [side, side]):
                wide.input[0] = last.output[0]
                for a in wide.attribute:
                    if a.name in ("kernel_shape", "pads"):
                        a.CopyFrom(next(b for b in five.attribute if b.name == a.name))
                last = wide


def shares(g):
    """A softmax over channels goes cell by cell; its parts go along the rows."""
    for n in (n for n in g.of("Softmax") if attributes(n).get("axis") == 1):
        x, y = n.input[0], n.output[0]
        channels = g.put("shares.channels", np.array([1], np.int64))
        g.replace(n, helper.make_node("ReduceMax", [x], ["shares.most"], "shares.most", axes=[1], keepdims=1),
                  helper.make_node("Sub", [x, "shares.most"], ["shares.under"], "shares.under"),
                  helper.make_node("Exp", ["shares.under"], ["shares.parts"], "shares.parts"),
                  helper.make_node("ReduceSum", ["shares.parts", channels], ["shares.whole"], "shares.whole", keepdims=1),
                  helper.make_node("Reciprocal", ["shares.whole"], ["shares.once"], "shares.once"),
                  helper.make_node("Mul", ["shares.parts", "shares.once"], [y], "shares"))


def shuffles(g):
    """Every second channel, cut out in place of reshaping and gathering."""
    for n in g.of("Reshape"):
        gathers = g.users(n.output[0])
        if not gathers or any(u.op_type != "Gather" or attributes(u)["axis"] != 2 or g.value(u.input[1]).ndim for u in gathers):
            continue
        for u in gathers:
            first = int(g.value(u.input[1]))
            bounds = [g.put(f"shuffle.{what}", np.array([v], np.int64)) for what, v in
                      ((f"from{first}", first), ("to", 1 << 30), ("axis", 1), ("step", 2))]
            g.replace(u, helper.make_node("Slice", [n.input[0], *bounds], [u.output[0]], u.name))
        g.graph.node.remove(n)


def widen(g):
    """Channels of noughts behind the first convolution's, up to a whole block: pooling and
    what follows then stay in the layout of the convolutions."""
    first = g.of("Conv")[0]
    more = -len(g.value(first.input[1])) % BLOCK
    pool = [u for u in g.users(g.users(first.output[0])[0].output[0]) if u.op_type == "MaxPool"]
    if not more or not pool:
        return

    def grow(name, axis):
        value = g.value(name)
        g.put(name, np.pad(value, [(0, more if i == axis else 0) for i in range(value.ndim)]))

    given = [first]
    for n in g.users(pool[0].output[0]):
        if attributes(n)["group"] == 1:
            grow(n.input[1], 1)
            continue
        next(a for a in n.attribute if a.name == "group").i += more
        given.append(n)
        for u in g.users(n.output[0]):
            grow(u.input[1], 1)
    for n in given:
        grow(n.input[1], 0)
        grow(n.input[2], 0)


def lighten(path):
    """Rewrites the file."""
    model = onnx.load(str(path))
    g = Graph(model)
    for step in (pools, shares, shuffles, widen):
        step(g)
    g.tidy()
    del model.graph.value_info[:]  # shapes that widen has changed; the runtime finds them itself
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def gap(before, after, shape):
    """How far two files are apart on noise, relative to the greatest value."""
    x = np.random.default_rng(2).uniform(0, 1, (2, *shape[1:])).astype(np.float32) * (255 if shape[2] == 416 else 1)
    one, other = (session(f).run(None, {"images": x})[0] for f in (before, after))
    return float(np.abs(one - other).max() / max(1.0, np.abs(one).max()))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("name", choices=("objects", "burning", "novelty", "ground"))
    ap.add_argument("--version", required=True)
    args = ap.parse_args()
    file, notes = SHIPPED / f"{args.name}.onnx", SHIPPED / f"{args.name}.json"
    manifest, fresh = json.loads(notes.read_text()), pathlib.Path(f"{file}.light")
    fresh.write_bytes(file.read_bytes())
    lighten(fresh)
    apart = gap(file, fresh, manifest["input"]["shape"])
    if apart > 1e-5:
        raise SystemExit(f"{fresh} differs from {file.name} by {apart}")
    fresh.replace(file)
    manifest["version"], manifest["sha256"] = args.version, hashlib.sha256(file.read_bytes()).hexdigest()
    notes.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
    print(f"{file.name}: {apart:.1e} apart from before")


if __name__ == "__main__":
    main()
