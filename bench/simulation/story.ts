/** The story of a simulation: who did what, what was refused and why, and what went wrong. */

import type { Outcome } from "./attacks/attacker.ts";
import type { Note } from "./customer.ts";
import type { Attack } from "./habits/attackers.ts";

/** Of what must not be, so many are told one by one. */
const WRONGS_TOLD_MAX = 20;

export type Counts = Record<string, number>;

export type Chapter = {
  readonly habit: string;
  people: number;
  /** What they did, by what it is: `deposit done`, `looked`, `logged in`. */
  readonly done: Counts;
  /** By what was refused, and the reason. */
  readonly refused: Counts;
  /** Lost lines and busy answers, by what was interrupted. */
  readonly setbacks: Counts;
};

/** What becomes of attacks, by attack and outcome. */
export type AttackChapter = { readonly habit: string; people: number; readonly outcomes: Counts };

export class Story {
  readonly #chapters = new Map<string, Chapter>();
  readonly #attackChapters = new Map<string, AttackChapter>();
  readonly #wrongs: Counts = {};
  readonly #wrongsTold: string[] = [];
  readonly #gains: string[] = [];
  /** For whoever watches: sums over all. */
  readonly totals = { changes: 0, refused: 0, setbacks: 0, attacks: 0 };

  enter(habit: string): void {
    this.#chapter(habit).people += 1;
  }

  enterAttacker(habit: string): void {
    this.#attackChapter(habit).people += 1;
  }

  hear(habit: string, name: string, note: Note): void {
    const { done, refused, setbacks } = this.#chapter(habit);
    switch (note.type) {
      case "acknowledged":
        this.totals.changes += 1;
        count(done, note.change.wish.kind);
        return;
      case "in_doubt":
        count(done, "left in doubt");
        return;
      case "cleared":
      case "settled":
        count(done, "doubt settled");
        return;
      case "event":
        count(done, note.what);
        return;
      case "refused":
        this.totals.refused += 1;
        count(refused, `${note.what}: ${note.reason}`);
        return;
      case "setback":
        this.totals.setbacks += 1;
        count(setbacks, `${note.what}: ${note.reason}`);
        return;
      case "wrong":
        this.wrong(`${name}: ${note.what}`, note.what);
        return;
    }
  }

  attacked(habit: string, name: string, attack: Attack, { result, gained }: Outcome): void {
    this.totals.attacks += 1;
    count(this.#attackChapter(habit).outcomes, `${attack.type}: ${result}`);
    if (gained) this.#gains.push(`${name} gained by ${JSON.stringify(attack)}: ${result}`);
  }

  /** Notes what must not be; `kind` is what it is counted under. */
  wrong(what: string, kind: string): void {
    count(this.#wrongs, kind);
    if (this.#wrongsTold.length < WRONGS_TOLD_MAX) this.#wrongsTold.push(what);
  }

  get chapters(): readonly Chapter[] {
    return [...this.#chapters.values()];
  }

  get attackChapters(): readonly AttackChapter[] {
    return [...this.#attackChapters.values()];
  }

  get wrongs(): { readonly counts: Counts; readonly told: readonly string[] } {
    return { counts: this.#wrongs, told: this.#wrongsTold };
  }

  /** Attacks that worked. */
  get gains(): readonly string[] {
    return this.#gains;
  }

  #chapter(habit: string): Chapter {
    const known = this.#chapters.get(habit);
    if (known !== undefined) return known;
    const chapter: Chapter = { habit, people: 0, done: {}, refused: {}, setbacks: {} };
    this.#chapters.set(habit, chapter);
    return chapter;
  }

  #attackChapter(habit: string): AttackChapter {
    const known = this.#attackChapters.get(habit);
    if (known !== undefined) return known;
    const chapter: AttackChapter = { habit, people: 0, outcomes: {} };
    this.#attackChapters.set(habit, chapter);
    return chapter;
  }
}

function count(counts: Counts, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
