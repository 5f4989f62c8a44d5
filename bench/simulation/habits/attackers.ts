/** The habits of attackers: what they try, and how often. They gain nothing by any of it. */

import type { Cents } from "../../../src/bank/money.ts";
import type { Chance } from "../chance.ts";
import type { Protocol } from "../deeds.ts";

export type Attack =
  /** Somebody else's password. */
  | { type: "guess"; protocol: Protocol; victim: string; password: string }
  /** A deposit of the attacker's own, and its very bytes again. */
  | { type: "replay"; protocol: Protocol; amount: Cents }
  /** A change that would make money, sealed with a session's true keys. */
  | { type: "forge"; protocol: Protocol; action: "deposit" | "withdraw"; amount: string }
  | { type: "garbage"; bytes: Uint8Array }
  /** A message that is never finished. */
  | { type: "trickle"; bytes: number; pauseMs: number }
  /** Requests whose replies are never read. */
  | { type: "deafness"; requests: number };

export type AttackerHabit = {
  readonly name: string;
  /** In relation to the others. */
  readonly share: number;
  readonly pauseMs: number;
  /** Whether it needs an address from which nobody else calls: it gets that locked out. */
  readonly needsAddress: boolean;
  readonly next: (turn: number, chance: Chance) => Attack;
};

const PROTOCOLS = ["classic", "modern"] as const;
const PASSWORDS = ["123456", "password", "letmein", "qwerty", "iloveyou"] as const;
const AMOUNTS = ["-500", "0", "-0", "0.1", "1e999", "9007199254740993", "true", '"5"'] as const;
/** A brace, the preface's letter, a TLS record, and nothing that any client begins with. */
const FIRST_BYTES = [0x7b, 0x41, 0x16, 0x00] as const;

const guesser: AttackerHabit = {
  ...{ name: "guesser", share: 2, pauseMs: 300, needsAddress: true },
  next: (_turn, chance) => ({
    ...{ type: "guess", protocol: chance.oneOf(PROTOCOLS) },
    ...{ victim: chance.payee(), password: chance.oneOf(PASSWORDS) },
  }),
};

const replayer: AttackerHabit = {
  ...{ name: "replayer", share: 2, pauseMs: 300, needsAddress: false },
  next: (_turn, chance) => ({
    ...{ type: "replay", protocol: chance.oneOf(PROTOCOLS), amount: chance.amount() },
  }),
};

const forger: AttackerHabit = {
  ...{ name: "forger", share: 2, pauseMs: 300, needsAddress: false },
  next: (_turn, chance) => ({
    ...{ type: "forge", protocol: chance.oneOf(PROTOCOLS) },
    ...{ action: chance.oneOf(["deposit", "withdraw"]), amount: chance.oneOf(AMOUNTS) },
  }),
};

const babbler: AttackerHabit = {
  ...{ name: "babbler", share: 1, pauseMs: 200, needsAddress: false },
  next(_turn, chance) {
    const bytes = Uint8Array.from({ length: chance.between(1, 6_000) }, () => chance.below(256));
    bytes[0] = chance.oneOf(FIRST_BYTES);
    return { type: "garbage", bytes };
  },
};

const trickler: AttackerHabit = {
  ...{ name: "trickler", share: 1, pauseMs: 200, needsAddress: false },
  next: (_turn, chance) => ({ type: "trickle", bytes: chance.between(5, 40), pauseMs: 100 }),
};

const deaf: AttackerHabit = {
  ...{ name: "deaf", share: 1, pauseMs: 500, needsAddress: false },
  next: (_turn, chance) => ({ type: "deafness", requests: chance.between(50, 400) }),
};

export const ATTACKER_HABITS: readonly AttackerHabit[] = [
  ...[guesser, replayer, forger, babbler, trickler, deaf],
];
