"""Real pictures of sites, and masks of what their ground is made of.

    python sites.py bring  --place NAME --clone DIR --data DATA
    python sites.py masks  --place NAME --data DATA --look DIR

annotations/sites/NAME.json says which pictures of which repository and commit, their
SHA-256 and licence, and holds polygons that were drawn by eye in some of them (percent
of width and height). Its "use" says whether they are trained on ("train"), the steps of
training are chosen by them ("validate"), or they are measured on ("measure"). `bring` takes
the pictures from a clone, checks each, and writes them 1024 pixels wide to DATA/sites/NAME.
`masks` writes ../lists/ground/NAME/*.png of a place to measure on, and DATA/sites/NAME/*.png of
another: random trees learn the classes of a place by the polygons, tell each pixel of its
pictures, what they are not sure of is not judged (255), and the polygons are painted
over that; in a place without "classes", what is not drawn is not judged. DIR gets overlays: look
at every one, and draw where it is wrong. A polygon marked "seed" teaches and is not painted.
"""
import argparse
import hashlib
import json
import pathlib
import subprocess

import cv2
import numpy as np

from quilts import LABELS

HERE = pathlib.Path(__file__).parent
MASKS = HERE.parent / "lists" / "ground"
UNJUDGED = 255
WIDE, MASK = 480, 240  # widths in pixels that trees look at, and of masks
COLOURS = {"other": (255, 0, 255), "bare_soil": (0, 140, 255), "vegetation": (0, 200, 0), "hard_ground": (200, 200, 200),
           "water": (160, 60, 0), "machine": (0, 0, 255), "sky": (255, 200, 0)}


def read_place(name):
    return json.loads((HERE / "annotations" / "sites" / f"{name}.json").read_text())


def places(use):
    """Names of the places that are for this use."""
    names = sorted(f.stem for f in (HERE / "annotations" / "sites").glob("*.json"))
    return [n for n in names if read_place(n)["use"] == use]


def masked(name, data):
    """(picture, mask) of each picture of a place that is not measured on: BGR, and classes of
    LABELS or UNJUDGED, both of the picture's size."""
    for file in read_place(name)["pictures"]:
        picture = cv2.imread(str(data / "sites" / name / jpeg(file)))
        mask = cv2.imread(str((data / "sites" / name / file).with_suffix(".mask.png")), cv2.IMREAD_GRAYSCALE)
        if picture is None or mask is None:
            raise FileNotFoundError(f"{data}/sites/{name}/{file}: bring the pictures and make their masks first (DATA.md)")
        yield picture, cv2.resize(mask, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_NEAREST)


def jpeg(file):
    """The name that a picture has once it is brought."""
    return str(pathlib.PurePath(file).with_suffix(".jpg"))


def bring(place, name, clone, data):
    out = data / "sites" / name
    out.mkdir(parents=True, exist_ok=True)
    for file, digest in place["pictures"].items():
        raw = subprocess.run(["git", "-C", str(clone), "show", f"{place['commit']}:{pathlib.PurePath(place['folder'], file)}"], check=True, capture_output=True).stdout
        if hashlib.sha256(raw).hexdigest() != digest:
            raise ValueError(f"{file} is another picture than the one that was annotated")
        picture = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_COLOR)
        size = 1024, round(1024 * picture.shape[0] / picture.shape[1])
        cv2.imwrite(str(out / jpeg(file)), cv2.resize(picture, size, interpolation=cv2.INTER_AREA), [cv2.IMWRITE_JPEG_QUALITY, 90])


def look(file):
    picture = cv2.imread(str(file))
    if picture is None:
        raise FileNotFoundError(f"{file}: bring the pictures first")
    return cv2.resize(picture, (WIDE, WIDE * picture.shape[0] // picture.shape[1]), interpolation=cv2.INTER_AREA)


def features(picture, place):
    """[height, width, n]: colour, brightness and roughness at three sizes, and the row."""
    picture = picture.astype(np.float32)
    h, w = picture.shape[:2]
    out = []
    for s in place["sizes"]:
        soft = cv2.GaussianBlur(picture, (0, 0), s)
        total, grey = soft.sum(2) + 1, picture.mean(2)
        mean = cv2.GaussianBlur(grey, (0, 0), s)
        rough = np.sqrt(np.maximum(0, cv2.GaussianBlur(grey * grey, (0, 0), s) - mean * mean)) / (mean + 8)
        out += [soft[..., 0] / total, soft[..., 1] / total, soft[..., 2] / total, total / 3, total / 3 / (picture.mean() + 1), rough]
    if place.get("rows"):
        out.append(np.linspace(0, 1, h, dtype=np.float32)[:, None].repeat(w, 1))
    return np.stack(out, -1)


def polygon(points, shape):
    return (np.array(points, float).reshape(-1, 2) / 100 * [shape[1], shape[0]]).round().astype(np.int32)


def learn(place, folder):
    from sklearn.ensemble import RandomForestClassifier
    rng, xs, ys = np.random.default_rng(1), [], []
    for file, areas in place["drawn"].items():
        picture = look(folder / jpeg(file))
        drawn = np.full(picture.shape[:2], -1, np.int32)
        for label, points, *_ in areas:
            cv2.fillPoly(drawn, [polygon(points, picture.shape)], place["classes"].index(label) if label in place["classes"] else -1)
        seen = features(picture, place)
        for c in range(len(place["classes"])):
            at = rng.permutation(np.argwhere(drawn == c))[:1500]
            xs.append(seen[at[:, 0], at[:, 1]])
            ys.append(np.full(len(at), c))
    trees = RandomForestClassifier(60, max_depth=14, min_samples_leaf=4, random_state=0, n_jobs=2, class_weight="balanced")
    return trees.fit(np.concatenate(xs), np.concatenate(ys))


def islands(mask, classes, least, to):
    """Connected areas of these classes under least pixels become to."""
    for c in classes:
        n, parts, stats, _ = cv2.connectedComponentsWithStats((mask == c).astype(np.uint8))
        small = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] < least)
        mask[np.isin(parts, small[small > 0])] = to
    return mask


def tell(trees, picture, place, areas):
    """The mask of a picture: classes of LABELS, or UNJUDGED. Without trees, what is drawn alone."""
    return paint(said(trees, picture, place) if trees else np.full(picture.shape[:2], UNJUDGED, np.uint8), picture, areas)


def paint(mask, picture, areas):
    """The mask with the polygons over it."""
    for label, points, *seed in areas:
        if not seed:
            cv2.fillPoly(mask, [polygon(points, picture.shape)], LABELS.index(label) if label in LABELS else UNJUDGED)
    return mask


def said(trees, picture, place):
    """What the trees say of a picture."""
    numbers = np.array([LABELS.index(c) if c in LABELS else UNJUDGED for c in place["classes"]], np.uint8)
    seen = features(picture, place)
    votes = trees.predict_proba(seen.reshape(-1, seen.shape[-1])).reshape(*picture.shape[:2], -1).astype(np.float32)
    votes = np.stack([cv2.bilateralFilter(v, place["soften"], 0.3, 4) for v in np.moveaxis(votes, -1, 0)], -1)
    first, second = np.sort(votes, -1)[..., :-3:-1].transpose(2, 0, 1)
    mask = cv2.medianBlur(numbers[votes.argmax(-1)], place["median"])
    mask[first - second < place["gap"]] = UNJUDGED
    if "green" in place:  # what is green enough is vegetation, whatever its brightness
        soft = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1)
        mask[((2 * soft[..., 1] - soft[..., 0] - soft[..., 2]) / (soft.sum(2) + 1) > place["green"]) & (mask != LABELS.index("sky"))] = LABELS.index("vegetation")
    return islands(mask, range(len(LABELS)), place["least"], UNJUDGED)


def overlay(picture, mask):
    shown = picture.astype(np.float32)
    shown[mask == UNJUDGED] *= 0.3
    for label, colour in COLOURS.items():
        at = mask == LABELS.index(label)
        shown[at] = shown[at] * 0.6 + np.float32(colour) * 0.4
    return shown.astype(np.uint8)


def masks(place, name, data, out):
    measured = place["use"] == "measure"
    folder = MASKS / name if measured else data / "sites" / name
    folder.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    trees = learn(place, data / "sites" / name) if "classes" in place else None
    for file in place["pictures"]:
        picture = look(data / "sites" / name / jpeg(file))
        mask = tell(trees, picture, place, place["drawn"].get(file, []))
        cv2.imwrite(str((folder / file).with_suffix(".png" if measured else ".mask.png")), cv2.resize(mask, (MASK, MASK * mask.shape[0] // WIDE), interpolation=cv2.INTER_NEAREST))
        cv2.imwrite(str(out / jpeg(file)), overlay(picture, mask))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("do", choices=("bring", "masks"))
    ap.add_argument("--place", required=True)
    ap.add_argument("--data", required=True, type=pathlib.Path)
    ap.add_argument("--clone", type=pathlib.Path)
    ap.add_argument("--look", type=pathlib.Path)
    args = ap.parse_args()
    place = read_place(args.place)
    if args.do == "bring":
        bring(place, args.place, args.clone, args.data)
    else:
        masks(place, args.place, args.data, args.look)


if __name__ == "__main__":
    main()
