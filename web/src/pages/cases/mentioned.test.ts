import { expect, test } from "vitest";
import { mentioned } from "./mentioned";

const colleagues = [{ id: "1", name: "张三" }, { id: "2", name: "张三丰" }, { id: "3", name: "Li Si" }];

test.each([
  ["请@张三 看", ["1"]],
  ["请@张三丰看", ["2"]],
  ["@Li Si and @张三, @张三", ["3", "1"]],
  ["a@b.cn @ 张三 张三", []],
  ["", []],
])("%s", (text, ids) => expect(mentioned(text, colleagues)).toEqual(ids));
