import type { Language } from "../app/preferences";

// articleOf picks the reader's language from how the server names an article:
// "行政处罚法第四十三条 · APL art. 43".
export function articleOf(article: string | undefined, language: Language): string {
  if (!article) return "";
  const [zh = article, en = zh] = article.split(" · ");
  return language === "zh" ? zh : en;
}
