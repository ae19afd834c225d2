const zh = {
  head: "过去一小时的预演",
  lead: "用过去一小时记录的检测结果重新运行规则；不保存、不产生线索。",
  open: "划好并闭合边界后，这里显示规则在过去一小时会产生哪些线索。",
  trying: "正在预演…",
  failed: "无法预演",
  nothing: "过去一小时没有检测记录。摄像机接入约一分钟后即可预演。",
  lacking: "过去一小时这台摄像机没有运行该检测内容所需的模型（{models}），无法预演；保存区域后即开始运行。",
  summary: "{from} 至 {to}，{n} 次检测：现行区域产生 {standing} 条，修改后产生 {drafted} 条。",
  summaryNew: "{from} 至 {to}，{n} 次检测：按此划定产生 {drafted} 条。",
  standing: "现行",
  drafted: "修改后",
  draftedNew: "新区域",
  bar: "{name}：{n} 条",
  unseen: "灰色：没有检测的时段（{n} 段）",
  kept: "仍产生",
  added: "新增",
  dropped: "不再产生",
  until: "{raised} 认定，{first} 至 {last}",
  goesOn: "{raised} 认定，{first} 起，仍在持续",
  most: "另有 {n} 条未列出",
};

export type HindsightWord = keyof typeof zh;

const en: Record<HindsightWord, string> = {
  head: "Tried on the last hour",
  lead: "The rule runs again over what the models said in the last hour. Nothing is saved, nothing is raised.",
  open: "Draw and close the outline: what the rule would have raised in the last hour is shown here.",
  trying: "Trying…",
  failed: "It cannot be tried",
  nothing: "Nothing is recorded of the last hour. A camera can be tried about a minute after it is watched.",
  lacking: "In the last hour this camera did not run the models that this detector reads ({models}), so nothing can be told; they run once the zone is saved.",
  summary: "{from} to {to}, {n} looks: the zone as it stands raises {standing}, as changed {drafted}.",
  summaryNew: "{from} to {to}, {n} looks: drawn like this it raises {drafted}.",
  standing: "as it stands",
  drafted: "as changed",
  draftedNew: "new zone",
  bar: "{name}: {n}",
  unseen: "Grey: without a look ({n} times)",
  kept: "still raised",
  added: "added",
  dropped: "dropped",
  until: "raised {raised}, from {first} to {last}",
  goesOn: "raised {raised}, from {first}, goes on",
  most: "{n} more are not listed",
};

export default { zh, en };
