"""Pictures: reading, letterboxing, boxes, and the augmentations all detectors share.

Pictures are BGR uint8 [H, W, 3]; boxes are float32 [n, 4] x1, y1, x2, y2 in pixels
of their picture, classes int64 [n].
"""
import json
import pathlib

import cv2
import numpy as np

PAD = 114


def read_yolo(folder, stem, side=None):
    """A picture of folder/images with its boxes from folder/labels."""
    folder = pathlib.Path(folder)
    picture = cv2.imread(str(folder / "images" / f"{stem}.jpg"))
    if picture is None:
        raise FileNotFoundError(f"{folder}/images/{stem}.jpg cannot be read")
    if side:
        picture = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    h, w = picture.shape[:2]
    rows = [list(map(float, line.split())) for line in (folder / "labels" / f"{stem}.txt").read_text().splitlines() if line.strip()]
    rows = np.array(rows, np.float32).reshape(-1, 5)
    half = rows[:, 3:] / 2
    boxes = np.hstack((rows[:, 1:3] - half, rows[:, 1:3] + half)) * np.array([w, h, w, h], np.float32)
    return picture, boxes, rows[:, 0].astype(np.int64)


def read_feedback(folder, detector, labels, side=None):
    """Pictures of `offsite model feedback --pictures` with what reviewers confirmed;
    one that was rejected has no boxes."""
    folder = pathlib.Path(folder)
    data = json.loads((folder / "annotations.json").read_text())
    names = {c["id"]: c["name"] for c in data["categories"]}
    out = []
    for image in (i for i in data["images"] if i["offsite_detector"] == detector):
        picture = cv2.imread(str(folder / image["file_name"]))
        if picture is None:
            raise FileNotFoundError(f"{folder}/{image['file_name']} cannot be read; export with --pictures")
        rows = [(*a["bbox"], labels.index(names[a["category_id"]])) for a in data["annotations"] if a["image_id"] == image["id"]]
        rows = np.array(rows, np.float32).reshape(-1, 5)
        h, w = picture.shape[:2]
        s = 1.0
        if side:
            s = side / max(w, h)
            picture = cv2.resize(picture, (round(w * s), round(h * s)), interpolation=cv2.INTER_AREA)
        boxes = np.hstack((rows[:, :2], rows[:, :2] + rows[:, 2:4])) * np.float32(s)
        out.append((picture, boxes.astype(np.float32), rows[:, 4].astype(np.int64)))
    return out


def read_video(path, first=0.0, last=1.0, step=1, width=None):
    """Every step-th frame of the share first..last of a video."""
    video = cv2.VideoCapture(str(path))
    count = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
    frames = []
    for i in range(int(count * last)):
        ok, frame = video.read()
        if not ok:
            break
        if i >= count * first and i % step == 0:
            if width:
                frame = cv2.resize(frame, (width, frame.shape[0] * width // frame.shape[1]), interpolation=cv2.INTER_AREA)
            frames.append(frame)
    return frames


def letterbox(picture, side):
    """The picture at the top left of a grey square, and the factor it was scaled by."""
    h, w = picture.shape[:2]
    s = min(side / w, side / h)
    out = np.full((side, side, 3), PAD, np.uint8)
    nw, nh = max(1, round(w * s)), max(1, round(h * s))
    out[:nh, :nw] = cv2.resize(picture, (nw, nh), interpolation=cv2.INTER_AREA if s < 1 else cv2.INTER_LINEAR)
    return out, s


def keep_visible(boxes, classes, before, w, h, share=0.3):
    """Clips boxes to the picture; drops those of which less than a share is left."""
    if len(boxes) == 0:
        return boxes, classes
    area = np.prod(np.maximum(before[:, 2:] - before[:, :2], 1e-3), 1)
    boxes = np.clip(boxes, 0, [w, h, w, h]).astype(np.float32)
    left = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    keep = (left.prod(1) / area > share) & (left.min(1) > 2)
    return boxes[keep], classes[keep]


def place(rng, picture, boxes, classes, side, zoom=(0.6, 1.6), aspects=(1.0, 4 / 3, 16 / 9), under=None):
    """One training square: the picture stretched to a random aspect ratio, zoomed,
    shifted, mirrored, on grey or on another picture."""
    h, w = picture.shape[:2]
    aspect = rng.choice(aspects)
    fit_w, fit_h = (side, side / aspect)
    s = np.exp(rng.uniform(np.log(zoom[0]), np.log(zoom[1])))
    sx, sy = fit_w / w * s, fit_h / h * s
    room_x, room_y = side - w * sx, side - h * sy
    tx = rng.uniform(min(0, room_x), max(0, room_x))
    ty = rng.uniform(min(0, room_y), max(0, room_y))
    if rng.random() < 0.3:
        tx, ty = min(0.0, tx), min(0.0, ty)
    flip = rng.random() < 0.5
    m = np.array([[-sx if flip else sx, 0, tx + (w * sx if flip else 0)], [0, sy, ty]], np.float32)
    base = np.full((side, side, 3), PAD, np.uint8) if under is None else cv2.resize(under, (side, side), interpolation=cv2.INTER_AREA)
    out = cv2.warpAffine(picture, m, (side, side), dst=base, flags=cv2.INTER_AREA if s < 1 else cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT)
    moved = boxes * np.array([sx, sy, sx, sy], np.float32)
    if flip and len(moved):
        moved = np.stack((w * sx - moved[:, 2], moved[:, 1], w * sx - moved[:, 0], moved[:, 3]), 1)
    moved = moved + np.array([tx, ty, tx, ty], np.float32)
    moved, classes = keep_visible(moved, classes, moved, side, side)
    return out, moved, classes


def four(rng, draw, side):
    """A mosaic of four drawn samples, each at half size."""
    half = side // 2
    out, boxes, classes = np.empty((side, side, 3), np.uint8), [], []
    for i in range(4):
        p, b, c = place(rng, *draw(), half, zoom=(0.8, 1.5), aspects=(1.0,))
        x, y = i % 2 * half, i // 2 * half
        out[y:y + half, x:x + half] = p
        boxes.append(b + np.array([x, y, x, y], np.float32))
        classes.append(c)
    return out, np.concatenate(boxes), np.concatenate(classes)


def weather(rng, picture):
    """Exposure, colour cast, night grey, noise, blur and compression."""
    x = picture.astype(np.float32)
    x = 255 * (np.clip(x, 0, 255) / 255) ** np.exp(rng.normal(0, 0.25))
    x = x * np.exp(rng.normal(0, 0.2)) + rng.normal(0, 10)
    x = x * np.exp(rng.normal(0, 0.06, 3))
    if rng.random() < 0.08:
        x = np.repeat(x.mean(2, keepdims=True), 3, 2)
    elif rng.random() < 0.5:
        grey = x.mean(2, keepdims=True)
        x = grey + (x - grey) * rng.uniform(0.5, 1.4)
    if rng.random() < 0.4:
        x = x + rng.normal(0, rng.uniform(1, 9), x.shape)
    x = np.clip(x, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        x = cv2.GaussianBlur(x, (0, 0), rng.uniform(0.4, 1.3))
    if rng.random() < 0.3:
        x = cv2.imdecode(cv2.imencode(".jpg", x, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 85))])[1], 1)
    return x
