"""Trains the ground segmentation.

    python train_ground.py --data DATA --work DIR [--steps N] [--threads N] [--warm FILE]

ShuffleNetV2 backbone (ImageNet weights of the teachers' folder), a light decoder to
a quarter of the input. Pictures: rendered ground plates beside DIR (ground/), quilts of
real textures (textures/ beside DIR), and real pictures of the places to train on
(DATA/sites, see DATA.md). --warm starts from the weights of a shipped ONNX file. The step
of the best mean IoU on the places to validate by and on held-out quilts is kept in
DIR/ground.pt; what goes on from where it stopped is DIR/ground.last.pt. Logs to
logs/ground.csv.
"""
import argparse
import math
import pathlib

import cv2
import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional as F

import pictures
import sites
import sprites
from quilts import HEIGHT, LABELS, NET, WIDTH, Quilts, read_textures, textures_in
from splits import plate_files, read
from train_novelty import light, log

MEAN, STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)  # RGB, 0..255


def unit(cin, cout, k, stride=1, groups=1, relu=True):
    layers = [nn.Conv2d(cin, cout, k, stride, k // 2, groups=groups, bias=False), nn.BatchNorm2d(cout)]
    return layers + [nn.ReLU(inplace=True)] if relu else layers


class Shuffle(nn.Module):
    """ShuffleNetV2's block; names follow the weights' file."""

    def __init__(self, cin, cout, stride):
        super().__init__()
        self.stride, half = stride, cout // 2
        inner = cin if stride == 2 else half
        self.branch_main = nn.Sequential(
            *unit(inner, half, 1), *unit(half, half, 3, stride, half, relu=False), *unit(half, cout - inner if stride == 2 else half, 1))
        if stride == 2:
            self.branch_proj = nn.Sequential(*unit(cin, cin, 3, 2, cin, relu=False), *unit(cin, cin, 1))

    def forward(self, x):
        if self.stride == 2:
            return torch.cat((self.branch_proj(x), self.branch_main(x)), 1)
        n, c, h, w = x.shape  # every other channel goes by
        pairs = x.reshape(n, c // 2, 2, h, w)
        return torch.cat((pairs[:, :, 0], self.branch_main(pairs[:, :, 1])), 1)


class Ground(nn.Module):
    """Input RGB normalised by MEAN, STD [N, 3, 256, 448]; logits [N, 8, 64, 112]."""

    def __init__(self, weights=None):
        super().__init__()
        self.first_conv = nn.Sequential(*unit(3, 24, 3, 2))
        cin = 24
        for name, cout, n in (("stage2", 48, 4), ("stage3", 96, 8), ("stage4", 192, 4)):
            setattr(self, name, nn.Sequential(*(Shuffle(cin if i == 0 else cout, cout, 2 if i == 0 else 1) for i in range(n))))
            cin = cout
        self.sides = nn.ModuleList(nn.Conv2d(c, 48, 1) for c in (24, 48, 96, 192))
        self.whole = nn.Conv2d(192, 48, 1)
        self.mixes = nn.ModuleList(nn.Sequential(*unit(48, 48, 3, 1, 48, relu=False), *unit(48, 48, 1)) for _ in range(4))
        self.out = nn.Conv2d(48, len(LABELS), 1)
        if weights:
            state = torch.load(weights, map_location="cpu")
            missing, unexpected = self.load_state_dict(state, strict=False)
            lost = [m for m in missing if m.startswith(("first_conv", "stage"))]
            if lost or unexpected:
                raise ValueError(f"{weights} does not fit: {lost[:3]} {unexpected[:3]}")

    def forward(self, images):
        c2 = F.max_pool2d(self.first_conv(images), 3, 2, 1)
        c3 = self.stage2(c2)
        c4 = self.stage3(c3)
        c5 = self.stage4(c4)
        x = self.sides[3](c5) + self.whole(c5.mean((2, 3), keepdim=True))
        x = self.mixes[3](x)
        for i, c in ((2, c4), (1, c3), (0, c2)):
            x = self.mixes[i](self.sides[i](c) + F.interpolate(x, scale_factor=2.0))
        return self.out(x)


def shipped(net, path):
    """Gives the net the weights of a shipped ONNX file. There each convolution has taken in
    the norm behind it, and may have channels of noughts added: the norms become plain sums,
    and must be kept so (eval) in what follows."""
    graph = onnx.load(path).graph
    known = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    parts, before = dict(net.named_modules()), None
    norms = {}
    for name, part in parts.items():
        if isinstance(part, nn.BatchNorm2d):
            norms[before] = part
        before = name
    for node in (n for n in graph.node if n.op_type == "Conv"):
        name = module_of(node.name)
        w, b = (known[i] for i in node.input[1:3])
        conv, norm = parts[name], norms.get(name)
        conv.weight.data.copy_(trimmed(w, conv, name))
        b = torch.from_numpy(b[:conv.out_channels].copy())
        if norm is None:
            conv.bias.data.copy_(b)
            continue
        norm.running_mean.zero_()
        norm.running_var.fill_(1 - norm.eps)
        norm.weight.data.fill_(1)
        norm.bias.data.copy_(b)
    return net


def module_of(node):
    """The module's name by its node's, /net/mixes.3/mixes.3.0/Conv."""
    steps = node.split("/")[2:-1]
    return ".".join(s for s, after in zip(steps, steps[1:] + [""]) if not after.startswith(s + "."))


def trimmed(weight, conv, name):
    """The weight without channels of noughts that are behind the convolution's own."""
    out, inner = conv.weight.shape[:2]
    mine = weight[:out, :inner]
    if mine.shape != tuple(conv.weight.shape) or weight[out:].any() or weight[:, inner:].any():
        raise ValueError(f"{name} has shape {weight.shape}, the net wants {tuple(conv.weight.shape)}")
    return torch.from_numpy(mine.copy())


def read_mask(file):
    """The mask of a plate: class numbers, which the renderer writes as steps of 30."""
    mask = cv2.imread(str(file.with_name(file.stem + "_mask.png")), cv2.IMREAD_GRAYSCALE)
    if mask is not None and mask.max() >= len(LABELS):
        mask = ((mask.astype(int) + 15) // 30).astype(np.uint8)
    if mask is None or mask.max() >= len(LABELS):
        raise ValueError(f"{file.stem}_mask.png is missing or has classes over {len(LABELS) - 1}")
    return mask


class Plates:
    """Rendered plates (n.png with n_mask.png), cropped, mirrored, lit."""

    def __init__(self, files, seed):
        self.rng = np.random.default_rng(seed)
        self.items = []
        for f in files:
            self.items.append((cv2.imread(str(f)), read_mask(f)))

    def draw(self, whole=False):
        rng, (picture, mask) = self.rng, self.items[self.rng.integers(len(self.items))]
        k = 1.0 if whole else rng.uniform(0.55, 1.0)
        h, w = int(mask.shape[0] * k), int(mask.shape[1] * k)
        y, x = int(rng.integers(0, mask.shape[0] - h + 1)), int(rng.integers(0, mask.shape[1] - w + 1))
        picture = cv2.resize(picture[y:y + h, x:x + w], (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        mask = cv2.resize(mask[y:y + h, x:x + w], (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)
        return picture, mask


class Sites:
    """Windows of real pictures of a use's places; their masks have cells that are not judged."""

    def __init__(self, data, use, seed):
        self.rng = np.random.default_rng(seed)
        self.places = [list(sites.masked(name, pathlib.Path(data))) for name in sites.places(use)]

    def draw(self):
        rng = self.rng
        place = self.places[rng.integers(len(self.places))]
        while True:
            picture, mask = self.window(*place[rng.integers(len(place))])
            if (mask != sites.UNJUDGED).mean() > 0.1:
                return picture, mask

    def window(self, picture, mask):
        """A random part, every other one upside down: what is seen from above has no upper side."""
        rng, (h, w) = self.rng, mask.shape
        width = int(w * rng.uniform(0.3, 1.0))
        height = min(h, int(width * rng.uniform(0.5, 0.85)))
        y, x = int(rng.integers(0, h - height + 1)), int(rng.integers(0, w - width + 1))
        return fitted(*(a[y:y + height, x:x + width] for a in (picture, mask)), turns=int(rng.integers(2)) * 2)

    def all(self):
        """Every picture of the places, whole, as production sees one."""
        return [fitted(picture, mask) for place in self.places for picture, mask in place]


def fitted(picture, mask, turns=0):
    """Picture and mask at the net's size, turned by so many quarters first."""
    picture = cv2.resize(np.rot90(picture, turns), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return picture, cv2.resize(np.rot90(mask, turns), (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)


class Drawn:
    """Quilts drawn once and kept in a file, since drawing takes longer than a step."""

    def __init__(self, quilts, path, count, seed):
        self.rng = np.random.default_rng(seed)
        if path.exists():
            kept = np.load(path)
            self.pictures, self.masks = kept["pictures"], kept["masks"]
        else:
            drawn = [quilts.draw() for _ in range(count)]
            self.pictures, self.masks = (np.stack(a) for a in zip(*drawn))
            np.savez_compressed(path, pictures=self.pictures, masks=self.masks)

    def draw(self):
        i = self.rng.integers(len(self.pictures))
        return self.pictures[i], self.masks[i]


def finish(rng, picture, mask, train):
    """To tensors: image [3, 256, 448], target [64, 112]; in training a crop of
    192x320, whose sides are multiples of 32."""
    if train:
        h, w = HEIGHT * 3 // 4, WIDTH * 5 // 7
        y, x = int(rng.integers(0, HEIGHT - h + 1)), int(rng.integers(0, WIDTH - w + 1))
        if rng.random() < 0.35:  # the whole picture, smaller
            picture = cv2.resize(picture, (w, h), interpolation=cv2.INTER_AREA)
            mask = cv2.resize(mask, (w, h), interpolation=cv2.INTER_NEAREST)
        else:
            picture, mask = picture[y:y + h, x:x + w], mask[y:y + h, x:x + w]
        if rng.random() < 0.5:
            picture, mask = picture[:, ::-1], mask[:, ::-1]
        picture = pictures.weather(rng, light(rng, picture) if rng.random() < 0.5 else np.ascontiguousarray(picture))
    small = mask[2::4, 2::4]
    x = (picture[..., ::-1].astype(np.float32) - np.float32(MEAN)) / np.float32(STD)
    return x.transpose(2, 0, 1), small.astype(np.int64)


def confusion(net, drawn, device="cpu"):
    """Cells [true, said] over tensors of finish."""
    net.eval()
    out = np.zeros((len(LABELS),) * 2, np.int64)
    with torch.no_grad():
        for i in range(0, len(drawn), 8):
            x = torch.from_numpy(np.stack([d[0] for d in drawn[i:i + 8]])).to(device)
            said = net(x).argmax(1).cpu().numpy()
            true = np.stack([d[1] for d in drawn[i:i + 8]])
            judged = true != sites.UNJUDGED
            np.add.at(out, (true[judged], said[judged]), 1)
    return out


def loss_of(logits, target, weight):
    """Cross entropy where it is judged; where it is not, a real picture, no net is there."""
    loss = F.cross_entropy(logits, target, weight, ignore_index=sites.UNJUDGED, label_smoothing=0.03)
    open_cells = target == sites.UNJUDGED
    if not open_cells.any():
        return loss
    net = logits.softmax(1)[:, NET][open_cells]
    return loss + 0.3 * -torch.log1p(-net.clamp(max=0.99)).mean()


def ious(cells):
    hit = np.diag(cells)
    return hit / np.maximum(1, cells.sum(0) + cells.sum(1) - hit)


def sources(data, build, part, seed):
    """Draw functions of a part: quilts, and plates where they are rendered."""
    textures = read_textures(textures_in(build))
    textures = {k: [t for i, t in enumerate(v) if (i % 5 == 4) == (part == "val")] for k, v in textures.items()}
    real = [pictures.read_yolo(pathlib.Path(data) / "fire-smoke", s, 256)[0] for s in read(f"burning_{part}")[::4]]
    quilts = Quilts(textures, real, sprites.Sprites(pathlib.Path(build) / "sprites").part(part), seed)
    files = plate_files(pathlib.Path(build) / "ground", part)
    return quilts, Plates(files, seed) if files else None


def mean_iou(cells):
    """Over the classes that are there."""
    return float(ious(cells)[cells.sum(1) > 0].mean())


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", required=True)
    ap.add_argument("--work", required=True)
    ap.add_argument("--steps", type=int, default=500)
    ap.add_argument("--rate", type=float, default=3e-3)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--warm", help="shipped ONNX file whose weights this training starts from")
    args = ap.parse_args()
    torch.manual_seed(7)
    torch.set_num_threads(args.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    work, rng = pathlib.Path(args.work), np.random.default_rng(5)
    quilts, plates = sources(args.data, work.parent, "train", 7)
    quilts = Drawn(quilts, work / "quilts.npz", 480, 7)
    real = Sites(args.data, "train", 13)
    held_quilts, _ = sources(args.data, work.parent, "val", 11)
    held = [finish(rng, *held_quilts.draw(), False) for _ in range(48)]
    held_real = [finish(rng, *w, False) for w in Sites(args.data, "validate", 17).all()]
    print(f"{len(plates.items) if plates else 0} plates, {len(quilts.pictures)} quilts, {sum(map(len, real.places))} real pictures", flush=True)
    net = Ground(str(pathlib.Path(args.data) / "teachers" / "shufflenetv2.pth"))
    if args.warm:
        shipped(net, args.warm)
    net = net.to(device, memory_format=torch.channels_last)
    kept = list(net.modules()) if args.warm else [net.first_conv, net.stage2, net.stage3, net.stage4]  # whose norms' statistics stay
    for part in (net.first_conv, net.stage2):
        part.requires_grad_(False)
    old = [p for n, p in net.named_parameters() if n.startswith(("stage3", "stage4"))]
    new = [p for n, p in net.named_parameters() if not n.startswith(("first_conv", "stage"))]
    opt = torch.optim.AdamW([{"params": old, "scale": 0.3}, {"params": new, "scale": 1.0}], weight_decay=0.01)
    path, last, step, best = work / "ground.pt", work / "ground.last.pt", 0, -1.0
    path.parent.mkdir(parents=True, exist_ok=True)
    if last.exists():
        state = torch.load(last, map_location=device)
        net.load_state_dict(state["net"])
        opt.load_state_dict(state["opt"])
        step, best = state["step"], state["best"]
    weight, losses = torch.tensor([1, 1, 1.2, 1, 1, 1.2, 1.5, 1.0], device=device), []

    def note():
        """Logs how good the net is now; keeps it where it is the best so far."""
        nonlocal best, losses
        of_quilts, of_places = confusion(net, held, device), confusion(net, held_real, device)
        row = {"step": step, "loss": round(float(np.mean(losses)), 4) if losses else "", "miou": round(mean_iou(of_quilts), 4), "validate_miou": round(mean_iou(of_places), 4),
               "validate_net_share": round(float(of_places[:, NET].sum() / of_places.sum()), 4),
               **{f"iou_{l}": round(float(v), 4) for l, v in zip(LABELS, ious(of_quilts))}}
        losses = []
        score = row["miou"] + row["validate_miou"]
        if score > best:
            best = score
            torch.save({"net": net.state_dict(), "step": step}, path)
        torch.save({"net": net.state_dict(), "opt": opt.state_dict(), "step": step, "best": best}, last)
        print(row, flush=True)
        log("ground", row, step == 0)

    if step == 0:
        note()
    while step < args.steps:
        net.train()
        for part in kept:
            part.eval()
        rate = args.rate * min(1, (step + 1) / 30) * (0.02 + 0.98 * (1 + math.cos(math.pi * step / args.steps)) / 2)
        for g in opt.param_groups:
            g["lr"] = rate * g["scale"]
        batch = [finish(rng, *drawn(rng, plates, quilts, real), True) for _ in range(10)]
        x, t = (torch.from_numpy(np.stack(a)).to(device) for a in zip(*batch))
        loss = loss_of(net(x.contiguous(memory_format=torch.channels_last)), t, weight)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        opt.step()
        losses.append(float(loss.detach()))
        step += 1
        if step % 50 == 0 or step == args.steps:
            note()


def drawn(rng, plates, quilts, real):
    """A picture with its mask, of one of the sources."""
    p = rng.random()
    if p < 0.4:
        return real.draw()
    return plates.draw() if plates and p < 0.75 else quilts.draw()


if __name__ == "__main__":
    main()
