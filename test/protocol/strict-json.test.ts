/** Strict JSON that nests; what it shares with the flat form is in flat-json.test.ts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isJsonObject, parseJson } from "../../src/protocol/strict-json.ts";
import type { Json } from "../../src/protocol/strict-json.ts";
import { utf8 } from "../ciphers/cipher-sets.ts";
import { refusalOf } from "./refusal.ts";

/** As JSON.parse gives it, with objects as lists of pairs, so that their order counts too. */
function plain(value: Json): unknown {
  if (isJsonObject(value)) return [...value].map(([name, field]) => [name, plain(field)]);
  if (Array.isArray(value)) return (value as readonly Json[]).map(plain);
  if (value !== null && typeof value === "object" && "number" in value) {
    return JSON.parse(value.number);
  }
  return value;
}

function pairs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pairs);
  if (value === null || typeof value !== "object") return value;
  return Object.entries(value).map(([name, field]) => [name, pairs(field)]);
}

const refusal = (text: string, depthMax: number) =>
  refusalOf(() => parseJson(utf8(text), depthMax));

describe("a value", () => {
  it.for([
    ["null", null],
    [" true ", true],
    ['"a"', "a"],
    ["-0", -0],
    ["[]", []],
    ["[1, [2, [3]]]", [1, [2, [3]]]],
    ['{"a":{"b":[{}]}}', [["a", [["b", [[]]]]]]],
  ] as const)("is read: %s", ([text, value]) => {
    expect(plain(parseJson(utf8(text), 4))).toEqual(value);
  });

  it("keeps each number as it was written", () => {
    expect(parseJson(utf8("[1e2,1.0,9007199254740993]"), 1)).toEqual([
      { number: "1e2" },
      { number: "1.0" },
      { number: "9007199254740993" },
    ]);
  });

  it("knows no prototype, at any depth", () => {
    const value = parseJson(utf8('{"a":{"__proto__":{"b":1}}}'), 3);
    const inner = isJsonObject(value) ? value.get("a")! : null;
    expect(isJsonObject(inner) && [...inner.keys()]).toEqual(["__proto__"]);
    expect(isJsonObject(inner) && inner.get("toString")).toBeUndefined();
  });

  it.for([
    ["1", 0],
    ["{}", 1],
    ["[[]]", 2],
    ['{"a":[{}]}', 3],
  ] as const)("%s has depth %i", ([text, depth]) => {
    expect(refusal(text, depth)).toBeNull();
    if (depth > 0) expect(refusal(text, depth - 1)).toBe("bad_json");
  });

  it("of a hundred thousand brackets is refused without running out of stack", () => {
    expect(refusal("[".repeat(100_000), 8)).toBe("bad_json");
    expect(refusal('{"a":'.repeat(100_000), 8)).toBe("bad_json");
  });

  it.for([
    "",
    "[",
    "]",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1}",
    '{"a":[}',
    '[{"a":1,"a":1}]',
    '[{"a":1,"\\u0061":1}]',
    "[]]",
    "[][]",
    '["\\ud800"]',
    "[NaN]",
    "[01]",
  ])("is not %j", (text) => {
    expect(refusal(text, 8)).toBe("bad_json");
  });

  it("is what JSON.parse says it is", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4, stringUnit: "grapheme" }), (text) => {
        const code = refusalOf(() => {
          expect(plain(parseJson(utf8(text), 8))).toEqual(pairs(JSON.parse(text)));
        });
        expect(code).toBeNull();
      }),
    );
  });

  it("of random pieces is never more than JSON.parse takes", () => {
    const piece = fc.constantFrom(...'{}[]":,\\u0e1-', '"a"', '"a":', "null", "true", " ");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        const text = pieces.join("");
        if (refusal(text, 8) === null) expect(() => JSON.parse(text)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });
});
