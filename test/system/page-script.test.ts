/** What a browser has to load before the page can start. */

import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { firstScripts } from "../../bench/scenarios/page-scripts.ts";
import { CUSTOMER_CODECS } from "../../src/protocol/customer-codecs.ts";
import { OPERATOR_CODECS } from "../../src/protocol/operator-codecs.ts";
import { PROGRAM } from "../built-program.ts";

const { text, kilobytes } = firstScripts(join(dirname(PROGRAM), "web"));

it("the first script knows the customers' methods, and none of the operators'", () => {
  expect(Object.keys(CUSTOMER_CODECS).filter((method) => !text.includes(method))).toEqual([]);
  expect(Object.keys(OPERATOR_CODECS).filter((method) => text.includes(method))).toEqual([]);
});

it("the first script has 60 KB at most, compressed", () => {
  expect(kilobytes).toBeLessThan(60);
});
