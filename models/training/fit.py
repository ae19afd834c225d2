"""The training loop of the detectors: AdamW, cosine, EMA, resumable, logged."""
import copy
import csv
import math
import pathlib
import time

import numpy as np
import torch

import measure
import pictures
from assign import detection_loss
from detector import Deployed, grid

LOGS = pathlib.Path(__file__).parent / "logs"


class Fit:
    """name: of the model and its checkpoint. draw(side): one training square.
    held: validation pictures (picture, boxes, classes). extra(net, x): a further
    loss on a batch, or None."""

    def __init__(self, name, net, draw, held, args, extra=None):
        torch.manual_seed(7)
        torch.set_num_threads(args.threads)
        self.name, self.draw, self.held, self.args, self.extra = name, draw, held, args, extra
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.net = net.to(self.device, memory_format=torch.channels_last)
        self.net.freeze_early()
        self.ema = copy.deepcopy(self.net)
        slow = [p for p in self.net.backbone.parameters() if p.requires_grad]
        ids = {id(p) for p in slow}
        fast = [p for p in self.net.parameters() if p.requires_grad and id(p) not in ids]
        self.opt = torch.optim.AdamW([{"params": slow, "scale": 0.4}, {"params": fast, "scale": 1.0}], lr=1e-3, weight_decay=0.02)
        self.path = pathlib.Path(args.work) / f"{name}.pt"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.epoch, self.best = 0, -1.0
        if self.path.exists():
            state = torch.load(self.path, map_location=self.device)
            self.net.load_state_dict(state["net"])
            self.ema.load_state_dict(state["ema"])
            self.opt.load_state_dict(state["opt"])
            self.epoch, self.best = state["epoch"], state["best"]
            print(f"goes on after epoch {self.epoch}")

    def run(self, batches, batch, sides, last, rate=1e-3):
        """Trains at sides[0] and for the last share of epochs at sides[1] pixels."""
        total = self.args.epochs * batches
        while self.epoch < self.args.epochs:
            side = sides[1] if self.epoch >= self.args.epochs * (1 - last) else sides[0]
            cells, strides = (t.to(self.device) for t in grid(side, side))
            start, sums = time.time(), np.zeros(4)
            for i in range(batches):
                step = self.epoch * batches + i
                warm = min(1.0, (step + 1) / batches)
                now = rate * warm * (0.03 + 0.97 * (1 + math.cos(math.pi * step / total)) / 2)
                for group in self.opt.param_groups:
                    group["lr"] = now * group["scale"]
                sums += self.step(side, batch, cells, strides, step)
            self.epoch += 1
            self.close_epoch(side, sums / batches, time.time() - start)

    def step(self, side, batch, cells, strides, step):
        drawn = [self.draw(side) for _ in range(batch)]
        x = torch.from_numpy(np.stack([d[0] for d in drawn])).to(self.device).permute(0, 3, 1, 2).float()
        x = x.contiguous(memory_format=torch.channels_last)
        targets = [(torch.from_numpy(b).to(self.device), torch.from_numpy(c).to(self.device)) for _, b, c in drawn]
        raw = self.net(x)
        loss, parts = detection_loss(raw, cells, strides, targets)
        if self.extra:
            loss = loss + self.extra(self.net, side)
        self.opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 10.0)
        self.opt.step()
        keep = min(0.998, (1 + step) / (10 + step))
        with torch.no_grad():
            for e, p in zip(self.ema.parameters(), self.net.parameters()):
                e.lerp_(p, 1 - keep)
        return np.array([float(loss.detach()), *parts])

    def close_epoch(self, side, losses, seconds):
        row = {"epoch": self.epoch, "side": side, "seconds": round(seconds, 1),
               **{k: round(float(v), 4) for k, v in zip(("loss", "box", "objectness", "class"), losses)}}
        if self.epoch % 4 == 0 or self.epoch == self.args.epochs:
            aps = evaluate(self.ema, self.held, self.net.classes, self.device)
            row.update({f"ap50_{i}": round(a, 4) for i, a in enumerate(aps)})
            score = float(np.nanmean(aps))
            if score >= self.best:
                self.best = score
                torch.save(self.ema.state_dict(), self.path.with_suffix(".best.pt"))
        torch.save({"net": self.net.state_dict(), "ema": self.ema.state_dict(), "opt": self.opt.state_dict(),
                    "epoch": self.epoch, "best": self.best}, self.path)
        print(row, flush=True)
        self.log(row)

    def log(self, row):
        LOGS.mkdir(exist_ok=True)
        path = LOGS / f"{self.name}.csv"
        names = ["epoch", "side", "seconds", "loss", "box", "objectness", "class"] + [f"ap50_{i}" for i in range(self.net.classes)]
        fresh = self.epoch == 1 or not path.exists()
        with path.open("w" if fresh else "a", newline="") as f:
            out = csv.DictWriter(f, names, restval="", lineterminator="\n")
            if fresh:
                out.writeheader()
            out.writerow(row)


@torch.no_grad()
def rows_of(net, shots, device="cpu", side=416, batch=16):
    """Deployed rows of pictures, boxes in pixels of the pictures themselves."""
    deployed, out = Deployed(net, side).to(device), []
    for i in range(0, len(shots), batch):
        boxed = [pictures.letterbox(p, side) for p in shots[i:i + batch]]
        x = torch.from_numpy(np.stack([b[0] for b in boxed])).to(device).permute(0, 3, 1, 2).float()
        rows = deployed(x).cpu().numpy()
        for r, (_, s) in zip(rows, boxed):
            r[:, :4] /= s
            out.append(r)
    return out


def evaluate(net, held, classes, device):
    """AP50 of each class on pictures (picture, boxes, classes)."""
    results = [measure.found(r, classes) for r in rows_of(net, [h[0] for h in held], device)]
    return [measure.average_precision(results, [h[1:] for h in held], c) for c in range(classes)]
