/** What a browser has to load before the page can start. */

import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { firstScripts } from "../../bench/scenarios/page-scripts.ts";
import { readBlocklist } from "../../src/bank/password-blocklist.ts";
import { CUSTOMER_CODECS } from "../../src/protocol/customer-codecs.ts";
import { OPERATOR_CODECS } from "../../src/protocol/operator-codecs.ts";
import { PROGRAM } from "../built-program.ts";

const WEB = join(dirname(PROGRAM), "web");
const { text, kilobytes } = firstScripts(WEB);

it("the first script knows the customers' methods, and none of the operators'", () => {
  expect(Object.keys(CUSTOMER_CODECS).filter((method) => !text.includes(method))).toEqual([]);
  expect(Object.keys(OPERATOR_CODECS).filter((method) => text.includes(method))).toEqual([]);
});

it("the first script has 60 KB at most, compressed", () => {
  expect(kilobytes).toBeLessThan(60);
});

it("the list of common passwords comes later, and is the bank's", async () => {
  const list = await readBlocklist();
  expect(text.length).toBeLessThan([...list].join("").length);
  const later = readdirSync(WEB).filter((name) => /^dist-\w+\.js$/.test(name));
  expect(later).toHaveLength(1);
  const { dictionary } = (await import(pathToFileURL(join(WEB, later[0]!)).href)) as {
    dictionary: Record<"passwords-common", readonly string[]>;
  };
  expect(new Set(dictionary["passwords-common"])).toEqual(list);
});
