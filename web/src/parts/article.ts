import type { Language } from "../app/preferences";

// The laws that templates cite, as the server shortens them elsewhere.
const laws: Record<string, string> = { 行政处罚法: "APL", 行政强制法: "Compulsion Law", 浦东新区非现场执法规定: "Pudong" };
const place = /^(\p{Script=Han}*?)第([一二三四五六七八九十]+)条(?:第([一二三四五六七八九十]+)款)?(?:第（([一二三四五六七八九十]+)）项)?$/u;

// number reads a Chinese number below a hundred: 五十九.
function number(zh: string): number {
  const [tens, ones] = zh.includes("十") ? zh.split("十") : ["", zh];
  const digit = (text = "") => "一二三四五六七八九".indexOf(text || " ") + 1;
  return (zh.includes("十") ? 10 * (digit(tens) || 1) : 0) + digit(ones);
}

// inEnglish says where something stands in a law: 行政处罚法第五十九条第一款第（六）项 is APL
// art. 59(1)(6). What it cannot read it leaves as it is.
export function inEnglish(article: string): string {
  const parts = article.split("、").map((part, i) => {
    const [, law = "", at, paragraph, item] = place.exec(part) ?? [];
    if (!at || !(law in laws || (law === "" && i > 0))) return null;
    const below = [paragraph, item].map((n) => (n ? `(${number(n)})` : "")).join("");
    return `${law ? `${laws[law]} ` : ""}art. ${number(at)}${below}`;
  });
  return parts.includes(null) ? article : parts.join(", ");
}

// articleOf picks the reader's language from how the server names an article,
// "行政处罚法第四十三条 · APL art. 43", or says it in English where the server has the Chinese alone.
export function articleOf(article: string | undefined, language: Language): string {
  if (!article) return "";
  const [zh = article, en] = article.split(" · ");
  return language === "zh" ? zh : (en ?? inEnglish(zh));
}
