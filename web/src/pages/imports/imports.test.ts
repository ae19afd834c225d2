import { expect, test } from "vitest";
import type { ImportRow, ObjectRow } from "../../api/types";
import { changesOf } from "./changes";
import { csv } from "./csv";

const shop: ObjectRow = { id: "1", kind: "shop", name: "甲店", address: "一路1号", business: "", party_id: "p", party: "甲", grade: "green", version: 1, changed_at: "" };
const row = (object: Partial<ObjectRow>, rest: Partial<ImportRow> = {}): ImportRow => ({ n: 2, action: "merge", problems: [], before: shop, object: { ...shop, ...object }, ...rest });

test("a row changes what it says otherwise, and nothing else", () => {
  expect(changesOf(row({}))).toEqual([]);
  expect(changesOf(row({ grade: "red", version: 7 }))).toEqual([]);
  expect(changesOf(row({ business: "水果", longitude: 121.4 }))).toEqual([
    { field: "business", before: "", after: "水果" },
    { field: "longitude", before: "", after: "121.4" },
  ]);
});

test("a new row changes nothing; one that passes to another party says so", () => {
  expect(changesOf(row({ name: "乙店" }, { before: undefined }))).toEqual([]);
  const party = { id: "", kind: "person", name: "乙", identity: "", phone: "", address: "", email: "", version: 0 } as unknown as ImportRow["party"];
  expect(changesOf(row({ party_id: "q" }, { party }))).toEqual([{ field: "party", before: "甲", after: "乙" }]);
  expect(changesOf(row({ party_id: "p" }, { party }))).toEqual([]);
});

test("a cell is quoted where it must be, and never a formula", () => {
  expect(csv([["a", "b,c", 'd"e', "f\ng"]])).toBe('\uFEFFa,"b,c","d""e","f\ng"\r\n');
  expect(csv([["=1+1", "+86", "-x", "@y", "z=1"]])).toBe("\uFEFF'=1+1,'+86,'-x,'@y,z=1\r\n");
});
