const zh = {
  title: "指标",
  lead: "由记录本身计算。每项指标写明分子、分母和计划原文。",
  goal: "目标 {goal}",
  met: "已达到",
  missed: "未达到",
  noData: "尚无可计算的记录",
  counts: "{n} / {of}",
  missing: "尚缺",
  source: "出处",
  none: "暂无指标",
  days: "{n} 天",
};

export type QuotaWord = keyof typeof zh;

const en: Record<QuotaWord, string> = {
  title: "Quotas",
  lead: "Computed from the records themselves, each with its counts and the plan's sentence.",
  goal: "goal {goal}",
  met: "met",
  missed: "not met",
  noData: "No record to compute it from yet",
  counts: "{n} of {of}",
  missing: "Missing",
  source: "From",
  none: "No quota yet",
  days: "{n} days",
};

export default { zh, en };
