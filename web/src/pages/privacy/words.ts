const zh = {
  title: "个人信息",
  lead: "哪些信息保存多久，到期自动删除；每天删除了什么，摘要登记在透明日志中。",
  schedule: "保存期限",
  what: "信息",
  days: "{n} 天",
  period: "期限",
  basis: "依据",
  runs: "删除记录",
  noRuns: "还没有执行过；每天执行一次",
  deleted: "删除 {n} 条",
  nothing: "没有到期的信息",
  inLog: "已入日志",
  waitsForLog: "等待入日志",
  text: "报告原文",
  proof: "日志证明",
};

export type PrivacyWord = keyof typeof zh;

const en: Record<PrivacyWord, string> = {
  title: "Personal data",
  lead: "Which data are kept how long, and deleted then; what was deleted each day stands in the transparency log by its digest.",
  schedule: "Retention",
  what: "Data",
  days: "{n} days",
  period: "Kept",
  basis: "Basis",
  runs: "Deletions",
  noRuns: "It has not run yet; it does once a day",
  deleted: "{n} deleted",
  nothing: "Nothing was due",
  inLog: "In the log",
  waitsForLog: "Waits for the log",
  text: "The report's text",
  proof: "Proof",
};

export default { zh, en };
