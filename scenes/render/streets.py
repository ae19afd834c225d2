"""The three streets of the scenes."""
import parts
from town import bollards, building, lamp_post, parked, pavement, road, shop, tree_

NAMES = ("禾丰粮油", "南街五金", "小城书店", "鲜果时光", "老巷面馆", "顺风快印", "百姓药房", "青禾花艺")


def stall(r):
    """A wide pavement before a road with shops beyond it."""
    pavement(2, 17)
    road(17.3, 25.3)
    pavement(25.5, 29, (.30, .29, .28), .6)
    for i, (x, w, h) in enumerate(((-19, 12, 14), (-7, 11, 11), (5, 12, 17), (18, 13, 12))):
        building(r, x, 29.85, w, h, ((.42, .36, .28), (.36, .33, .32), (.46, .40, .33), (.35, .30, .26))[i])
        shop(r, x - 2.5, 28.8, 4.6, ((.30, .03, .02), (.02, .10, .28), (.35, .25, .02), (.02, .20, .08))[i], name=NAMES[i])
        shop(r, x + 2.8, 28.8, 4.6, ((.03, .16, .18), (.30, .12, .02), (.20, .02, .08), (.04, .06, .25))[i], name=NAMES[i + 4])
    building(r, 0, 44, 90, 18, (.33, .31, .30))
    parked(parts.car, (-6, 23.6), 180, r, "car")


def stall_kerb(r):
    """What stands at the kerb, before the cars that pass."""
    for x in (-9.5, 10.2):
        tree_(r, x, 16.2, 5.2)
    lamp_post(-4.5, 16.6)
    bollards((-7.4, -2.2, 3.4, 7.5), 16.6)
    parked(parts.bicycle, (7.6, 15.7), 84, r)
    parked(parts.bicycle, (8.3, 15.8), 80, r)


def crossdoor(r):
    """A row of shops behind a wide pavement."""
    road(-3, 6.2)
    pavement(6.5, 17, line=.20)
    building(r, 0, 17.95, 34, 12, (.40, .36, .30))
    for i, (x, w, paint, awning) in enumerate(((-10.5, 6.4, (.02, .10, .26), None), (-3.8, 6.2, (.32, .03, .02), None),
                                               (3.0, 6.6, (.02, .20, .10), None), (9.8, 6.2, (.34, .24, .03), (.03, .16, .30)))):
        shop(r, x, 16.9, w, paint, awning=awning, name=("百姓药房", "老巷面馆", "鲜果时光", "南街五金")[i])
    parked(parts.bicycle, (-8.6, 15.6), 80, r)
    parked(parts.bicycle, (-7.9, 15.7), 76, r)
    tree_(r, 9.6, 8.9, 4.6)


def ordinary(r):
    """Another row of shops, with what looks like more than it is."""
    road(-3, 10.2)
    pavement(10.5, 17.5, (.33, .33, .34), .12)
    building(r, 0, 18.45, 36, 13, (.34, .30, .28))
    for i, (x, w, paint, awning) in enumerate(((-11, 6.8, (.30, .22, .02), None), (-3.6, 6.8, (.03, .12, .30), (.42, .02, .02)),
                                               (4.0, 6.8, (.30, .03, .02), None), (11.3, 6.6, (.02, .18, .12), None))):
        shop(r, x, 17.4, w, paint, awning=awning, name=("禾丰粮油", "小城书店", "青禾花艺", "顺风快印")[i])
    for i in range(5):
        parked(parts.bicycle, (7.2 + i * .65, 15.8), 82, r)
    parked(parts.motorcycle, (11.0, 15.4), 70, r)
