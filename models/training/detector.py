"""YOLOX-Nano (depthwise, batch norms folded into the convolutions) in PyTorch.

Initialised from the teacher's ONNX file: the convolutions are walked in the order
in which both graphs run them, and shapes must agree. Input: BGR, 0..255, NCHW.
"""
import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional as F

STRIDES = (8, 16, 32)


class Conv(nn.Module):
    """Convolution with bias and SiLU."""

    def __init__(self, cin, cout, k, stride=1, groups=1):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, k, stride, (k - 1) // 2, groups=groups)

    def forward(self, x):
        return F.silu(self.conv(x))


def separable(cin, cout, stride=1):
    return nn.Sequential(Conv(cin, cin, 3, stride, groups=cin), Conv(cin, cout, 1))


class Bottleneck(nn.Module):
    def __init__(self, c, shortcut):
        super().__init__()
        self.reduce, self.spread, self.shortcut = Conv(c, c, 1), separable(c, c), shortcut

    def forward(self, x):
        y = self.spread(self.reduce(x))
        return x + y if self.shortcut else y


class CrossStage(nn.Module):
    """Half of the channels pass through bottlenecks, half go by."""

    def __init__(self, cin, cout, n, shortcut=True):
        super().__init__()
        h = cout // 2
        self.left, self.right = Conv(cin, h, 1), Conv(cin, h, 1)
        self.blocks = nn.Sequential(*(Bottleneck(h, shortcut) for _ in range(n)))
        self.join = Conv(2 * h, cout, 1)

    def forward(self, x):
        left, right = self.left(x), self.right(x)
        return self.join(torch.cat((self.blocks(left), right), 1))


class PyramidPool(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.reduce, self.join = Conv(c, c // 2, 1), Conv(c * 2, c, 1)

    def forward(self, x):
        x = self.reduce(x)
        return self.join(torch.cat([x] + [F.max_pool2d(x, k, 1, k // 2) for k in (5, 9, 13)], 1))


class Backbone(nn.Module):
    """The teacher first rearranges 2×2 pixels into channels and convolves 3×3; one
    convolution of 6×6 pixels with stride 2 is the same, and spares moving the pixels."""

    def __init__(self):
        super().__init__()
        self.stem = Conv(3, 16, 6, 2)
        self.stage2 = nn.Sequential(separable(16, 32, 2), CrossStage(32, 32, 1))
        self.stage3 = nn.Sequential(separable(32, 64, 2), CrossStage(64, 64, 3))
        self.stage4 = nn.Sequential(separable(64, 128, 2), CrossStage(128, 128, 3))
        self.stage5 = nn.Sequential(separable(128, 256, 2), PyramidPool(256), CrossStage(256, 256, 1, False))

    def forward(self, x):
        c3 = self.stage3(self.stage2(self.stem(x)))
        c4 = self.stage4(c3)
        return c3, c4, self.stage5(c4)


class Neck(nn.Module):
    """Path aggregation: coarse to fine and back."""

    def __init__(self):
        super().__init__()
        self.lateral5, self.down4 = Conv(256, 128, 1), CrossStage(256, 128, 1, False)
        self.lateral4, self.down3 = Conv(128, 64, 1), CrossStage(128, 64, 1, False)
        self.up3, self.out4 = separable(64, 64, 2), CrossStage(128, 128, 1, False)
        self.up4, self.out5 = separable(128, 128, 2), CrossStage(256, 256, 1, False)

    def forward(self, c3, c4, c5):
        p5 = self.lateral5(c5)
        p4 = self.lateral4(self.down4(torch.cat((F.interpolate(p5, scale_factor=2.0), c4), 1)))
        p3 = self.down3(torch.cat((F.interpolate(p4, scale_factor=2.0), c3), 1))
        n4 = self.out4(torch.cat((self.up3(p3), p4), 1))
        return p3, n4, self.out5(torch.cat((self.up4(n4), p5), 1))


class Branch(nn.Module):
    """The head of one scale."""

    def __init__(self, cin, classes):
        super().__init__()
        self.stem = Conv(cin, 64, 1)
        self.cls_convs = nn.Sequential(separable(64, 64), separable(64, 64))
        self.cls = nn.Conv2d(64, classes, 1)
        self.reg_convs = nn.Sequential(separable(64, 64), separable(64, 64))
        self.reg, self.obj = nn.Conv2d(64, 4, 1), nn.Conv2d(64, 1, 1)

    def forward(self, x):
        x = self.stem(x)
        cls = self.cls(self.cls_convs(x))
        y = self.reg_convs(x)
        return torch.cat((self.reg(y), self.obj(y), cls), 1)


class Detector(nn.Module):
    """Gives raw rows [N, A, 5+C]: offsets, log sizes, objectness and class logits."""

    def __init__(self, classes):
        super().__init__()
        self.classes = classes
        self.backbone, self.neck = Backbone(), Neck()
        self.head = nn.ModuleList(Branch(c, classes) for c in (64, 128, 256))

    def forward(self, x):
        levels = self.neck(*self.backbone(x))
        raw = [branch(level).flatten(2) for branch, level in zip(self.head, levels)]
        return torch.cat(raw, 2).transpose(1, 2)

    def freeze_early(self):
        """Keeps stem and the first two stages as the teacher has them."""
        for part in (self.backbone.stem, self.backbone.stage2):
            part.requires_grad_(False)


def grid(height, width):
    """Cell corners [A, 2] in cells and strides [A, 1] in pixels."""
    cells, strides = [], []
    for s in STRIDES:
        ys, xs = torch.meshgrid(torch.arange(height // s), torch.arange(width // s), indexing="ij")
        cells.append(torch.stack((xs, ys), 2).reshape(-1, 2).float())
        strides.append(torch.full((cells[-1].shape[0], 1), float(s)))
    return torch.cat(cells), torch.cat(strides)


def boxes_of(raw, cells, strides):
    """Corner boxes [..., A, 4] in input pixels."""
    centre = (raw[..., :2] + cells) * strides
    half = raw[..., 2:4].clamp(max=8).exp() * strides / 2
    return torch.cat((centre - half, centre + half), -1)


class Deployed(nn.Module):
    """What is exported: rows x1, y1, x2, y2, greatest score, final scores. The input may
    be lower than wide: the cells of its rows are the first of each scale's."""

    def __init__(self, net, side):
        super().__init__()
        self.net = net
        cells, strides = grid(side, side)
        self.counts = [(side // s) ** 2 for s in STRIDES]
        self.register_buffer("cells", cells)
        self.register_buffer("strides", strides)

    def rows(self, of_all, height, width):
        """The rows [A, K] of a grid of side×side that a height×width input has."""
        return torch.cat([level[:(height // s) * (width // s)] for level, s in zip(of_all.split(self.counts), STRIDES)])

    def forward(self, images):
        raw = self.net(images)
        cells, strides = (self.rows(t, *images.shape[2:]) for t in (self.cells, self.strides))
        scores = raw[..., 5:].sigmoid() * raw[..., 4:5].sigmoid()
        return torch.cat((boxes_of(raw, cells, strides), scores.amax(-1, keepdim=True), scores), -1)


def teacher_weights(path):
    """Weight and bias of each convolution of the ONNX file, in the order they run."""
    graph = onnx.load(path).graph
    known = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    return [(known[n.input[1]], known[n.input[2]]) for n in graph.node if n.op_type == "Conv"]


def as_one(weight):
    """The 6×6 kernel that is the same as 2×2 pixels in channels and then a 3×3 kernel."""
    if weight.ndim != 4 or weight.shape[1] != 12:
        return weight
    out = np.zeros((weight.shape[0], 3, 6, 6), np.float32)
    for group, (down, right) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
        out[:, :, down::2, right::2] = weight[:, 3 * group:3 * group + 3]
    return out


def shipped(net, path):
    """Gives the net the weights of a shipped ONNX file, to train on or export anew."""
    known = {t.name.removeprefix("net."): numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}
    net.load_state_dict({name: torch.from_numpy(as_one(known[name]).copy()) for name in net.state_dict()})
    return net


def convolutions_in_order(net, side=64):
    """The net's convolutions in the order they run."""
    order, hooks = [], []
    for m in net.modules():
        if isinstance(m, nn.Conv2d):
            hooks.append(m.register_forward_hook(lambda m, i, o: order.append(m)))
    with torch.no_grad():
        net(torch.zeros(1, 3, side, side))
    for h in hooks:
        h.remove()
    return order


def from_teacher(path, rows=None):
    """A detector with the teacher's weights. rows: for each class of ours the COCO
    rows whose mean initialises it (None: all 80 as they are)."""
    classes = 80 if rows is None else len(rows)
    net = Detector(classes)
    weights, convs = teacher_weights(path), convolutions_in_order(net)
    if len(weights) != len(convs):
        raise ValueError(f"{path} has {len(weights)} convolutions, the net has {len(convs)}")
    preds = {id(b.cls) for b in net.head}
    for (w, b), conv in zip(weights, convs):
        if id(conv) in preds and rows is not None:
            w = np.stack([w[list(r)].mean(0) for r in rows])
            b = np.array([b[list(r)].mean() for r in rows], np.float32)
        w = as_one(w)
        if tuple(w.shape) != tuple(conv.weight.shape):
            raise ValueError(f"{path}: a convolution has shape {w.shape}, the net wants {tuple(conv.weight.shape)}")
        conv.weight.data.copy_(torch.from_numpy(w.copy()))
        conv.bias.data.copy_(torch.from_numpy(b.copy()))
    return net
