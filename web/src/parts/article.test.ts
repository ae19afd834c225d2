import { expect, test } from "vitest";
import { articleOf, inEnglish } from "./article";

test.each([
  ["行政处罚法第五十九条第一款第（六）项", "APL art. 59(1)(6)"],
  ["行政处罚法第六十四条第（四）项", "APL art. 64(4)"],
  ["行政处罚法第七十条", "APL art. 70"],
  ["行政处罚法第五条第二款", "APL art. 5(2)"],
  ["浦东新区非现场执法规定第十五条、行政处罚法第二十八条第一款", "Pudong art. 15, APL art. 28(1)"],
  ["行政处罚法第六十三条、第六十四条第（一）项", "APL art. 63, art. 64(1)"],
  ["行政强制法第五十四条", "Compulsion Law art. 54"],
  ["第五十四条", "第五十四条"],
  ["某法第五十四条", "某法第五十四条"],
])("%s", (article, english) => expect(inEnglish(article)).toBe(english));

test("the server's own English is kept, and the Chinese is the Chinese", () => {
  expect(articleOf("行政处罚法第四十三条 · APL art. 43", "en")).toBe("APL art. 43");
  expect(articleOf("行政处罚法第四十三条 · APL art. 43", "zh")).toBe("行政处罚法第四十三条");
  expect(articleOf("行政处罚法第四十七条", "zh")).toBe("行政处罚法第四十七条");
  expect(articleOf(undefined, "en")).toBe("");
});
