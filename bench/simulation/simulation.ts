/**
 * A simulation: lets everybody loose on a bank, until all have done what they came for or the time
 * is over, and gathers what they can tell.
 */

import { createHash, type Hash } from "node:crypto";
import { runAttacker } from "./attacks/attacker.ts";
import type { Bank } from "./lines/bank-line.ts";
import { Pace } from "./pace.ts";
import type { Roster } from "./roster.ts";
import { Story } from "./story.ts";
import { Witness, type Testimony } from "./testimony.ts";
import { visit } from "./visit.ts";

export type SimulationOptions = {
  roster: Roster;
  bank: Bank;
  /** Ends it early, or at the end of its time. Nobody begins anything after that. */
  stop: AbortSignal;
  /** 1 for the habits' own times, 0 for none. */
  pace: number;
  /** Is done again and again, in this distance. */
  trouble: { everyMs: number; cause: () => Promise<void> } | null;
  /** Shown the story as it grows. */
  watch: (story: Story, peopleLeft: () => number) => void;
};

export type Simulated = {
  readonly story: Story;
  readonly testimonies: readonly Testimony[];
  /**
   * SHA-256 of all that was decided, person by person: the same for the same seed, if each may do
   * as many deeds.
   */
  readonly decisions: string;
  readonly troubles: number;
  readonly elapsedMs: number;
};

/** @throws Error for a fault of the simulation itself; what a bank does wrong is in the story. */
export async function simulate(options: SimulationOptions): Promise<Simulated> {
  const { stop } = options;
  const story = new Story();
  const over = new AbortController();
  const pace = new Pace(options.pace, AbortSignal.any([stop, over.signal]));
  const startedAt = performance.now();
  const people = [...customersOf(options, pace, story), ...attackersOf(options, pace, story)];
  let left = people.length;
  const all = Promise.all(
    people.map(async ({ done }) => {
      await done;
      left -= 1;
    }),
  );
  options.watch(story, () => left);
  const troubles = makeTrouble(options, pace);
  try {
    // Trouble that cannot be made, as a bank that does not come back, ends all at once.
    await Promise.race([all, troubles.then(() => all)]);
  } finally {
    over.abort();
  }
  const decisions = createHash("sha256");
  for (const { decided } of people) decisions.update(decided.digest());
  return {
    story,
    testimonies: people.map(({ witness }) => witness.testimony()),
    decisions: decisions.digest("hex"),
    troubles: await troubles,
    elapsedMs: performance.now() - startedAt,
  };
}

/** Somebody who takes part, and what is known of it. */
type Person = { done: Promise<void>; witness: Witness; decided: Hash };

function customersOf({ roster, bank }: SimulationOptions, pace: Pace, story: Story): Person[] {
  return roster.visitors.map((visitor) => {
    const { habit, who } = visitor;
    const witness = new Witness(who.username);
    const decided = createHash("sha256");
    story.enter(habit.name);
    const done = visit(visitor, bank, pace, {
      decided: (deed) => void decided.update(`${JSON.stringify(deed)}\n`),
      heard(note) {
        witness.hear(note);
        story.hear(habit.name, who.username, note);
      },
    });
    return { done, witness, decided };
  });
}

function attackersOf({ roster, bank }: SimulationOptions, pace: Pace, story: Story): Person[] {
  return roster.attackers.map((attacker) => {
    const { habit, who } = attacker;
    const witness = new Witness(who.username);
    const decided = createHash("sha256");
    story.enterAttacker(habit.name);
    const done = runAttacker(attacker, bank, pace, {
      decided: (attack) => void decided.update(`${JSON.stringify(attack)}\n`),
      heard: (note) => witness.hear(note),
      attacked: (attack, outcome) => story.attacked(habit.name, who.username, attack, outcome),
    });
    return { done, witness, decided };
  });
}

/** @returns how often there was trouble, once it is over. */
async function makeTrouble({ trouble }: SimulationOptions, pace: Pace): Promise<number> {
  if (trouble === null) return 0;
  for (let times = 0; ; times++) {
    await pace.rest(trouble.everyMs);
    if (pace.isOver) return times;
    await trouble.cause();
  }
}
