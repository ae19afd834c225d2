const zh = {
  head: "文书模板",
  lead: "以虚构的案件预览每种文书，标有“演示”字样；下方列出法律要求必须写明的内容，缺一项就不会制作。",
  preview: "{name}（虚构案件）",
  open: "打开 PDF",
  mandatory: "必须写明",
  none: "没有模板",
};

export type TemplateWord = keyof typeof zh;

const en: Record<TemplateWord, string> = {
  head: "Document templates",
  lead: "Every kind of document, of an invented case and marked as a demonstration, with what the law demands in it: without one of these it is not made.",
  preview: "{name} (invented case)",
  open: "Open the PDF",
  mandatory: "Must say",
  none: "No template",
};

export default { zh, en };
