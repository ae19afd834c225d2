"""How well pictures are judged by what burning finds in them: by the strongest box, by
several together, by a threshold chosen on other videos.

    python judge.py --data DATA [--onnx FILE] [--test]

prints for fire, smoke and either the area under the curve of hits over false alarms, and
F1 where each video's threshold is the best of all the other videos; and how many pictures
that hold nothing have a score of 0.2 and more. FILE: the shipped one where none is given. Pictures are those
of validation, frames of vtest.avi and of scenes.json that hold nothing. --test takes the
pictures that are measured on: to report what was chosen, never to choose.
"""
import argparse
import pathlib

import numpy as np

import measure
import negatives
import pictures
from evaluate import AGAIN, SHIPPED, detect, nothing, session
from sizes import video_of
from splits import read

LABELS = ("fire", "smoke")
HOWS = {
    "strongest box": lambda s: max(s, default=0.0),
    "any of three, as if apart": lambda s: 1 - np.prod([1 - v for v in sorted(s)[-3:]]),
    "any of all, as if apart": lambda s: 1 - np.prod([1 - v for v in s]),
    "mean of three": lambda s: sum(sorted(s)[-3:]) / 3,
}


def held(data, test):
    """Pictures, their boxes and classes, and the video or scene of each."""
    stems, split, share = (read("burning_test"), "test", (0.4, 1.0, 40)) if test else (read("burning_val"), "val", (0.25, 0.4, 8))
    shots = [(*pictures.read_yolo(data / "fire-smoke", s), video_of(s)) for s in stems]
    shots += [(p, *nothing(), "vtest") for p in pictures.read_video(data / "videos" / "vtest.avi", *share)]
    return shots + [(p, *nothing(), name[:-7]) for p, name in zip(negatives.read(data, split), negatives.names(split))]


def area(scores, positive):
    """How often a picture with is above one without."""
    yes, no = scores[positive], scores[~positive]
    return float(((yes[:, None] > no).mean() + (yes[:, None] >= no).mean()) / 2)


def others(scores, positive, videos):
    """F1 where the threshold for each video is chosen on the others."""
    said = np.zeros(len(scores), bool)
    for video in set(videos):
        here = np.array([v == video for v in videos])
        t, _ = measure.best_threshold(scores[~here], positive[~here], 0.02, 0.9)
        said[here] = scores[here] >= t
    return measure.precision_recall_f1(said.astype(float), positive, 0.5)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", type=pathlib.Path, required=True)
    ap.add_argument("--onnx", type=pathlib.Path, default=SHIPPED / "burning.onnx")
    ap.add_argument("--test", action="store_true")
    args = ap.parse_args()
    shots = held(args.data, args.test)
    net, videos = session(args.onnx), [s[3] for s in shots]
    for looks, again in (("one look", None), ("two looks", AGAIN["burning"])):
        got = detect(net, [s[0] for s in shots], LABELS, again)
        for how, judge in HOWS.items():
            line = []
            for name, classes in (("fire", (0,)), ("smoke", (1,)), ("either", (0, 1))):
                positive = np.array([np.isin(s[2], classes).any() for s in shots])
                scores = np.array([judge([v for c, v, _ in g if c in classes and v >= 0.02]) for g in got])
                line.append(f"{name}: area {area(scores, positive):.3f}, precision, recall, F1 {' '.join(f'{v:.3f}' for v in others(scores, positive, videos))}")
                if name == "either":
                    line.append(f"nothing there and said: {(scores[~positive] >= 0.2).sum()} of {(~positive).sum()}")
            print(f"{looks}, {how:26} {'; '.join(line)}", flush=True)


if __name__ == "__main__":
    main()
