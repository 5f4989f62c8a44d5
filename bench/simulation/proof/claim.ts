/**
 * A claim of the proof: what it says, of how many things that was checked, and all that speaks
 * against it.
 */

import { formatDollars, type Cents } from "../../../src/bank/money.ts";

export type Claim = {
  readonly says: string;
  readonly checked: number;
  readonly faults: readonly string[];
};

export const money = (amount: number): string => formatDollars(amount as Cents);
