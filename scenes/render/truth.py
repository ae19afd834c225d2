"""Writes what is true in each scene: python truth.py OUT. NAME.json, see scenes.go.

Names, numbers and places are made up: identity numbers have valid check digits but
no issuing place and the year 1900; telephone numbers are none.
"""
import json
import pathlib
import sys

import view
from plots import PLOTS

CODES = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def citizen(first17):
    return first17 + "10X98765432"[sum(int(c) * ((1 << (17 - i)) % 11) for i, c in enumerate(first17)) % 11]


def unit(first17):
    total = sum(CODES.index(c) * pow(3, i, 31) for i, c in enumerate(first17))
    return first17 + CODES[(31 - total % 31) % 31]


def point(x, y):
    u, v = view.share(x, y)
    return {"x": u, "y": v}


def zone(scene, detector, zh, en, area, homography=True, door=None, params=None, obj=None):
    """area: (x1, y1, x2, y2) on the ground, all of it in the picture."""
    x1, y1, x2, y2 = area
    corners = [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
    z = {"id": f"{scene}-{detector}", "version": 1, "camera": scene, "detector": detector, "name_zh": zh, "name_en": en,
         "polygon": [point(*c) for c in corners]}
    for p in z["polygon"]:
        if not (0 <= p["x"] <= 1 and 0 <= p["y"] <= 1):
            raise ValueError(f"zone {z['id']} leaves the picture: {p}")
    if door:
        z["door_line"] = [point(*c) for c in door]
    if homography:
        z["homography"] = {"picture": [point(*c) for c in corners], "ground_m": [{"x": x, "y": y} for x, y in corners]}
    if params:
        z["params"] = params
    if obj:
        z["object"] = obj
    return z


def camera(zh, en, place, n, longitude, latitude):
    return {"name_zh": zh, "name_en": en, "place": place, "longitude": longitude, "latitude": latitude,
            "legal_review_no": f"演示法审〔2026〕{n:03d}号", "technical_review_no": f"演示技审〔2026〕{n:03d}号", "published_on": "2026-10-12"}


def stall():
    return {
        "name_zh": "流动摊贩占道", "name_en": "A vendor on the pavement",
        "camera": camera("滨江路步道", "Riverside walk", "演示区青禾街道滨江路步道", 1, 121.3974, 31.6262),
        "zones": [zone("stall", "stall", "滨江路步道禁设摊区", "Riverside walk, no stalls", (-4.2, 8.6, 4.2, 14.8), params={"dwell_s": 20})],
        "party": {"kind": "person", "name": "演示摊主", "identity": citizen("00000019000101001"), "phone": "10000000001", "address": "演示区虚构路1号"},
        "truth": [{"detector": "stall", "zone": "stall-stall", "from_s": 20.0, "to_s": 78.0, "dwell_s": 20}],
        "look_alikes": [{"from_s": 0, "to_s": 116, "en": "people who pass, cars on the road, parked bicycles"}],
    }


def crossdoor():
    return {
        "name_zh": "商店跨门经营", "name_en": "A shop beyond its door line",
        "camera": camera("老巷口商铺", "Shops at the old lane", "演示区青禾街道老巷口", 2, 121.4017, 31.6228),
        "zones": [zone("crossdoor", "crossdoor", "鲜果时光门前", "Before the fruit shop", (-.1, 13.7, 6.2, 16.7),
                       door=[(-.1, 16.75), (6.2, 16.75)], params={"dwell_s": 20, "min_area_m2": 1.0}, obj="fruit")],
        "object": {"key": "fruit", "kind": "shop", "name": "鲜果时光水果店（演示）", "address": "演示区青禾街道老巷口虚构路12号", "business": "水果零售"},
        "party": {"kind": "unit", "name": "演示区鲜果时光水果店（虚构）", "identity": unit("92000000DEMFRUT01"), "phone": "10000000002",
                  "address": "演示区青禾街道老巷口虚构路12号"},
        "truth": [{"detector": "crossdoor", "zone": "crossdoor-crossdoor", "from_s": 24.0, "to_s": 80.0, "dwell_s": 20}],
        "look_alikes": [{"from_s": 0, "to_s": 116, "en": "people who pass or look at goods, parked bicycles"},
                        {"from_s": 91, "to_s": 112, "en": "a bicycle is parked before the shop for a moment"}],
    }


def soil():
    return {
        "name_zh": "工地裸土未覆盖", "name_en": "Bare earth on a site",
        "camera": camera("新城一号地块", "New town, plot one", "演示区青禾街道新城一号地块", 3, 121.4109, 31.6345),
        "zones": [zone("soil", "soil", "新城一号地块土方区", "Plot one, earthworks", (-4.3, 8.2, 4.3, 22.0), params={"span_s": 20}, obj="plot")],
        "object": {"key": "plot", "kind": "site", "name": "新城一号地块（演示工地）", "address": "演示区青禾街道虚构大道100号", "business": "房屋建筑施工"},
        "party": {"kind": "unit", "name": "演示建设有限公司（虚构）", "identity": unit("91000000DEMBUJD01"), "phone": "10000000003", "address": "演示区虚构大道100号"},
        "truth": [{"detector": "soil", "zone": "soil-soil", "from_s": 0.0, "to_s": 66.0, "dwell_s": 20}],
        "look_alikes": [{"from_s": 76, "to_s": 116, "en": "the same ground under a green net, a digger and workers"}],
    }


def burning():
    return {
        "name_zh": "田间焚烧秸秆", "name_en": "Straw burnt in a field",
        "camera": camera("禾田村北地", "Hetian village, north field", "演示区禾田村北地块", 4, 121.4531, 31.6571),
        "zones": [zone("burning", "burning", "禾田村北地块", "North field", (-5.6, 9.2, 5.6, 24.0), homography=False, obj="field")],
        "object": {"key": "field", "kind": "land", "name": "禾田村北地块（演示）", "address": "演示区禾田村", "business": "农用地"},
        "party": {"kind": "person", "name": "演示农户", "identity": citizen("00000019000202002"), "phone": "10000000004", "address": "演示区禾田村虚构组2号"},
        "truth": [{"detector": "burning", "zone": "burning-burning", "from_s": 20.0, "to_s": 64.0, "dwell_s": 0}],
        "look_alikes": [{"from_s": 0, "to_s": 112, "en": "heaps of straw that do not burn, a farmer, a tricycle"}],
    }


def street():
    strip = (-4.0, 13.9, 4.0, 17.0)
    walk = (-4.6, 11.0, 4.6, 16.0)
    return {
        "name_zh": "平常街道", "name_en": "An ordinary street",
        "camera": camera("书店街口", "Bookshop corner", "演示区青禾街道书店街口", 5, 121.4062, 31.6199),
        "zones": [zone("street", "stall", "书店街口禁设摊区", "Bookshop corner, no stalls", walk, params={"dwell_s": 20}),
                  zone("street", "crossdoor", "小城书店门前", "Before the bookshop", (-6.4, 14.2, -.4, 17.2), door=[(-6.4, 17.25), (-.4, 17.25)],
                       params={"dwell_s": 20, "min_area_m2": 1.0}, obj="books"),
                  zone("street", "burning", "书店街口", "Bookshop corner", strip, homography=False)],
        "object": {"key": "books", "kind": "shop", "name": "小城书店（演示）", "address": "演示区青禾街道虚构路30号", "business": "图书零售"},
        "party": {"kind": "unit", "name": "演示区小城书店（虚构）", "identity": unit("92000000DEMBKXK01"), "phone": "10000000005", "address": "演示区青禾街道虚构路30号"},
        "truth": [],
        "look_alikes": [
            {"from_s": 0, "to_s": 100, "en": "people who wait for a long time"},
            {"from_s": 0, "to_s": 100, "en": "parked bicycles, a scooter, a car"},
            {"from_s": 5, "to_s": 18, "en": "a red umbrella that a person carries"},
            {"from_s": 18, "to_s": 32, "en": "a person in a red coat"},
            {"from_s": 0, "to_s": 100, "en": "red lanterns, one with a loose contact"},
            {"from_s": 0, "to_s": 100, "en": "steam from a kitchen's vent"},
            {"from_s": 31, "to_s": 51, "en": "a delivery that is put down for 20 s"},
            {"from_s": 58, "to_s": 92, "en": "fog"},
        ],
    }


SCENES = {"stall": stall, "crossdoor": crossdoor, "soil": soil, "burning": burning, "street": street}


def main(out):
    for key, make in SCENES.items():
        scene = {"key": key, **make()}
        scene = {"key": key, "name_zh": scene.pop("name_zh"), "name_en": scene.pop("name_en"),
                 "duration_s": PLOTS[key].SECONDS, "codec": PLOTS[key].CODEC, **{k: v for k, v in scene.items() if k != "key"}}
        text = json.dumps(scene, ensure_ascii=False, indent=1)
        (pathlib.Path(out) / f"{key}.json").write_text(text + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
