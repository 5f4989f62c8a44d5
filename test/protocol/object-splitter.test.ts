/** Framing, cut at every byte: the same objects come out of a stream however TCP has cut it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MESSAGE_BYTES_MAX, ObjectSplitter } from "../../src/protocol/object-splitter.ts";
import { utf8 } from "../ciphers/cipher-sets.ts";
import { refusalOf } from "./refusal.ts";

const OBJECTS = [
  '{"action": "login", "username": "alice", "password": "SecurePass123"}',
  "{}",
  String.raw`{"a":"}{\"}{","b":"\\"}`,
  '{"a":{"b":{"c":[{}]}},"d":"é😀"}',
  '{"\\\\":"\\""}',
];
const STREAM = ` ${OBJECTS.join("\r\n\t ")}${OBJECTS.join("")} \n`;
const EXPECTED = [...OBJECTS, ...OBJECTS];

/** Pushes every chunk to one splitter and gives the objects as text. */
function split(chunks: Iterable<Uint8Array>, splitter = new ObjectSplitter()): string[] {
  const objects: Uint8Array[] = [];
  for (const chunk of chunks) objects.push(...splitter.push(chunk));
  return objects.map((object) => new TextDecoder().decode(object));
}

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

const objectOf = (length: number): string => `{"a":"${"x".repeat(length - 8)}"}`;

describe("a stream of objects", () => {
  it("is the same whole, in single bytes, and in pieces of any size", () => {
    const bytes = utf8(STREAM);
    for (let size = 1; size <= bytes.length; size++) {
      expect(split(cut(bytes, size))).toEqual(EXPECTED);
    }
  });

  it("is the same cut once at every byte", () => {
    const bytes = utf8(STREAM);
    for (let at = 0; at <= bytes.length; at++) {
      expect(split([bytes.slice(0, at), bytes.slice(at)])).toEqual(EXPECTED);
    }
  });

  it("is the same for any objects and any cuts", () => {
    const object = fc
      .dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }))
      .map((fields) => JSON.stringify(fields).toWellFormed());
    fc.assert(
      fc.property(fc.array(object), fc.array(fc.nat(40)), (objects, sizes) => {
        const bytes = utf8(objects.join(" "));
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const size of [...sizes, bytes.length]) chunks.push(bytes.slice(at, (at += size)));
        expect(split(chunks)).toEqual(objects);
      }),
    );
  });

  it("keeps objects that the caller keeps, while their chunk is used again", () => {
    const splitter = new ObjectSplitter();
    const [first] = [...splitter.push(utf8('{"a":')), ...splitter.push(utf8("1}"))];
    const [second] = [...splitter.push(utf8('{"b":')), ...splitter.push(utf8("2}"))];
    expect([first, second].map((object) => new TextDecoder().decode(object))).toEqual([
      '{"a":1}',
      '{"b":2}',
    ]);
  });

  it.for([
    ["", false],
    [" \n", false],
    ["{", true],
    ['{"a":"}', true],
    ['{"a":1}', false],
    ['{"a":1} {', true],
  ] as const)("after %j is unfinished: %s", ([text, partial]) => {
    const splitter = new ObjectSplitter();
    split([utf8(text)], splitter);
    expect(splitter.partial).toBe(partial);
  });
});

describe("a stream of something else", () => {
  it.for(["x", "[", "}", '"', "\0", "\u{feff}{}", " x{}", "GET / HTTP/1.1"])(
    "%j is refused",
    (text) => {
      expect(refusalOf(() => split([utf8(text)]))).toBe("not_an_object");
    },
  );

  it("takes the object down that it follows directly, but no earlier one", () => {
    const objects: Uint8Array[] = [];
    const run = () => {
      for (const object of new ObjectSplitter().push(utf8('{"a":1}{"b":2} x')))
        objects.push(object);
    };
    expect(refusalOf(run)).toBe("not_an_object");
    expect(objects.map((object) => new TextDecoder().decode(object))).toEqual(['{"a":1}']);
  });

  it("is refused also when it comes later, alone", () => {
    const splitter = new ObjectSplitter();
    expect(split([utf8("{}")], splitter)).toEqual(["{}"]);
    expect(refusalOf(() => split([utf8("}")], splitter))).toBe("not_an_object");
  });
});

describe("a message", () => {
  it.for([1, 7, 4095, 4096, 10_000])("may have 4096 bytes and no more, in pieces of %i", (size) => {
    const longest = objectOf(MESSAGE_BYTES_MAX);
    expect(split(cut(utf8(longest + longest), size))).toEqual([longest, longest]);
    const tooLong = utf8(objectOf(MESSAGE_BYTES_MAX + 1));
    expect(refusalOf(() => split(cut(tooLong, size)))).toBe("message_too_long");
  });

  it("that never ends is refused at its 4097th byte, not later", () => {
    const splitter = new ObjectSplitter();
    split([utf8("{"), utf8(" ".repeat(MESSAGE_BYTES_MAX - 1))], splitter);
    expect(splitter.partial).toBe(true);
    expect(refusalOf(() => split([utf8(" ")], splitter))).toBe("message_too_long");
  });

  it("does not count the white space before it", () => {
    const longest = objectOf(MESSAGE_BYTES_MAX);
    expect(split([utf8(" ".repeat(100_000)), utf8(longest)])).toEqual([longest]);
  });

  it("of random bytes is refused with one of two codes, or gives objects", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (chunks) => {
        const code = refusalOf(() => split(chunks));
        expect([null, "not_an_object", "message_too_long"]).toContain(code);
      }),
    );
  });
});
