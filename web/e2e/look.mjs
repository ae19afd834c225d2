// Takes a picture of every page of the invented district into the folder given; `make look`
// runs it.
import path from "node:path";
import { everyPage } from "./every.mjs";
import { browser } from "./stage.mjs";

try {
  await everyPage(path.resolve(process.argv[2] ?? "../build/look"), process.argv[3] ? new RegExp(process.argv[3]) : undefined);
} finally {
  await browser.close();
}
