"""Compares our net with the teacher's ONNX file on a picture; they must agree."""
import sys

import numpy as np
import onnxruntime as ort
import torch

from detector import from_teacher


def main(path):
    x = np.random.default_rng(1).uniform(0, 255, (1, 3, 416, 416)).astype(np.float32)
    want = ort.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"images": x})[0]
    with torch.no_grad():
        got = from_teacher(path).eval()(torch.from_numpy(x)).numpy()
    got[..., 4:] = 1 / (1 + np.exp(-got[..., 4:]))
    gap = float(np.abs(got - want).max())
    print(f"greatest difference {gap:.2e} over {want.shape}")
    if gap > 1e-3:
        sys.exit("the nets differ")


if __name__ == "__main__":
    main(sys.argv[1])
