// What models tell apart in a picture, by their labels.
const zh = {
  seen_person: "人",
  seen_goods: "货物",
  seen_umbrella: "伞",
  seen_cart: "推车",
  seen_table: "桌子",
  seen_bicycle: "自行车",
  seen_motorcycle: "摩托车",
  seen_car: "汽车",
  seen_truck: "货车",
  seen_fire: "火焰",
  seen_smoke: "烟",
  seen_bare_soil: "裸土",
  seen_new: "新出现的物件",
  seen_net: "防尘网",
  seen_vegetation: "植被",
  seen_hard_ground: "硬化地面",
  seen_water: "水面",
  seen_machine: "机械",
  seen_sky: "天空",
  seen_other: "其他",
};

export type SeenWord = keyof typeof zh;

const en: Record<SeenWord, string> = {
  seen_person: "person",
  seen_goods: "goods",
  seen_umbrella: "umbrella",
  seen_cart: "cart",
  seen_table: "table",
  seen_bicycle: "bicycle",
  seen_motorcycle: "motorcycle",
  seen_car: "car",
  seen_truck: "truck",
  seen_fire: "fire",
  seen_smoke: "smoke",
  seen_bare_soil: "bare soil",
  seen_new: "something new",
  seen_net: "dust net",
  seen_vegetation: "vegetation",
  seen_hard_ground: "hard ground",
  seen_water: "water",
  seen_machine: "machine",
  seen_sky: "sky",
  seen_other: "other",
};

export default { zh, en };
