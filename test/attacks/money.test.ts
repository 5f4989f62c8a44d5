/** Amounts and actions that would make or lose money, sealed with the session's true keys. */

import { describe, expect, it } from "vitest";
import { BALANCE_CENTS_MAX, formatDollars } from "../../src/bank/money.ts";
import { startTestBank } from "../test-bank.ts";
import { readBooks, setBalance } from "./books.ts";
import { ForgedSession } from "./forged-session.ts";

const AMOUNT = "an amount is a whole number of dollars above zero";
const TOO_LARGE = "the amount is above the limit of one transaction";
const TYPE = "a field is of the wrong type";
const JSON_FAULT = "the message is not one flat JSON object";
const MISSING = "a field is missing";
const ACTION = "there is no such action";

const deposit = (amount: string): string => `{"action": "deposit", "amount": ${amount}}`;
const withdraw = (amount: string): string => `{"action": "withdraw", "amount": ${amount}}`;

/** Each is asked of an account with $100 in it. */
const ATTACKS = [
  [
    "D8",
    "a negative deposit, or one of nothing",
    [
      ["a negative deposit", deposit("-500"), AMOUNT],
      ["a deposit of nothing", deposit("0"), AMOUNT],
      ["a deposit of minus nothing", deposit("-0"), AMOUNT],
    ],
  ],
  [
    "D9",
    "a negative withdrawal, or one of nothing",
    [
      ["a negative withdrawal", withdraw("-1000"), AMOUNT],
      ["a withdrawal of nothing", withdraw("0"), AMOUNT],
    ],
  ],
  [
    "D10",
    "fractions and booleans as money",
    [
      ["a tenth of a dollar", deposit("0.1"), AMOUNT],
      ["a whole number written as a fraction", deposit("1.0"), AMOUNT],
      ["a whole number written as a power", deposit("1e2"), AMOUNT],
      ["true as an amount", deposit("true"), TYPE],
      ["false as a withdrawal's amount", withdraw("false"), TYPE],
    ],
  ],
  [
    "D11",
    "numbers that are none, or that a double does not hold",
    [
      ["NaN", deposit("NaN"), JSON_FAULT],
      ["Infinity", deposit("Infinity"), JSON_FAULT],
      ["minus Infinity", withdraw("-Infinity"), JSON_FAULT],
      ["a number that overflows to infinity", deposit("1e999"), AMOUNT],
      ["2^53 + 1, which a double rounds", deposit("9007199254740993"), TOO_LARGE],
    ],
  ],
  [
    "D12",
    "an amount of the wrong form, or none",
    [
      ["an amount as text", deposit('"5"'), TYPE],
      ["an amount as an empty text", deposit('""'), TYPE],
      ["no amount", '{"action": "deposit"}', MISSING],
      ["an amount of null", deposit("null"), TYPE],
      ["an amount as an array", deposit("[5]"), JSON_FAULT],
      ["an amount as an object", deposit('{"valueOf": 5}'), JSON_FAULT],
      ["an amount in hexadecimal", deposit("0x10"), JSON_FAULT],
      ["an amount with a leading zero", deposit("010"), JSON_FAULT],
      ["an amount with a plus sign", deposit("+5"), JSON_FAULT],
      ["an amount in digits that are not ASCII", deposit("٥"), JSON_FAULT],
      ["two amounts", '{"action": "deposit", "amount": 1, "amount": 2}', JSON_FAULT],
    ],
  ],
  [
    "D13",
    "an amount without limit",
    [
      ["a dollar above the limit", deposit("1000001"), TOO_LARGE],
      ["a deposit of 10^2900", deposit(`1${"0".repeat(2_900)}`), TOO_LARGE],
      ["a withdrawal of 10^2900", withdraw(`1${"0".repeat(2_900)}`), TOO_LARGE],
    ],
  ],
  [
    "D14",
    "an action that there is not, or too much with it",
    [
      ["an unknown action", '{"action": "x", "amount": 1}', ACTION],
      ["an action in capitals", '{"action": "Deposit", "amount": 1}', ACTION],
      ["an action with a space behind it", '{"action": "deposit ", "amount": 1}', ACTION],
      ["an action of the prototype", '{"action": "constructor", "amount": 1}', ACTION],
      ["no action", '{"amount": 1}', MISSING],
      ["a login inside a session", '{"action": "login", "amount": 1}', ACTION],
      [
        "an account to act on",
        '{"action": "balance", "username": "bob"}',
        "there is a field too many",
      ],
      ["an empty message", "", JSON_FAULT],
    ],
  ],
] as const;

describe("money", () => {
  it.for(ATTACKS)("%s: refused by a session that lives on: %s", async ([, , attacks]) => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    await session.deposit(100);
    for (const [attack, plaintext, detail] of attacks) {
      const reply = await session.ask(session.seal(plaintext));
      expect([attack, reply]).toEqual([attack, `Invalid request: ${detail}`]);
      expect([attack, await session.balance()]).toEqual([attack, "Current Balance: $100"]);
    }
    const { balances, transactions, sumOfBalances } = readBooks(bank.folder);
    expect(balances).toEqual({ alice: 10_000 });
    expect({ transactions, sumOfBalances }).toEqual({ transactions: 1, sumOfBalances: 0 });
    const refused = bank.audit().filter(({ action }) => action === "request");
    expect(refused).toHaveLength(attacks.length);
  });

  it("D13: balances end at a limit, below which every reply is exact and whole", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    expect(await session.deposit(1_000_000)).toBe("Deposited $1000000. New Balance: $1000000");
    // A million such deposits would be needed; the rest of the way is put into the books.
    await bank.bank.stop();
    setBalance(bank.folder, "alice", BALANCE_CENTS_MAX - 100);
    const later = await startTestBank({ folder: bank.folder });
    const again = await ForgedSession.again(later, "alice");
    const full = formatDollars(BALANCE_CENTS_MAX);
    expect(await again.deposit(2)).toBe("Invalid request: the balance would be above the limit");
    expect(await again.deposit(1)).toBe(`Deposited $1. New Balance: ${full}`);
    expect(await again.balance()).toBe(`Current Balance: ${full}`);
  });

  it("D13: parallel withdrawals from two sessions cannot overdraw", async () => {
    const bank = await startTestBank();
    const one = await ForgedSession.open(bank, "alice");
    const two = await ForgedSession.again(bank, "alice");
    await one.deposit(100);
    const sessions = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? one : two));
    await Promise.all(
      sessions.map((session) =>
        session.line.send(session.seal('{"action": "withdraw", "amount": 10}')),
      ),
    );
    const replies: string[] = [];
    for (const session of sessions) replies.push(await session.reply());
    expect(replies.filter((reply) => reply.startsWith("Withdrew $10."))).toHaveLength(10);
    expect(replies.filter((reply) => reply === "Insufficient funds")).toHaveLength(30);
    expect(await one.balance()).toBe("Current Balance: $0");
  });
});
