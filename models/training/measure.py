"""Figures of detectors: average precision, picture-level precision and recall."""
import numpy as np


def suppress(boxes, scores, iou=0.5):
    """Indices that survive non-maximum suppression, best first."""
    order, keep = np.argsort(-scores), []
    while len(order):
        i, order = order[0], order[1:]
        keep.append(i)
        order = order[overlap(boxes[i], boxes[order]) <= iou]
    return np.array(keep, int)


def overlap(box, others):
    lt, rb = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    inter = np.prod(np.clip(rb - lt, 0, None), 1)
    area = lambda b: np.prod(b[..., 2:] - b[..., :2], -1)
    return inter / (area(box) + area(others) - inter + 1e-9)


def found(rows, classes, floor=0.01, iou=0.5, most=100):
    """Rows [A, 5+C] of a deployed detector -> list of (class, score, box)."""
    out = []
    for c in range(classes):
        score = rows[:, 5 + c]
        keep = np.where(score > floor)[0]
        keep = keep[np.argsort(-score[keep])][:most * 3]
        for i in suppress(rows[keep, :4], score[keep], iou)[:most]:
            out.append((c, float(score[keep[i]]), rows[keep[i], :4]))
    return out


def average_precision(results, truths, cls, iou=0.5):
    """results: per picture the list of found(); truths: per picture (boxes, classes)."""
    rows, total = [], 0
    for got, (boxes, classes) in zip(results, truths):
        gt = boxes[classes == cls]
        total += len(gt)
        used = np.zeros(len(gt), bool)
        for _, score, box in sorted((g for g in got if g[0] == cls), key=lambda g: -g[1]):
            o = overlap(box, gt) if len(gt) else np.zeros(0)
            best = int(o.argmax()) if len(gt) else -1
            hit = best >= 0 and o[best] >= iou and not used[best]
            if hit:
                used[best] = True
            rows.append((score, hit))
    if total == 0:
        return float("nan")
    rows.sort(key=lambda r: -r[0])
    hits = np.cumsum([r[1] for r in rows]) if rows else np.zeros(1)
    precision, recall = hits / np.arange(1, len(hits) + 1), hits / total
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(np.concatenate(([0], recall))) * precision))


def picture_scores(results, cls):
    """Greatest score of a class per picture (cls None: of any class)."""
    return np.array([max([s for c, s, _ in got if cls is None or c == cls], default=0.0) for got in results])


def precision_recall_f1(scores, positive, threshold):
    said = scores >= threshold
    tp = int((said & positive).sum())
    p, r = tp / max(1, int(said.sum())), tp / max(1, int(positive.sum()))
    return p, r, 2 * p * r / max(1e-9, p + r)


def best_threshold(scores, positive, floor=0.1, ceiling=0.8):
    """The threshold of the greatest F1; the middle of the plateau where there is one."""
    grid = np.arange(floor, ceiling, 0.01)
    f1 = np.array([precision_recall_f1(scores, positive, t)[2] for t in grid])
    top = np.where(f1 >= f1.max() - 0.003)[0]
    return float(grid[top[len(top) // 2]]), float(f1.max())
