/** The strict JSON reader: what it takes is what JSON.parse takes, and less. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFlatJson } from "../../src/protocol/flat-json.ts";
import { utf8 } from "../ciphers/cipher-sets.ts";
import { refusalOf } from "./refusal.ts";

const parse = (text: string) => Object.fromEntries(parseFlatJson(utf8(text)));

describe("flat JSON", () => {
  it.for([
    ["{}", {}],
    [" \t\r\n{ \n} ", {}],
    ['{"a":"b"}', { a: "b" }],
    ['{ "a" : true , "b" : false , "c" : null }', { a: true, b: false, c: null }],
    [
      '{"n":0,"m":-0,"o":1.50,"p":1e2,"q":-12E+3}',
      {
        n: { number: "0" },
        m: { number: "-0" },
        o: { number: "1.50" },
        p: { number: "1e2" },
        q: { number: "-12E+3" },
      },
    ],
    ['{"n":9007199254740993}', { n: { number: "9007199254740993" } }],
    ['{"":""}', { "": "" }],
    [String.raw`{"a":"\"\\\/\b\f\n\r\t\u0041\u00e9\u0000"}`, { a: '"\\/\b\f\n\r\tAé\0' }],
    [String.raw`{"a":"\ud83d\ude00"}`, { a: "😀" }],
    ['{"é😀":"\u007f\u2028"}', { "é😀": "\u007f\u2028" }],
    ['{"a":"{[,:]}"}', { a: "{[,:]}" }],
  ] as const)("reads %s", ([text, fields]) => {
    expect(parse(text)).toEqual(fields);
  });

  it("knows no prototype: __proto__ is a key like any other", () => {
    const fields = parseFlatJson(utf8('{"__proto__":"x","constructor":"y","toString":null}'));
    expect([...fields]).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
      ["toString", null],
    ]);
    expect(parseFlatJson(utf8("{}")).get("toString")).toBeUndefined();
  });

  it.for([
    ["nothing", ""],
    ["white space", " "],
    ["an array", "[]"],
    ["null", "null"],
    ["a string", '"a"'],
    ["a number", "1"],
    ["an open brace", "{"],
    ["two braces", "{{}}"],
    ["a duplicate key", '{"a":1,"a":1}'],
    ["a duplicate key, once escaped", String.raw`{"a":1,"\u0061":1}`],
    ["nesting", '{"a":{}}'],
    ["an array inside", '{"a":[]}'],
    ["trailing bytes", '{"a":1}x'],
    ["a second object", '{"a":1}{"a":1}'],
    ["a trailing NUL", '{"a":1}\0'],
    ["a trailing comma", '{"a":1,}'],
    ["a leading comma", '{,"a":1}'],
    ["a missing comma", '{"a":1 "b":2}'],
    ["a missing colon", '{"a" 1}'],
    ["a missing value", '{"a":}'],
    ["a bare key", "{a:1}"],
    ["single quotes", "{'a':1}"],
    ["a comment", '{"a":1/**/}'],
    ["NaN", '{"a":NaN}'],
    ["Infinity", '{"a":Infinity}'],
    ["minus Infinity", '{"a":-Infinity}'],
    ["a plus sign", '{"a":+1}'],
    ["a leading zero", '{"a":01}'],
    ["a hexadecimal number", '{"a":0x1}'],
    ["a point and no digit", '{"a":1.}'],
    ["no digit and a point", '{"a":.1}'],
    ["an empty exponent", '{"a":1e}'],
    ["a lone minus", '{"a":-}'],
    ["a capital True", '{"a":True}'],
    ["a cut word", '{"a":tru}'],
    ["undefined", '{"a":undefined}'],
    ["a word run together", '{"a":nullnull}'],
    ["an open string", '{"a":"b}'],
    ["a string cut in its escape", '{"a":"\\'],
    ["a line feed in a string", '{"a":"\n"}'],
    ["a NUL in a string", '{"a":"\0"}'],
    ["a control character behind an escape", '{"a":"\\n\u001f"}'],
    ["an unknown escape", String.raw`{"a":"\x41"}`],
    ["an escape off the prototype", String.raw`{"a":"\constructor"}`],
    ["a short unicode escape", String.raw`{"a":"\u41"}`],
    ["a signed unicode escape", String.raw`{"a":"\u+041"}`],
    ["a lone high surrogate", String.raw`{"a":"\ud83d"}`],
    ["a lone low surrogate", String.raw`{"a":"\ude00"}`],
    ["surrogates the wrong way round", String.raw`{"a":"\ude00\ud83d"}`],
    ["a lone surrogate in a key", String.raw`{"\ud800":1}`],
    ["a byte order mark", '\u{feff}{"a":1}'],
    ["a no-break space", '{\u00a0"a":1}'],
    ["a vertical tab", '{\v"a":1}'],
  ] as const)("refuses %s", ([, text]) => {
    expect(refusalOf(() => parseFlatJson(utf8(text)))).toBe("bad_json");
  });

  it.for([
    ["a stray continuation", [0x80]],
    ["a cut character", [0xc3]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["an encoded surrogate", [0xed, 0xa0, 0x80]],
    ["a code point too high", [0xf4, 0x90, 0x80, 0x80]],
    ["0xff", [0xff]],
  ] as const)("refuses invalid UTF-8: %s", ([, bytes]) => {
    const text = Uint8Array.from([...utf8('{"a":"'), ...bytes, ...utf8('"}')]);
    expect(refusalOf(() => parseFlatJson(text))).toBe("bad_json");
  });

  it("agrees with JSON.parse on every flat object", () => {
    const scalar = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), scalar), fc.nat(3), (object, indent) => {
        const text = JSON.stringify(object, null, indent);
        const fields = [...parseFlatJson(utf8(text))].map(([key, value]) => [
          key,
          value !== null && typeof value === "object" ? JSON.parse(value.number) : value,
        ]);
        expect(fields).toEqual(Object.entries(JSON.parse(text) as object));
      }),
    );
  });

  it("takes nothing that JSON.parse refuses, and throws nothing but its refusal", () => {
    const piece = fc.constantFrom(...'{}[]":,\\u0e+-.1tfn \n', "true", "null", '"a"', "\\ud800");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = `{${pieces.join("")}}`;
        const code = refusalOf(() => parseFlatJson(utf8(text)));
        expect([null, "bad_json"]).toContain(code);
        expect(code !== null || isJson(text)).toBe(true);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect([null, "bad_json"]).toContain(refusalOf(() => parseFlatJson(bytes)));
      }),
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
