// Words of the small parts that the first page shows as others do: so it loads no dictionary
// of theirs.
const zh = {
  daysLeft: "还有 {n} 天",
  today: "今天到期",
  overdue: "已过 {n} 天",
  goal: "目标 {goal}",
  met: "已达到",
  missed: "未达到",
  noRecord: "尚无可计算的记录",
  counts: "{n} / {of}",
  days1: "{n} 天",
};

export type PartWord = keyof typeof zh;

const en: Record<PartWord, string> = {
  daysLeft: "{n} days left",
  today: "due today",
  overdue: "{n} days over",
  goal: "goal {goal}",
  met: "met",
  missed: "not met",
  noRecord: "No record to compute it from yet",
  counts: "{n} of {of}",
  days1: "{n} days",
};

export default { zh, en };
