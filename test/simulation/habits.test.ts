/** Habits decide by their seed alone, and only what their protocol can do. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Chance } from "../../bench/simulation/chance.ts";
import type { Deed, Protocol } from "../../bench/simulation/deeds.ts";
import { ATTACKER_HABITS } from "../../bench/simulation/habits/attackers.ts";
import { CUSTOMER_HABITS } from "../../bench/simulation/habits/customers.ts";
import type { Habit } from "../../bench/simulation/habits/habit.ts";
import { castRoster, deal, type RosterOptions } from "../../bench/simulation/roster.ts";
import type { Terminals } from "../../bench/simulation/terminals.ts";

const TURNS = 200;
const OTHERS = ["ann", "bob"];
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

const TERMINALS: Terminals = {
  count: 2,
  terminalOf: (person) => 1 + (person % 2),
  attackerTerminalOf: () => 201,
};
const ROSTER: RosterOptions = { clients: 100, seed: 42, prefix: "s42", deedsMax: 5 };

function deedsOf(habit: Habit, protocol: Protocol, seed: number): Deed[] {
  const chance = new Chance(seed, protocol === "modern", OTHERS);
  return Array.from({ length: TURNS }, (_, turn) => habit.next(turn, chance, protocol));
}

describe.for(CUSTOMER_HABITS)("a $name", (habit) => {
  it.for(habit.protocols)("decides the same with the same seed, over %s", (protocol) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(deedsOf(habit, protocol, seed)).toEqual(deedsOf(habit, protocol, seed));
      }),
      { numRuns: 20 },
    );
  });

  it.for(habit.protocols)("asks only for what can be asked for over %s", (protocol) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const moves = deedsOf(habit, protocol, seed).flatMap((deed) =>
          deed.type === "move" ? [deed.wish] : [],
        );
        const amounts = moves.map(({ amount }) => amount);
        expect(new Set(amounts).size, "no amount is there twice").toBe(amounts.length);
        expect(Math.min(1, ...amounts)).toBe(1);
        if (protocol === "modern") return;
        expect(moves.filter(({ kind }) => kind === "transfer")).toEqual([]);
        expect(amounts.filter((amount) => amount % 100 !== 0)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});

describe.for(ATTACKER_HABITS)("a $name", (habit) => {
  it("decides the same with the same seed, and goes on attacking", () => {
    const attacksOf = (seed: number) => {
      const chance = new Chance(seed, false, OTHERS);
      return Array.from({ length: TURNS }, (_, turn) => habit.next(turn, chance));
    };
    expect(attacksOf(7)).toEqual(attacksOf(7));
    expect(attacksOf(7)).not.toEqual(attacksOf(8));
  });
});

describe("the roster", () => {
  it("has every habit, one attacker in ten, and no name twice", () => {
    const { visitors, attackers } = castRoster(ROSTER, TERMINALS);
    expect([visitors.length, attackers.length]).toEqual([90, 10]);
    expect(new Set(visitors.map(({ habit }) => habit))).toEqual(new Set(CUSTOMER_HABITS));
    expect(new Set(attackers.map(({ habit }) => habit))).toEqual(new Set(ATTACKER_HABITS));
    const names = [...visitors, ...attackers].map(({ who }) => who.username);
    expect(new Set(names).size).toBe(100);
  });

  it("gives each habit its share", () => {
    const dealt = deal([{ share: 3 }, { share: 1 }], 40);
    expect(dealt.filter(({ share }) => share === 3)).toHaveLength(30);
  });

  it("has only modern customers paid, and nobody by itself", () => {
    const { visitors } = castRoster(ROSTER, TERMINALS);
    const modern = new Set(
      visitors.filter(({ protocol }) => protocol === "modern").map(({ who }) => who.username),
    );
    for (const { who, chance } of visitors) {
      const payees = Array.from({ length: TURNS }, () => chance.payee());
      expect(payees.filter((name) => !modern.has(name) || name === who.username)).toEqual([]);
    }
  });

  it("sends nobody to guess from an address where customers are", () => {
    const oneAddress: Terminals = {
      ...{ count: 1, terminalOf: () => 1, attackerTerminalOf: () => null },
    };
    const { attackers } = castRoster(ROSTER, oneAddress);
    expect(attackers.filter(({ habit }) => habit.needsAddress)).toEqual([]);
    const { attackers: hidden } = castRoster(ROSTER, TERMINALS);
    expect(hidden.filter(({ terminal }) => terminal < 201)).toEqual([]);
  });
});
