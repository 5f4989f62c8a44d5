/** The search that row 18 relies on finds what it is to find, in every form and at every place. */

import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { canariesIn } from "./search.ts";

const TEXT = 'kanarienvogel "grün" & 17%';
const BYTES = Uint8Array.from({ length: 32 }, (_, index) => 255 - index * 7);
const CANARIES = [
  ["a text", TEXT],
  ["some bytes", BYTES],
] as const;

const found = (haystack: string | Uint8Array): string[] => [
  ...new Set(canariesIn("x", haystack, CANARIES).map((place) => place.split(", as")[0]!)),
];

describe("the search", () => {
  it.for([
    ["as it is", (text: string) => `before ${text} after`],
    ["in JSON", (text: string) => JSON.stringify({ password: `x${text}` })],
    ["in JSON in JSON", (text: string) => JSON.stringify({ log: JSON.stringify({ text }) })],
    ["in a URL", (text: string) => `/?password=${encodeURIComponent(text)}&`],
    [
      "in a form",
      (text: string) => new URLSearchParams({ text: text.replaceAll('"', '"') }).toString(),
    ],
    ["in UTF-16", (text: string) => Buffer.from(text, "utf16le")],
  ] as const)("finds a text %s", ([, write]) => {
    expect(found(write(TEXT))).toEqual(["x: a text"]);
  });

  it.for(["hex", "base64", "base64url"] as const)(
    "finds both in %s, wherever it begins",
    (form) => {
      for (let before = 0; before < 4; before++) {
        for (const after of [0, 1, 2]) {
          const parts = [Buffer.alloc(before, 7), Buffer.from(TEXT), Buffer.alloc(after, 9)];
          expect(found(Buffer.concat(parts).toString(form))).toEqual(["x: a text"]);
          parts[1] = Buffer.from(BYTES);
          expect(found(Buffer.concat(parts).toString(form))).toEqual(["x: some bytes"]);
        }
      }
    },
  );

  it("finds bytes as Node shows them, as numbers, and in base64 of many lines", () => {
    expect(found(inspect(Buffer.from(BYTES)))).toEqual(["x: some bytes"]);
    expect(found(JSON.stringify(Buffer.from(BYTES)))).toEqual(["x: some bytes"]);
    const lines = Buffer.from(BYTES)
      .toString("base64")
      .replaceAll(/(.{10})/g, "$1\r\n");
    expect(found(lines)).toEqual(["x: some bytes"]);
  });

  it("finds nothing where nothing is", () => {
    expect(found(Buffer.alloc(10_000, "kanarienvogel grün "))).toEqual([]);
  });
});
