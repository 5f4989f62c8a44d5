/**
 * The journal against the audit, row by row. The writer appends both in one order, so they are
 * walked side by side: each row of the journal has exactly one of the audit, which says the same.
 */

import type { PostingKind } from "../bank/ledger.ts";
import type { AccountRow, AuditRow, JournalRow } from "./books-snapshot.ts";
import { missing, money, type Tell } from "./journal-replay.ts";

/** An audit row that says that a posting was made. */
type Told = AuditRow & { readonly transaction: number };

/** What the audit calls a posting of each kind. */
const ACTIONS: Record<PostingKind, readonly string[]> = {
  deposit: ["deposit"],
  withdraw: ["withdraw"],
  transfer: ["transfer"],
  adjustment: ["admin.adjust", "admin.approve"],
};
const MOVES: ReadonlySet<string> = new Set(Object.values(ACTIONS).flat());

export class AuditMatch {
  readonly #rows: Iterator<AuditRow>;
  readonly #tell: Tell;
  readonly #accountOf: (id: number) => AccountRow | undefined;
  #last = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  /** A row of the audit that is ahead of the journal's row in hand. */
  #ahead: Told | null = null;

  constructor(
    rows: Iterable<AuditRow>,
    accountOf: (id: number) => AccountRow | undefined,
    tell: Tell,
  ) {
    this.#rows = rows[Symbol.iterator]();
    this.#accountOf = accountOf;
    this.#tell = tell;
  }

  /** The journal's next row. */
  add(row: JournalRow): void {
    let told = this.#next();
    while (told !== null && told.transaction < row.id) {
      this.#tellStray(told);
      told = this.#next();
    }
    if (told?.transaction === row.id) return this.#compare(row, told);
    this.#ahead = told;
    this.#tell("audit", `transaction ${row.id} has no audit row`);
  }

  /** After the journal's last row: the audit must not tell of any other. */
  end(): void {
    for (let told = this.#next(); told !== null; told = this.#next()) this.#tellStray(told);
  }

  #tellStray({ sequence, transaction }: Told): void {
    const told = `audit row ${sequence} tells of transaction ${transaction}`;
    this.#tell("audit", `${told}, which is not in the journal, or has a row already`);
  }

  /** The next audit row that names a transaction; those on the way to it are looked at too. */
  #next(): Told | null {
    if (this.#ahead !== null) {
      const ahead = this.#ahead;
      this.#ahead = null;
      return ahead;
    }
    for (let next = this.#rows.next(); next.done !== true; next = this.#rows.next()) {
      const row = next.value;
      const { sequence, at, action, outcome, transaction } = row;
      if (sequence !== this.#last + 1) {
        this.#tell("sequence", missing("audit row", this.#last + 1, sequence));
      }
      this.#last = sequence;
      if (at < this.#lastAt) {
        this.#tell("sequence", `audit row ${sequence} is older than the one before`);
      }
      this.#lastAt = at;
      if (transaction !== null) return { ...row, transaction };
      if (outcome === "ok" && MOVES.has(action)) {
        this.#tell("audit", `audit row ${sequence} tells of a ${action} without a transaction`);
      }
    }
    return null;
  }

  #compare(row: JournalRow, told: Told): void {
    const differences = [
      told.outcome === "ok" ? null : `ended ${told.outcome}`,
      ACTIONS[row.kind]?.includes(told.action) ? null : `was a ${told.action}, not a ${row.kind}`,
      // An adjustment's amount is below zero where it takes from the customer.
      Math.abs(told.amount ?? 0) === row.amount
        ? null
        : `moved ${money(told.amount ?? 0)}, not ${money(row.amount)}`,
      told.at === row.at ? null : "was at another time",
      this.#isBy(row, told.who) ? null : `was ${JSON.stringify(told.who)}'s`,
    ].filter((difference) => difference !== null);
    if (differences.length === 0) return;
    const said = differences.join(", ");
    this.#tell("audit", `audit row ${told.sequence} says that transaction ${row.id} ${said}`);
  }

  /** Customers do their own; an adjustment is an operator's, whom the journal does not name. */
  #isBy(row: JournalRow, who: string): boolean {
    if (row.kind === "adjustment") return true;
    const customer = row.kind === "deposit" ? row.credit : row.debit;
    const account = this.#accountOf(customer);
    return account === undefined || account.name === who;
  }
}
