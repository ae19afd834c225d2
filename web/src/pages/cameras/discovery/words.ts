const zh = {
  find: "搜索摄像机",
  findLead: "通过 ONVIF 搜索。留空时广播查询服务器所在网段；路由器另一侧的摄像机请填写地址或网段，每行一个。",
  at: "地址或网段",
  atExample: "例如 10.0.8.15 或 10.0.8.0/24",
  search: "搜索",
  searching: "正在搜索，约三秒…",
  nobody: "没有设备应答。请确认设备已启用 ONVIF，且在允许的摄像机网段内。",
  found: "找到 {n} 台设备",
  user: "ONVIF 用户名",
  password: "密码",
  passwordHelp: "只用于本次查询和所选码流的地址；登记后加密保存，不再显示。",
  ask: "读取码流",
  streams: "码流",
  picture: "设备 {name} 的当前画面",
  clockOff: "设备时钟与本机相差 {s} 秒，请校准（取证以本机校时为准）",
  use: "使用此码流",
  substream: "检测可取自子码流 {name}",
  back: "返回列表",
  unnamed: "未命名设备",
};

export type DiscoveryWord = keyof typeof zh;

const en: Record<DiscoveryWord, string> = {
  find: "Find cameras",
  findLead: "By ONVIF. Left empty, everybody in the server's own networks is called; for cameras beyond a router name addresses or networks, one a line.",
  at: "Addresses or networks",
  atExample: "For example 10.0.8.15 or 10.0.8.0/24",
  search: "Search",
  searching: "Searching, about three seconds…",
  nobody: "No device answered. See that ONVIF is switched on in it, and that it lies in the allowed camera networks.",
  found: "{n} devices found",
  user: "ONVIF user",
  password: "Password",
  passwordHelp: "Used for this question and for the address of the stream you choose; once registered it is stored encrypted and not shown again.",
  ask: "Read its streams",
  streams: "Streams",
  picture: "Present picture of {name}",
  clockOff: "The device's clock is {s} s off this server's; set it right (evidence goes by the server's)",
  use: "Use this stream",
  substream: "Looks can be taken from its substream {name}",
  back: "Back to the list",
  unnamed: "unnamed device",
};

export default { zh, en };
