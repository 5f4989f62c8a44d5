/**
 * The proof of a run: every change that was acknowledged is in the journal once, and nothing else
 * is; the books are whole; and the history of every account is linearizable. A run without its
 * proof is a failed run, however fast it was.
 */

import type { User } from "../load/line.ts";
import type { Observations } from "../load/observations.ts";
import { findBookFaults, type Books, type JournalRow } from "./books.ts";
import { findFault, type Operation } from "./linearizability.ts";

export type Proof = {
  /** What was proven, for people. */
  name: string;
  /** Changes that were acknowledged, and requests in all. */
  changes: number;
  requests: number;
  /** Empty for a run that is proven. Long lists are cut. */
  faults: string[];
};

const FAULTS_MAX = 20;

/** What the load did to one bank, from `before` on. Runs are added as they end. */
export class Evidence {
  readonly #operations: Operation[][];
  #changes = 0;
  #requests = 0;

  /** @param users Of the load, by whose numbers the observations go. */
  constructor(users: readonly User[]) {
    this.#operations = users.map(() => []);
  }

  add({ account, amount, balance, startedAt, endedAt }: Observations): void {
    for (let index = 0; index < account.length; index++) {
      this.#requests += 1;
      if (amount[index]! > 0) this.#changes += 1;
      this.#operations[account[index]!]!.push({
        ...{ amount: amount[index]!, balance: balance[index]! },
        ...{ startedAt: startedAt[index]!, endedAt: endedAt[index]! },
      });
    }
  }

  /** The proof by the bank's own books. Each account begins with the balance that it had before. */
  prove(name: string, users: readonly User[], before: Books, now: Books): Proof {
    const numbers = new Map<string, number>();
    for (const [id, account] of now.accounts) numbers.set(account.name, id);
    const rows = Map.groupBy(now.journal, ({ credit }) => credit);
    const faults = findBookFaults(before, now);
    for (const [index, { name: user }] of users.entries()) {
      const id = numbers.get(user) ?? 0;
      const operations = this.#operations[index]!;
      const told = (fault: string): void => void faults.push(`${user}: ${fault}`);
      for (const fault of compareWithJournal(operations, rows.get(id) ?? [])) told(fault);
      const fault = findFault(operations, before.accounts.get(id)?.balance ?? 0);
      if (fault !== null) told(fault);
    }
    return this.#proof(name, faults);
  }

  /** What can be proven of a bank whose books are out of reach, for accounts that began at zero. */
  proveFromOutside(name: string, users: readonly User[]): Proof {
    const faults = users.flatMap(({ name: user }, index) => {
      const fault = findFault(this.#operations[index]!, 0);
      return fault === null ? [] : [`${user}: ${fault}`];
    });
    return this.#proof(name, faults);
  }

  #proof(name: string, faults: readonly string[]): Proof {
    const [changes, requests] = [this.#changes, this.#requests];
    return { name, changes, requests, faults: faults.slice(0, FAULTS_MAX) };
  }
}

/**
 * The deposits that a customer was told of, against the rows that credit them. The balance after a
 * deposit names it, since no two have the same.
 */
export function compareWithJournal(
  operations: readonly Operation[],
  rows: readonly JournalRow[],
): string[] {
  const faults: string[] = [];
  const unclaimed = new Map(rows.map((row) => [row.creditBalance, row]));
  if (unclaimed.size < rows.length) faults.push("two rows of the journal give the same balance");
  for (const { amount, balance } of operations) {
    if (amount === 0) continue;
    const row = unclaimed.get(balance);
    unclaimed.delete(balance);
    if (row === undefined)
      faults.push(`a deposit that gave ${balance} is not in the journal, once`);
    else if (row.amount !== amount) faults.push(`row ${row.id} has another amount than ${amount}`);
  }
  for (const { id } of unclaimed.values()) faults.push(`row ${id} was never acknowledged`);
  return faults;
}
