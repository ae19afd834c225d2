"""Splits the fire and smoke pictures by video, never by picture, and writes the
file names to splits/burning_{train,val,test}.txt (stems, without extension).

    python splits.py DATA

DATA is the folder that holds fire-smoke. Numbered pictures (img_N) are runs of
frames of several videos that were told apart by eye on a contact sheet.
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent / "splits"
# Held out to measure: six videos that nothing was trained or tuned on.
TEST_PREFIX = ("fire2_mp4-", "test2_mp4-", "smoke5_mp4-", "smoke2_mp4-")
TEST_RANGES = ((957, 979), (1007, 1007), (2119, 2152))  # loading bay; corridor
# To choose thresholds and the epoch by.
VAL_PREFIX = ("fire1_mp4-", "smoke1_mp4-")
VAL_RANGES = ((1, 49), (103, 118), (980, 987))  # lobby and window; red room; shop


def split_of(stem):
    found = re.match(r"img_(\d+)", stem)
    number = int(found.group(1)) if found else None
    for name, prefixes, ranges in (("test", TEST_PREFIX, TEST_RANGES), ("val", VAL_PREFIX, VAL_RANGES)):
        if number is None and stem.startswith(prefixes):
            return name
        if number is not None and any(a <= number <= b for a, b in ranges):
            return name
    return "train"


def main(data):
    stems = sorted(p.stem for p in (pathlib.Path(data) / "fire-smoke" / "images").glob("*.jpg"))
    HERE.mkdir(exist_ok=True)
    for name in ("train", "val", "test"):
        part = [s for s in stems if split_of(s) == name]
        (HERE / f"burning_{name}.txt").write_text("\n".join(part) + "\n")
        print(name, len(part))


def plate_files(folder, part):
    """Rendered plates NUMBER.png of a part that are whole: every fifth number is held out."""
    files = {int(f.stem): f for f in sorted(pathlib.Path(folder).glob("*.png"))
             if f.stem.isdigit() and f.with_name(f.stem + "_mask.png").exists()}
    return [files[n] for n in sorted(files) if (n % 5 == 4) == (part != "train")]


def street_files(folder, part):
    """Rendered empty streets NUMBER.png of a part: every fifth number is held out."""
    return [f for f in sorted(pathlib.Path(folder).glob("[0-9][0-9][0-9].png")) if (int(f.stem) % 5 == 4) == (part != "train")]


def read(name):
    """Stems of one list, for example burning_test."""
    return (HERE / f"{name}.txt").read_text().split()


if __name__ == "__main__":
    main(sys.argv[1])
