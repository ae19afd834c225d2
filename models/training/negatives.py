"""Real scenes in which nothing burns, to count false alarms on.

    python negatives.py --clone DIR --data DATA --look FILE

takes FRAMES pictures of each video that annotations/scenes.json names from a clone of
its repository and writes them to DATA/scenes. FILE gets all of them on one sheet: look
whether any holds fire or smoke. A video is all in one split, val or test.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

import cv2
import numpy as np

SCENES = pathlib.Path(__file__).parent / "annotations" / "scenes.json"
FRAMES = 12  # of each video, as far apart as it allows


def names(split):
    """Files of DATA/scenes of a split, without folder."""
    return [f"{pathlib.Path(video).stem}-{i:02}.jpg" for video in json.loads(SCENES.read_text())[split] for i in range(FRAMES)]


def read(data, split):
    """The pictures of a split, of each video FRAMES."""
    shots = [cv2.imread(str(data / "scenes" / name)) for name in names(split)]
    if any(s is None for s in shots):
        raise FileNotFoundError(f"{data / 'scenes'} is not whole: bring it with negatives.py")
    return shots


def frames(raw, suffix):
    """FRAMES pictures of a video's bytes."""
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.write(raw)
        file.flush()
        video, shots = cv2.VideoCapture(file.name), []
        while (more := video.read())[0]:
            shots.append(more[1])
    if len(shots) < FRAMES:
        raise ValueError(f"a video has {len(shots)} pictures, fewer than {FRAMES}")
    return [shots[i] for i in np.linspace(0, len(shots) - 1, FRAMES).astype(int)]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--clone", type=pathlib.Path, required=True)
    ap.add_argument("--data", type=pathlib.Path, required=True)
    ap.add_argument("--look", type=pathlib.Path, required=True)
    args = ap.parse_args()
    said, out, sheet = json.loads(SCENES.read_text()), args.data / "scenes", []
    out.mkdir(parents=True, exist_ok=True)
    for split in ("val", "test"):
        for video in said[split]:
            raw = subprocess.run(["git", "-C", str(args.clone), "show", f"{said['commit']}:{video}"], check=True, capture_output=True).stdout
            shots = frames(raw, pathlib.Path(video).suffix)
            for i, shot in enumerate(shots):
                cv2.imwrite(str(out / f"{pathlib.Path(video).stem}-{i:02}.jpg"), shot, [cv2.IMWRITE_JPEG_QUALITY, 90])
            sheet.append(np.hstack([cv2.resize(s, (128, 96), interpolation=cv2.INTER_AREA) for s in shots]))
    cv2.imwrite(str(args.look), np.vstack(sheet))


if __name__ == "__main__":
    main()
