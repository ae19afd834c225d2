const zh = {
  watch: "实时画面",
  stop: "停止播放",
  again: "重新播放",
  device: "检查设备",
  verification: "核实线索",
  supervision: "督察检查",
  whyAsk: "查看事由（记入查阅记录）",
  starting: "正在连接摄像机…",
  playing: "实时 · 未经转码，已记入查阅记录",
  ended: "实时画面已结束。单次最长 15 分钟，离开本页或切换标签页即停止。",
  failed: "无法播放实时画面",
  unplayable: "此浏览器不能播放该摄像机的编码（{type}）。请将摄像机码流改为 H.264，或换用支持 H.265 的浏览器。检测不受影响，画面仍定时刷新。",
  video: "{name} 的实时视频",
};

export type LiveWord = keyof typeof zh;

const en: Record<LiveWord, string> = {
  watch: "Live",
  stop: "Stop",
  again: "Play again",
  device: "Checking the device",
  verification: "Verifying a finding",
  supervision: "Supervision",
  whyAsk: "Why (kept in the record of views)",
  starting: "Connecting to the camera…",
  playing: "Live · not transcoded, entered in the record of views",
  ended: "The live picture has ended. It lasts a quarter of an hour at most, and stops when you leave the page or the tab.",
  failed: "The live picture cannot be played",
  unplayable: "This browser does not play what the camera sends ({type}). Set the camera's stream to H.264, or use a browser that plays H.265. Detection is not affected, and pictures are renewed all the same.",
  video: "Live video of {name}",
};

export default { zh, en };
