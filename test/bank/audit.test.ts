/** The audit line: one event, one line, whatever the names hold. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAuditLine, type AuditEntry } from "../../src/bank/audit.ts";

const entry = (over: Partial<AuditEntry>): AuditEntry => ({
  sequence: 1,
  at: Date.UTC(2026, 1, 3, 4, 5, 6, 789),
  who: "alice",
  action: "deposit",
  outcome: "ok",
  amount: null,
  transaction: null,
  object: null,
  origin: "127.0.0.1:50000",
  ...over,
});

describe("formatAuditLine", () => {
  it("is the original's line, in UTC", () => {
    expect(formatAuditLine(entry({}))).toBe("alice\tdeposit\t2026-02-03 04:05:06");
  });

  it("names the reason of a refusal", () => {
    const refused = entry({ action: "withdraw", outcome: "insufficient_funds" });
    expect(formatAuditLine(refused)).toContain("\twithdraw: insufficient_funds\t");
  });

  it.for([
    ["x\tFORGED", "x\\u{9}FORGED"],
    ["x\nroot", "x\\u{a}root"],
    ["x\r", "x\\u{d}"],
    ["x\u2028y\u2029", "x\\u{2028}y\\u{2029}"],
    ["\u001b[2J", "\\u{1b}[2J"],
    ["\u202eevil", "\\u{202e}evil"],
    ["\ud800", "\\u{d800}"],
    ["a\\u{9}b", "a\\u{5c}u{9}b"],
  ] as const)("escapes %o", ([who, escaped]) => {
    expect(formatAuditLine(entry({ who })).split("\t")[0]).toBe(escaped);
  });

  it("has three columns and no line break, for every name and action", () => {
    const text = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(text, text, text, (who, action, outcome) => {
        const line = formatAuditLine(entry({ who, action, outcome }));
        expect(line.split("\t")).toHaveLength(3);
        expect(line).not.toMatch(/[\n\r\u2028\u2029\u0000-\u0008]/);
      }),
    );
  });
});
