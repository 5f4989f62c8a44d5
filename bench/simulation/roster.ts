/** Who takes part: customers and attackers, each with a habit, a name, an ATM and a seed. */

import type { Attacker } from "./attacks/attacker.ts";
import { Chance, seedOf } from "./chance.ts";
import type { Protocol } from "./deeds.ts";
import { ATTACKER_HABITS } from "./habits/attackers.ts";
import { CUSTOMER_HABITS } from "./habits/customers.ts";
import type { Credentials } from "./lines/bank-line.ts";
import type { Terminals } from "./terminals.ts";
import type { Visitor } from "./visit.ts";

/** One client in so many is an attacker. */
const ATTACKER_SHARE = 10;
/** People do not come all at once. */
const ARRIVAL_MS_EACH = 5;

export type Roster = {
  readonly visitors: readonly Visitor[];
  readonly attackers: readonly Attacker[];
};

export type RosterOptions = {
  clients: number;
  seed: number;
  /** Begins every name, so that it is new to the bank. */
  prefix: string;
  /** How many deeds or attacks each person does at most. */
  deedsMax: number;
};

export function castRoster(options: RosterOptions, terminals: Terminals): Roster {
  const { clients, seed, prefix, deedsMax } = options;
  const attackerCount = Math.floor(clients / ATTACKER_SHARE);
  const roles = castCustomers(clients - attackerCount, prefix);
  const modern = roles.filter(({ protocol }) => protocol === "modern").map(nameOf);
  const arrival = (chance: Chance): number => chance.below(clients * ARRIVAL_MS_EACH);

  const visitors = roles.map((role, person): Visitor => {
    const { habit, protocol, who } = role;
    const own = seedOf(seed, person);
    // Only over the modern protocol one learns of a payment, so only there one is paid.
    const others = modern.filter((name) => name !== who.username);
    const chance = new Chance(own, protocol === "modern", others);
    const arrivesAfterMs = arrival(chance);
    const terminal = terminals.terminalOf(person);
    return { habit, protocol, who, terminal, seed: own, chance, arrivesAfterMs, deedsMax };
  });
  const names = roles.map(nameOf);
  const attackers = castAttackers(attackerCount, prefix, terminals).map((role, index): Attacker => {
    const chance = new Chance(seedOf(seed, clients + index), false, names);
    return { ...role, chance, arrivesAfterMs: arrival(chance), attacksMax: deedsMax };
  });
  return { visitors, attackers };
}

type Role = { habit: Visitor["habit"]; protocol: Protocol; who: Credentials };

function castCustomers(count: number, prefix: string): Role[] {
  const numbers = new Map<string, number>();
  return deal(CUSTOMER_HABITS, count).map((habit) => {
    const number = (numbers.get(habit.name) ?? 0) + 1;
    numbers.set(habit.name, number);
    const protocol = habit.protocols[number % habit.protocols.length] ?? habit.protocols[0];
    return { habit, protocol, who: credentialsOf(`${prefix}-${habit.name}-${number}`) };
  });
}

function castAttackers(
  count: number,
  prefix: string,
  terminals: Terminals,
): Pick<Attacker, "habit" | "who" | "terminal">[] {
  const canHide = terminals.attackerTerminalOf(0) !== null;
  const habits = ATTACKER_HABITS.filter(({ needsAddress }) => canHide || !needsAddress);
  return deal(habits, count).map((habit, index) => {
    const terminal = terminals.attackerTerminalOf(index) ?? terminals.terminalOf(index);
    return { habit, who: credentialsOf(`${prefix}-${habit.name}-${index + 1}`), terminal };
  });
}

/** Deals so many habits that each is as frequent as its share asks, the first ones early. */
export function deal<T extends { readonly share: number }>(
  habits: readonly T[],
  count: number,
): T[] {
  const dealt = habits.map((habit) => ({ habit, times: 0 }));
  return Array.from({ length: count }, () => {
    const next = dealt.reduce((least, one) =>
      (one.times + 1) / one.habit.share < (least.times + 1) / least.habit.share ? one : least,
    );
    next.times += 1;
    return next.habit;
  });
}

const nameOf = ({ who }: { who: Credentials }): string => who.username;

const credentialsOf = (username: string): Credentials => ({
  username,
  password: `the password of ${username}`,
});
