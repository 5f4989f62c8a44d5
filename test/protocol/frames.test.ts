/** Frames, cut at every byte: the same bodies come out of a stream however TCP has cut it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encodeFrame,
  FRAME_BYTES_MAX,
  FRAME_BYTES_MIN,
  FrameSplitter,
} from "../../src/protocol/frames.ts";
import { toHex, utf8 } from "../ciphers/cipher-sets.ts";
import { refusalOf } from "./refusal.ts";

const PREFACE = utf8("ATM/2\n");

const bodyOf = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7 + length) & 0xff);
const BODIES = [16, 17, 300, 255, 256].map(bodyOf);
const STREAM = Uint8Array.from(BODIES.flatMap((body) => [...encodeFrame(body)]));

function split(chunks: Iterable<Uint8Array>, splitter = new FrameSplitter()): string[] {
  const bodies: Uint8Array[] = [];
  for (const chunk of chunks) bodies.push(...splitter.push(chunk));
  return bodies.map(toHex);
}

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

describe("a stream of frames", () => {
  const expected = BODIES.map(toHex);

  it("is the same whole, in single bytes, and in pieces of any size", () => {
    for (let size = 1; size <= STREAM.length; size++) {
      expect(split(cut(STREAM, size))).toEqual(expected);
    }
  });

  it("is the same cut once at every byte, behind a preface too", () => {
    const bytes = Uint8Array.from([...PREFACE, ...STREAM]);
    for (let at = 0; at <= bytes.length; at++) {
      const chunks = [bytes.slice(0, at), bytes.slice(at)];
      expect(split(chunks, new FrameSplitter(PREFACE))).toEqual(expected);
    }
  });

  it("is the same for any frames and any cuts", () => {
    const body = fc.uint8Array({ minLength: FRAME_BYTES_MIN, maxLength: 400 });
    fc.assert(
      fc.property(fc.array(body), fc.array(fc.nat(500)), (bodies, sizes) => {
        const bytes = Uint8Array.from(bodies.flatMap((each) => [...encodeFrame(each)]));
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const size of [...sizes, bytes.length]) chunks.push(bytes.slice(at, (at += size)));
        expect(split(chunks)).toEqual(bodies.map(toHex));
      }),
    );
  });

  it("comes a thousand frames at once", () => {
    const frame = encodeFrame(bodyOf(16));
    const bytes = Uint8Array.from({ length: 1000 * frame.length }, (_, i) => frame[i % 18]!);
    expect(split([bytes])).toHaveLength(1000);
  });

  it("keeps bodies that the caller keeps, while their buffer is used again", () => {
    const splitter = new FrameSplitter();
    const kept = [...cut(STREAM, 5)].flatMap((chunk) => [...splitter.push(chunk)]);
    expect(kept.map(toHex)).toEqual(expected);
  });

  it.for([
    ["nothing", 0, false],
    ["one byte of a length", 1, true],
    ["a length", 2, true],
    ["all but one byte", 17, true],
    ["a frame", 18, false],
    ["a frame and a byte", 19, true],
  ] as const)("after %s is unfinished or not", ([, length, partial]) => {
    const splitter = new FrameSplitter();
    split([STREAM.slice(0, length)], splitter);
    expect(splitter.partial).toBe(partial);
  });

  it("is unfinished within its preface, and not behind it", () => {
    const splitter = new FrameSplitter(PREFACE);
    const states = [...cut(PREFACE, 1)].map((byte) => {
      split([byte], splitter);
      return splitter.partial;
    });
    expect(states).toEqual([true, true, true, true, true, false]);
  });
});

describe("a length", () => {
  it.for([0, 1, FRAME_BYTES_MIN - 1, FRAME_BYTES_MAX + 1, 0xffff])(
    "of %i is refused at its second byte, before any of the body",
    (length) => {
      const header = Uint8Array.of(length >> 8, length);
      expect(refusalOf(() => split([header]))).toBe("bad_frame_length");
      expect(refusalOf(() => split(cut(header, 1)))).toBe("bad_frame_length");
      expect(refusalOf(() => split([Uint8Array.from([...STREAM, ...header])]))).toBe(
        "bad_frame_length",
      );
    },
  );

  it.for([FRAME_BYTES_MIN, FRAME_BYTES_MAX])("of %i is taken, in pieces of any size", (length) => {
    const frame = encodeFrame(bodyOf(length));
    for (const size of [1, 2, 3, 1000, frame.length]) {
      expect(split(cut(frame, size))).toEqual([toHex(bodyOf(length))]);
    }
  });

  it.for([0, FRAME_BYTES_MIN - 1, FRAME_BYTES_MAX + 1])("of %i is never sent", (length) => {
    expect(() => encodeFrame(new Uint8Array(length))).toThrow(RangeError);
  });
});

describe("anything else", () => {
  it.for([0, 1, 2, 3, 4, 5])("than the preface is refused at byte %i", (at) => {
    const wrong = PREFACE.with(at, PREFACE[at]! ^ 1).subarray(0, at + 1);
    expect(refusalOf(() => split([wrong], new FrameSplitter(PREFACE)))).toBe("bad_handshake");
    expect(refusalOf(() => split(cut(wrong, 1), new FrameSplitter(PREFACE)))).toBe("bad_handshake");
  });

  it("of random bytes is refused with one of two codes, or gives bodies of a legal length", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), fc.boolean(), (chunks, withPreface) => {
        const splitter = new FrameSplitter(withPreface ? PREFACE : new Uint8Array(0));
        const code = refusalOf(() => {
          for (const body of split(chunks, splitter)) {
            expect(body.length).toBeGreaterThanOrEqual(2 * FRAME_BYTES_MIN);
          }
        });
        expect([null, "bad_frame_length", "bad_handshake"]).toContain(code);
      }),
    );
  });
});
