/** An attacker at work: decides by its habit, attacks, and tells what came of it. */

import type { Chance } from "../chance.ts";
import type { Note } from "../customer.ts";
import type { Attack, AttackerHabit } from "../habits/attackers.ts";
import type { Bank, Credentials } from "../lines/bank-line.ts";
import type { Pace } from "../pace.ts";
import { deafness, garbage, trickle } from "./bad-manners.ts";
import { forgeClassic, replayClassic } from "./classic-attacks.ts";
import { forgeModern, guess, replayModern } from "./modern-attacks.ts";

/** `gained`: what was tried has worked. */
export type Outcome = { result: string; gained: boolean };

export type Attacker = {
  readonly habit: AttackerHabit;
  readonly who: Credentials;
  readonly terminal: number;
  readonly chance: Chance;
  readonly arrivesAfterMs: number;
  readonly attacksMax: number;
};

/** What an attack may use. */
export type Means = {
  readonly attacker: Attacker;
  readonly bank: Bank;
  readonly pace: Pace;
  readonly hear: (note: Note) => void;
  /** Counts the changes that the attacker has honestly asked for. */
  readonly nextSerial: () => number;
};

export type AttackListener = {
  decided(attack: Attack): void;
  heard(note: Note): void;
  attacked(attack: Attack, outcome: Outcome): void;
};

export async function runAttacker(
  attacker: Attacker,
  bank: Bank,
  pace: Pace,
  listener: AttackListener,
): Promise<void> {
  const { habit, chance, attacksMax } = attacker;
  let serial = 0;
  const nextSerial = (): number => (serial += 1);
  const hear = (note: Note): void => listener.heard(note);
  await pace.pause(attacker.arrivesAfterMs);
  for (let turn = 0; turn < attacksMax && !pace.isOver; turn++) {
    const attack = habit.next(turn, chance);
    listener.decided(attack);
    listener.attacked(attack, await perform(attack, { attacker, bank, pace, hear, nextSerial }));
    await pace.pause(habit.pauseMs);
  }
}

function perform(attack: Attack, means: Means): Promise<Outcome> {
  switch (attack.type) {
    case "guess":
      return guess(attack, means);
    case "replay":
      return attack.protocol === "classic"
        ? replayClassic(attack, means)
        : replayModern(attack, means);
    case "forge":
      return attack.protocol === "classic"
        ? forgeClassic(attack, means)
        : forgeModern(attack, means);
    case "garbage":
      return garbage(attack, means);
    case "trickle":
      return trickle(attack, means);
    case "deafness":
      return deafness(attack, means);
  }
}
