/** Base64url: every byte string has one text, and every other text is refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64Url, encodeBase64Url } from "../../src/protocol/base64url.ts";
import { toHex, utf8 } from "../ciphers/cipher-sets.ts";

describe("base64url", () => {
  it.for([
    ["", ""],
    ["f", "Zg=="],
    ["fo", "Zm8="],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg=="],
    ["fooba", "Zm9vYmE="],
    ["foobar", "Zm9vYmFy"],
    ["???>>>", "Pz8_Pj4-"],
  ] as const)("of %j is %j (RFC 4648 section 10)", ([plain, text]) => {
    expect(encodeBase64Url(utf8(plain))).toBe(text);
    expect(decodeBase64Url(text)).toEqual(utf8(plain));
  });

  it.for([
    ["no padding", "Zg"],
    ["half the padding", "Zg="],
    ["too much padding", "Zm8=="],
    ["three pads", "Z==="],
    ["nothing but pads", "===="],
    ["a pad inside", "Zg==Zm9v"],
    ["a pad before the last character", "Zm=v"],
    ["stray bits behind one byte", "Zh=="],
    ["stray bits behind two bytes", "Zm9="],
    ["the other alphabet's plus", "Pz8+"],
    ["the other alphabet's slash", "Pz8/"],
    ["a space", "Zm9 "],
    ["a line feed", "Zm9v\n"],
    ["a percent sign", "%m9v"],
    ["a character beyond ASCII", "Zm9é"],
    ["a character beyond the table", "Zm9\u{ffff}"],
  ] as const)("refuses %s", ([, text]) => {
    expect(decodeBase64Url(text)).toBeNull();
  });

  it("comes back as it went, and is what Node makes of the same bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = encodeBase64Url(bytes);
        const node = Buffer.from(bytes)
          .toString("base64")
          .replaceAll("+", "-")
          .replaceAll("/", "_");
        expect(text).toBe(node);
        expect(toHex(decodeBase64Url(text)!)).toBe(toHex(bytes));
      }),
    );
  });

  it("has no second text for the same bytes", () => {
    const characters = fc.constantFrom(..."AQgw_-9=+ é");
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 12 }), (text) => {
        const bytes = decodeBase64Url(text);
        expect([null, text]).toContain(bytes && encodeBase64Url(bytes));
      }),
    );
  });
});
