"""Composes the videos: python film.py FOLDER OUT [SCENE…] [--still SECOND…].

FOLDER is what plates.py and actors.py wrote. Frames go to ffmpeg as they are made.
With --still, pictures of those seconds are written beside OUT instead.
"""
import argparse
import pathlib
import subprocess

import cv2
import numpy as np

import view
from plots import MIRRORED, PLOTS
from stage import Stage

FPS, GOP = 25, 50
CODECS = {
    "h264": ["-c:v", "libx264", "-preset", "medium", "-crf", "32", "-profile:v", "high", "-bf", "0", "-g", str(GOP),
             "-keyint_min", str(GOP), "-sc_threshold", "0", "-flags", "+cgop"],
    "h265": ["-c:v", "libx265", "-preset", "fast", "-crf", "31", "-tag:v", "hvc1", "-x265-params",
             f"keyint={GOP}:min-keyint={GOP}:scenecut=0:bframes=0:open-gop=0:log-level=error"],
}


class Sensor:
    """What the camera adds: noise and uneven brightness."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        h, w = view.HEIGHT, view.WIDTH
        grain = cv2.GaussianBlur(self.rng.normal(0, 1, (h + 64, w + 64, 3)).astype(np.float32), (0, 0), .7)
        self.grain = np.clip(128 + grain / grain.std() * 1.1, 0, 255).astype(np.uint8)
        self.level = 1.0

    def take(self, frame, t):
        target = 1 + .035 * np.sin(t * .11) + .015 * np.sin(t * .37 + 1)  # thin clouds
        self.level += .2 * (target + self.rng.normal(0, .004) - self.level)
        y, x = self.rng.integers(0, 64, 2)
        noise = self.grain[y:y + view.HEIGHT, x:x + view.WIDTH]
        return cv2.addWeighted(frame, self.level, noise, 1, -128)


def film(plot, sensor, path):
    command = ["ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{view.WIDTH}x{view.HEIGHT}",
               "-r", str(FPS), "-i", "-", *CODECS[plot.CODEC], "-pix_fmt", "yuv420p", "-color_range", "tv", "-movflags", "+faststart", str(path)]
    pipe = subprocess.Popen(command, stdin=subprocess.PIPE)
    for i in range(plot.SECONDS * FPS):
        pipe.stdin.write(np.ascontiguousarray(sensor.take(plot.draw(i / FPS), i / FPS)).data)
    pipe.stdin.close()
    if pipe.wait():
        raise SystemExit(f"ffmpeg failed on {path}")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("folder")
    ap.add_argument("out")
    ap.add_argument("scenes", nargs="*")
    ap.add_argument("--still", type=float, nargs="+")
    args = ap.parse_args()
    cv2.setNumThreads(1)
    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    for scene in args.scenes or PLOTS:
        cls = PLOTS[scene]
        plot = cls(Stage(args.folder, scene, cls.PLATES, cls.LOOK, MIRRORED.get(scene, {})))
        sensor = Sensor(len(scene))
        if args.still:
            for t in args.still:
                cv2.imwrite(str(out / f"{scene}-{t:05.1f}.png"), sensor.take(plot.draw(t), t))
        else:
            film(plot, sensor, out / f"{scene}.mp4")


if __name__ == "__main__":
    main()
