/** The rules for new user names and passwords. */
import { describe, expect, it } from "vitest";
import { checkPassword, checkUsername } from "../../src/bank/credentials.ts";

describe("a user name", () => {
  it.for([
    ["alice", null],
    ["Zoë", null],
    ["名前", null],
    ["a.b_c-d@e+f9", null],
    ["a".repeat(32), null],
    ["𝒶".repeat(32), null], // 64 UTF-16 units, 32 characters.
    ["", "empty"],
    ["a".repeat(33), "too_long"],
    ["𝒶".repeat(33), "too_long"],
    ["a b", "bad_character"],
    [" alice", "bad_character"],
    ["a\tb", "bad_character"],
    ["a\nb", "bad_character"],
    ["a\u2028b", "bad_character"],
    ["a\u200bb", "bad_character"],
    ["a\u202eb", "bad_character"],
    ["a\ufe0f", "bad_character"], // A variation selector: looks like "a".
    ["\u3164", "bad_character"], // A Hangul filler: a letter that nobody sees.
    ["a\0", "bad_character"],
    ["a/b", "bad_character"],
    ["<b>", "bad_character"],
    ["😀", "bad_character"],
    ["\ud835", "bad_character"],
    ["e\u0301", "not_normal"],
  ] as const)("%j: %s", ([name, fault]) => {
    expect(checkUsername(name)).toBe(fault);
  });
});

describe("a password", () => {
  it.for([
    ["p", null],
    [" \t\n", null],
    ["abc\0def", null],
    ["e\u0301", null],
    ["p".repeat(128), null],
    ["😀".repeat(128), null],
    ["", "empty"],
    ["p".repeat(129), "too_long"],
    ["😀".repeat(129), "too_long"],
    ["p".repeat(100_000), "too_long"],
    ["\ud83d", "not_text"],
  ] as const)("%j: %s", ([password, fault]) => {
    expect(checkPassword(password)).toBe(fault);
  });
});
