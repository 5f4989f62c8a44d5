/** docs/audit.md says what the audit can say, all of it, and no more. */

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { AUDIT_VOCABULARY } from "../../src/bank/audit-vocabulary.ts";

const text = readFileSync(new URL("../../docs/audit.md", import.meta.url), "utf8");
const words = (cell: string): string[] => cell.match(/(?<=`)\w+(?=`)/g) ?? [];

/** What the document calls many outcomes by: `*wire*: …` in a line of its own. */
const groups = new Map(
  [...text.matchAll(/^\*(\w+)\*: (.+)\.$/gm)].map(([, name = "", list = ""]) => [
    name,
    words(list),
  ]),
);

/** The cells of the table below a heading. */
const tableOf = (heading: string): string[][] =>
  (text.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.slice(2, -2).split(" | "));

it("names every action, with all its outcomes and its object", () => {
  const told = tableOf("What is on record").map(([action = "", , ends = "", object = ""]) => {
    const grouped = [...ends.matchAll(/\*(\w+)\*/g)].flatMap(([, name = ""]) => groups.get(name)!);
    const outcomes = [...words(ends), ...grouped].toSorted();
    return [action.replaceAll("`", ""), { outcomes, object: object.trim() }];
  });
  const known = Object.entries(AUDIT_VOCABULARY).map(([action, { outcomes, object }]) => [
    action,
    { outcomes: [...new Set<string>(outcomes)].toSorted(), object: object ?? "" },
  ]);
  expect(told).toEqual(known);
});

it("says what every outcome means, once", () => {
  const told = tableOf("How it ends").map(([outcome = ""]) => outcome.replaceAll("`", ""));
  const known = new Set(
    Object.values(AUDIT_VOCABULARY).flatMap(({ outcomes }): readonly string[] => outcomes),
  );
  expect(told.toSorted()).toEqual([...known].toSorted());
});
