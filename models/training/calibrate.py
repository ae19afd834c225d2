"""Turns scores into probabilities: Platt's line through the logits of scores, fitted on
validation pictures, kept as the points of a rising curve from [0, 0] to [1, 1]."""
import numpy as np

import measure

AT = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


def logit(s):
    s = np.clip(s, 1e-4, 1 - 1e-4)
    return np.log(s / (1 - s))


def fit(scores, right, steps=60):
    """Slope and offset of greatest likelihood (Newton), with Platt's smoothed targets
    and a weak pull towards the identity, so that a few samples bend it little."""
    x, right = logit(np.asarray(scores, float)), np.asarray(right, bool)
    n1, n0 = right.sum(), (~right).sum()
    target = np.where(right, (n1 + 1) / (n1 + 2), 1 / (n0 + 2))
    a, b = 1.0, 0.0
    for _ in range(steps):
        p = 1 / (1 + np.exp(-(a * x + b)))
        d = p - target
        g = np.array([(d * x).sum() + 2 * (a - 1), d.sum() + 0.5 * b])
        w = p * (1 - p) + 1e-9
        h = np.array([[(w * x * x).sum() + 2, (w * x).sum()], [(w * x).sum(), w.sum() + 0.5]])
        step = np.linalg.solve(h, g)
        a, b = a - step[0], b - step[1]
        if abs(step).max() < 1e-8:
            break
    return max(a, 0.2), b


def points(a, b):
    """The curve's points, strictly rising."""
    out = [[0.0, 0.0]]
    for s in AT[1:-1]:
        p = float(1 / (1 + np.exp(-(a * logit(s) + b))))
        p = round(max(p, out[-1][1] + 1e-5), 5)
        if p < 0.9999:
            out.append([s, p])
    return out + [[1.0, 1.0]]


def through(curve, score):
    xs, ys = zip(*curve)
    return float(np.interp(score, xs, ys))


def of_boxes(results, truths, cls, floor=0.03):
    """Curve of a class from found() of pictures and their (boxes, classes), or None
    where too little is there to fit."""
    scores, right = [], []
    for got, (boxes, classes) in zip(results, truths):
        gt = boxes[classes == cls]
        used = np.zeros(len(gt), bool)
        for _, score, box in sorted((g for g in got if g[0] == cls and g[1] >= floor), key=lambda g: -g[1]):
            o = measure.overlap(box, gt) if len(gt) else np.zeros(1)
            hit = len(gt) > 0 and o.max() >= 0.5 and not used[o.argmax()]
            if hit:
                used[o.argmax()] = True
            scores.append(score)
            right.append(hit)
    if min(sum(right), len(right) - sum(right)) < 10:
        return None
    return points(*fit(scores, right))
