"""Cuts training sprites to what is visible: python trim.py FOLDER.

The sky's soft occlusion leaves a thin veil over the whole shadow plane; it is taken
off the alpha below that of solid parts. Trimming twice changes nothing.
"""
import pathlib
import sys

import cv2
import numpy as np

VEIL, SOLID = 34, 150


def trim(picture):
    alpha = picture[..., 3].astype(np.float32)
    shade = alpha < SOLID + 60
    if (alpha[0] > 0).mean() + (alpha[:, 0] > 0).mean() > .5:  # a plane that reaches the edges
        dark = picture[..., :3].max(2) < 24
        alpha = np.where(shade & dark, np.clip((alpha - VEIL) * .8, 0, SOLID), alpha)
    out = picture.copy()
    out[..., 3] = alpha.astype(np.uint8)
    ys, xs = np.where(out[..., 3] > 8)
    return out[ys.min():ys.max() + 1, xs.min():xs.max() + 1]


def main(folder):
    for f in sorted(pathlib.Path(folder).rglob("*.png")):
        before = cv2.imread(str(f), cv2.IMREAD_UNCHANGED)
        after = trim(before)
        if after.shape != before.shape:
            cv2.imwrite(str(f), after)


if __name__ == "__main__":
    main(sys.argv[1])
