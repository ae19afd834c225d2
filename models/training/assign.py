"""The detectors' loss: SimOTA assignment, GIoU, binary cross-entropies."""
import torch
from torch.nn import functional as F

from detector import boxes_of


def overlaps(a, b):
    """IoU [n, m] of corner boxes."""
    lt, rb = torch.maximum(a[:, None, :2], b[None, :, :2]), torch.minimum(a[:, None, 2:], b[None, :, 2:])
    inter = (rb - lt).clamp(min=0).prod(2)
    area = lambda x: (x[:, 2:] - x[:, :2]).clamp(min=0).prod(1)
    return inter / (area(a)[:, None] + area(b)[None] - inter + 1e-6)


def giou(a, b):
    """Generalised IoU [n] of paired corner boxes."""
    lt, rb = torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])
    inter = (rb - lt).clamp(min=0).prod(1)
    area = lambda x: (x[:, 2:] - x[:, :2]).clamp(min=0).prod(1)
    union = area(a) + area(b) - inter + 1e-6
    hull = (torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])).prod(1) + 1e-6
    return inter / union - (hull - union) / hull


@torch.no_grad()
def assign(boxes, raw, cells, strides, gt, classes, radius=1.5):
    """Which anchors answer for which box: anchor indices, box indices, IoUs."""
    centre = (cells + 0.5) * strides
    mid = (gt[:, :2] + gt[:, 2:]) / 2
    near = ((centre[None] - mid[:, None]).abs() < radius * strides[None, :, 0:1]).all(2)  # [G, A]
    pool = near.any(0).nonzero()[:, 0]
    if len(pool) == 0:
        return pool, pool, boxes.new_zeros(0)
    iou = overlaps(gt, boxes[pool])
    score = (raw[pool, 5:].sigmoid() * raw[pool, 4:5].sigmoid()).sqrt()
    want = F.one_hot(classes, raw.shape[1] - 5).float()
    cls_cost = F.binary_cross_entropy(score[None].expand(len(gt), -1, -1), want[:, None].expand(-1, len(pool), -1), reduction="none").sum(2)
    cost = cls_cost - 3 * torch.log(iou + 1e-8) + 1e6 * (~near[:, pool])
    match = torch.zeros_like(iou, dtype=torch.bool)
    take = iou.topk(min(10, len(pool)), 1).values.sum(1).int().clamp(min=1)
    for g in range(len(gt)):
        match[g, cost[g].topk(int(take[g]), largest=False).indices] = True
    twice = match.sum(0) > 1
    if twice.any():
        best = cost[:, twice].argmin(0)
        match[:, twice] = F.one_hot(best, len(gt)).bool().T
    owner = match.float().argmax(0)
    hit = match.any(0).nonzero()[:, 0]
    return pool[hit], owner[hit], iou[owner[hit], hit]


def detection_loss(raw, cells, strides, targets):
    """raw [N, A, 5+C]; targets: per picture (boxes [n, 4], classes [n]).
    Returns the loss and its parts: box, objectness, class."""
    boxes = boxes_of(raw, cells, strides)
    obj, box_loss, cls_loss, count = torch.zeros_like(raw[..., 4]), 0.0, 0.0, 0
    for i, (gt, classes) in enumerate(targets):
        if len(gt) == 0:
            continue
        anchors, owner, iou = assign(boxes[i], raw[i], cells, strides, gt, classes)
        if len(anchors) == 0:
            continue
        obj[i, anchors] = 1.0
        box_loss = box_loss + (1 - giou(boxes[i, anchors], gt[owner])).sum()
        want = F.one_hot(classes[owner], raw.shape[2] - 5).float() * iou[:, None].clamp(min=0.3)
        cls_loss = cls_loss + F.binary_cross_entropy_with_logits(raw[i, anchors, 5:], want, reduction="sum")
        count += len(anchors)
    n = max(count, raw.shape[0])
    obj_loss = F.binary_cross_entropy_with_logits(raw[..., 4], obj, reduction="sum")
    parts = [5 * box_loss / n, obj_loss / n, cls_loss / n]
    return sum(parts), [float(torch.as_tensor(p).detach()) for p in parts]
