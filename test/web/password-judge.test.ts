/** What the page says of a new password: what the bank says of it, and never more. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkPassword } from "../../src/bank/credentials.ts";
import { readBlocklist } from "../../src/bank/password-blocklist.ts";
import { PASSWORD_PROFILES, passwordMinimum } from "../../src/bank/password-policy.ts";
import { hashNewPassword } from "../../src/workers/new-password.ts";
import { PasswordJudge } from "../../web/atm/password-judge.ts";

const HASHING = { peppers: [{ version: 1, key: new Uint8Array(48).fill(3) }], cost: 4 } as const;
const common = [...(await readBlocklist())];

const username = fc.constantFrom("al", "bob", "Alice.Liddell", "secure-atm", "\u{1f511}key");
const piece = fc.oneof(
  fc.constantFrom(...common),
  fc.constantFrom("bank password", "Secure ATM", "secureatm", "alice.liddell", "BOB", "\u{1f511}"),
  fc.string({ unit: "binary", maxLength: 16 }),
);
const password = fc
  .array(piece, { minLength: 1, maxLength: 3 })
  .map((pieces) => pieces.join(""))
  .filter((text) => checkPassword(text) === null);

describe("a judge that has the list", () => {
  it("says of every password what the bank says", async () => {
    const judge = new PasswordJudge();
    await judge.prepare();
    const asked = fc.record({ password, username, hasFactor: fc.boolean() });
    const reasons = new Set<string>();
    await fc.assert(
      fc.asyncProperty(asked, fc.constantFrom(...PASSWORD_PROFILES), async (wish, profile) => {
        const minimum = passwordMinimum(profile);
        const made = await hashNewPassword({ ...wish, ...HASHING, minimum });
        const refusal = "refusal" in made ? made.refusal : null;
        reasons.add(refusal ?? "taken");
        expect(judge.judge(wish, minimum)?.reason ?? null).toBe(refusal);
      }),
      { numRuns: 500 },
    );
    expect([...reasons].toSorted()).toEqual([
      "bank_name",
      "common",
      "taken",
      "too_short",
      "user_name",
    ]);
  });
});

describe("a judge without the list", () => {
  const strict = passwordMinimum("strict");
  const wish = { username: "alice", hasFactor: false };

  it("keeps the other rules, and leaves common passwords to the bank", async () => {
    const judge = new PasswordJudge(() => Promise.reject(new Error("no such file")));
    await judge.prepare();
    expect(judge.isPrepared).toBe(false);
    expect(judge.judge({ ...wish, password: "passwordpassword" }, strict)).toBeNull();
    expect(judge.judge({ ...wish, password: "fourteen chars" }, strict)?.reason).toBe("too_short");
  });

  it("asks for it again, and only until it has it", async () => {
    let asked = 0;
    const judge = new PasswordJudge(() => {
      asked += 1;
      return asked === 1 ? Promise.reject(new Error("lost")) : readBlocklist();
    });
    await judge.prepare();
    await Promise.all([judge.prepare(), judge.prepare()]);
    await judge.prepare();
    expect(asked).toBe(2);
    expect(judge.judge({ ...wish, password: "PasswordPassword" }, strict)?.reason).toBe("common");
  });
});

describe("of a bank that has not said how long a password must be", () => {
  it("refuses only what no bank takes", () => {
    const judge = new PasswordJudge();
    const wish = { username: "alice", hasFactor: false };
    expect(judge.judge({ ...wish, password: "eight ch" }, null)).toBeNull();
    expect(judge.judge({ ...wish, password: "sevench" }, null)).toEqual({
      reason: "too_short",
      charsMin: 8,
    });
  });
});
