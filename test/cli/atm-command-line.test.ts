/** What is typed at the terminal ATM, as wishes. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cents } from "../../src/bank/money.ts";
import { USAGES, parseAmount, parseWish, wordsOf } from "../../src/cli/atm-command-line.ts";

describe("an amount", () => {
  it.for([
    ["20", 2_000],
    ["20.50", 2_050],
    ["0.01", 1],
    ["$1,000", 100_000],
    ["$1,234,567.89", 123_456_789],
    ["0", null],
    ["0.00", null],
    ["20.5", null], //    Fifty cents, or five?
    ["20,50", null],
    ["1,00", null],
    ["-20", null],
    ["1e3", null],
    ["0x10", null],
    ["", null],
    ["٢٠", null],
  ] as const)("%s is %s cents", ([text, amount]) => {
    expect(parseAmount(text)).toBe(amount);
  });

  it("of any size is read exactly", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999_999_999 }), (amount) => {
        const text = `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, "0")}`;
        expect(parseAmount(text)).toBe(amount);
      }),
    );
  });
});

describe("a line", () => {
  it.for([
    ["", []],
    ["  deposit   20 ", ["deposit", "20"]],
    ['log-in ada "my files/password"', ["log-in", "ada", "my files/password"]],
    ['transfer "" 5', ["transfer", "", "5"]],
  ] as const)("%j has the words %j", ([line, words]) => {
    expect(wordsOf(line)).toEqual(words);
  });
});

describe("a wish", () => {
  it.for([
    ["sign-up ada", { type: "sign-up", username: "ada" }],
    ["log-in ada file", { type: "log-in", username: "ada", file: "file" }],
    ["password", { type: "password" }],
    ["password new-file", { type: "password", file: "new-file" }],
    ["balance", { type: "balance" }],
    ["sessions", { type: "sessions" }],
    ["confirm file", { type: "confirm", file: "file" }],
    ["confirm --code 123456", { type: "confirm", code: "123456" }],
    ["log-in ada --code 123456", { type: "log-in", username: "ada", code: "123456" }],
    [
      "log-in --code ABCD-EFGH-IJKL-MN23 ada file",
      { type: "log-in", username: "ada", file: "file", code: "ABCDEFGHIJKLMN23" },
    ],
    ['password new-file --code "123 456"', { type: "password", file: "new-file", code: "123456" }],
    ["factor status", { type: "factor status" }],
    ["factor begin file", { type: "factor begin", file: "file" }],
    ["factor enrol", { type: "factor enrol" }],
    ["factor enrol --no-qr file", { type: "factor enrol", file: "file", withoutQr: true }],
    ["factor enrol --code 123456", { type: "factor enrol", code: "123456" }],
    ["factor remove --code 123456", { type: "factor remove", code: "123456" }],
    [`sessions end ${"0f".repeat(16)}`, { type: "sessions end", session: "0f".repeat(16) }],
    [
      "transfer bob 5 --code 123456",
      { type: "transfer", to: "bob", amount: cents(500), memo: "--code 123456" },
    ],
    ["log-out", { type: "log-out" }],
    ["log-out --everywhere", { type: "log-out", everywhere: true }],
    ["deposit 20", { type: "deposit", amount: cents(2_000) }],
    ["withdraw --key k-1 0.50", { type: "withdraw", amount: cents(50), key: "k-1" }],
    ["transfer bob 5", { type: "transfer", to: "bob", amount: cents(500) }],
    [
      "transfer bob 5 for the tea --key k",
      { type: "transfer", to: "bob", amount: cents(500), memo: "for the tea", key: "k" },
    ],
    ["history", { type: "history" }],
    ["history 5", { type: "history", limit: 5 }],
    ["history 5 42", { type: "history", limit: 5, before: "42" }],
    ["log-out", { type: "log-out" }],
    ["quit", { type: "quit" }],
  ] as const)("%s is understood", ([line, wish]) => {
    expect(parseWish(wordsOf(line))).toEqual(wish);
  });

  it.for([
    "sign-up",
    "log-in ada file other",
    "log-in ada --code",
    "log-in ada --code 12345",
    "sign-up ada --code 123456",
    "password --code one-two-three",
    "factor status now",
    "factor enrol file --code 123456",
    "factor enrol --code 123456 --no-qr",
    "factor enrol file other",
    "factor remove --code 12",
    "sessions end",
    "sessions end 3",
    `sessions end ${"0F".repeat(16)}`,
    "sessions now",
    "deposit",
    "deposit twenty",
    "deposit 20 30",
    "deposit 20 --key",
    "deposit 20 --key not/a/key",
    "balance now",
    "balance --key k",
    "transfer bob",
    "transfer 5 bob",
    "history 0",
    "history 101",
    "history 5 x",
    "history 5 42 1",
  ])("%s is answered with how it is typed", (line) => {
    const usages = Object.entries(USAGES).filter(([name]) => line.startsWith(name));
    const [, usage] = usages.toSorted(([a], [b]) => a.length - b.length).at(-1) ?? [];
    expect(() => parseWish(wordsOf(line))).toThrow(`It is typed: ${usage}`);
  });

  it.for(["rob", "toString", "Deposit 20"])("%s is unknown", (line) => {
    expect(() => parseWish(wordsOf(line))).toThrow("try help");
  });

  it.for(["factor", "factor remov"])("%s is answered with what there is", (line) => {
    expect(() => parseWish(wordsOf(line))).toThrow(
      "It is one of: factor status, factor begin, factor enrol, factor remove",
    );
  });
});
