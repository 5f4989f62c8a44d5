/** One customer's chance: all that it decides by, in an order that its seed alone gives. */

import { seededRandom, type Random } from "../../src/actor/random.ts";
import { cents, type Cents } from "../../src/bank/money.ts";

const DOLLARS = 1_000;

export class Chance {
  readonly #random: Random;
  readonly #withCents: boolean;
  readonly #others: readonly string[];
  readonly #given = new Set<number>();

  /**
   * @param withCents Whether amounts have cents; over the classic protocol there are none.
   * @param others Whom this customer may pay.
   */
  constructor(seed: number, withCents: boolean, others: readonly string[]) {
    this.#random = seededRandom(seed);
    this.#withCents = withCents;
    this.#others = others;
  }

  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** Whether something happens that happens once in `times`. */
  isOneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  oneOf<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /**
   * An amount that this customer has not had before, so that a row of the journal tells which of
   * its changes it is: up to 1,000 dollars, and beyond once those are used up.
   */
  amount(): Cents {
    const [scale, spread] = this.#withCents ? [1, DOLLARS * 100] : [100, DOLLARS];
    let amount = (1 + this.below(spread)) * scale;
    while (this.#given.has(amount)) amount += (1 + this.below(DOLLARS)) * scale;
    this.#given.add(amount);
    return cents(amount);
  }

  /** Somebody to pay; a name that nobody has, where there is nobody else. */
  payee(): string {
    return this.#others[this.below(this.#others.length)] ?? "nobody";
  }
}

/** The seed of one person's chance: neighbours in the roster have nothing in common. */
export const seedOf = (seed: number, person: number): number =>
  Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(person + 1, 0xc2b2ae35);
