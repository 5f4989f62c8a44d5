/**
 * The journal against the audit, row by row. The writer appends both in one order, so they are
 * walked side by side: each row of the journal has exactly one of the audit, which says the same.
 * Where a row of the journal is its own audit row, what is left to say is that its place is right:
 * the places of both together are 1, 2, 3 … without a gap.
 */

import type { PostingKind } from "../bank/ledger.ts";
import { isOwnAudit, type AccountRow, type AuditRow, type JournalRow } from "./books-snapshot.ts";
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
/** Rows of the audit that are taken without a look at whether to go on. */
const ROWS_AT_ONCE = 10_000;
/** Behind the last row. */
const END = Number.POSITIVE_INFINITY;
const MOVES: ReadonlySet<string> = new Set(Object.values(ACTIONS).flat());

/** Whom an adjustment was for, and above or below zero, as the audit tells; null: unknown. */
export type AdjustedOf = (told: AuditRow) => { name: string; amount: number } | null;

export class AuditMatch {
  readonly #rows: Iterator<AuditRow>;
  readonly #tell: Tell;
  readonly #accountOf: (id: number) => AccountRow | undefined;
  readonly #adjustedOf: AdjustedOf;
  #last = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  /** The audit's next row, if it has been looked at already. */
  #ahead: AuditRow | null = null;

  constructor(
    rows: Iterable<AuditRow>,
    accountOf: (id: number) => AccountRow | undefined,
    tell: Tell,
    adjustedOf: AdjustedOf = () => null,
  ) {
    this.#adjustedOf = adjustedOf;
    this.#rows = rows[Symbol.iterator]();
    this.#accountOf = accountOf;
    this.#tell = tell;
  }

  /** The journal's next row. */
  add(row: JournalRow): void {
    if (isOwnAudit(row)) {
      for (let told = this.#next(row.sequence); told !== null; told = this.#next(row.sequence)) {
        this.#tellStray(told);
      }
      this.#place(row.sequence, row.at);
      return;
    }
    const before = row.sequence === 0 ? END : row.sequence + 1;
    let told = this.#next(before);
    while (told !== null && told.transaction < row.id) {
      this.#tellStray(told);
      told = this.#next(before);
    }
    if (told?.transaction !== row.id) {
      this.#tell("audit", `transaction ${row.id} has no audit row`);
      return;
    }
    this.#take(told);
    this.#compare(row, told);
  }

  /**
   * After the journal's last row: the audit must not tell of any other.
   * @returns whether that is all; if not, it is to be called again
   */
  end(): boolean {
    for (let rows = 0; rows < ROWS_AT_ONCE; rows++) {
      if (this.catchUp()) return false;
      const told = this.#next();
      if (told === null) return true;
      this.#tellStray(told);
    }
    return false;
  }

  /**
   * Takes what the audit says before a row of the journal, or after the last, of anything else than
   * money, as far as that may be done at once: what follows would do so, however long it takes.
   * @returns whether there is more of it
   */
  catchUp(row?: JournalRow): boolean {
    const before = row === undefined || row.sequence === 0 ? END : row.sequence;
    for (let rows = 0; rows < ROWS_AT_ONCE; rows++) {
      const next = this.#look();
      if (next === null || next.sequence >= before || next.transaction !== null) return false;
      this.#takeOther(next);
    }
    return true;
  }

  #tellStray(told: Told): void {
    this.#take(told);
    const { sequence, transaction } = told;
    const text = `audit row ${sequence} tells of transaction ${transaction}`;
    this.#tell("audit", `${text}, which is not in the journal, or has a row already`);
  }

  /**
   * The next audit row with a lower number that names a transaction, which is to be taken then;
   * those on the way to it are.
   */
  #next(before = END): Told | null {
    for (let row = this.#look(); row !== null && row.sequence < before; row = this.#look()) {
      const { transaction } = row;
      if (transaction !== null) return { ...row, transaction };
      this.#takeOther(row);
    }
    return null;
  }

  #takeOther(row: AuditRow): void {
    this.#take(row);
    const { sequence, action, outcome } = row;
    if (outcome !== "ok" || !MOVES.has(action)) return;
    this.#tell("audit", `audit row ${sequence} tells of a ${action} without a transaction`);
  }

  #look(): AuditRow | null {
    if (this.#ahead === null) {
      const next = this.#rows.next();
      this.#ahead = next.done === true ? null : next.value;
    }
    return this.#ahead;
  }

  #take({ sequence, at }: AuditRow): void {
    this.#ahead = null;
    this.#place(sequence, at);
  }

  #place(sequence: number, at: number): void {
    if (sequence !== this.#last + 1) {
      this.#tell("sequence", missing("audit row", this.#last + 1, sequence));
    }
    this.#last = sequence;
    if (at < this.#lastAt) {
      this.#tell("sequence", `audit row ${sequence} is older than the one before`);
    }
    this.#lastAt = at;
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
      row.sequence === 0 || told.sequence === row.sequence ? null : "has another place",
      row.kind === "adjustment" && !this.#isAdjusted(row, told) ? "was another adjustment" : null,
      this.#isBy(row, told.who) ? null : `was ${JSON.stringify(told.who)}'s`,
    ].filter((difference) => difference !== null);
    if (differences.length === 0) return;
    const said = differences.join(", ");
    this.#tell("audit", `audit row ${told.sequence} says that transaction ${row.id} ${said}`);
  }

  #isAdjusted(row: JournalRow, told: Told): boolean {
    const adjusted = this.#adjustedOf(told);
    if (adjusted === null) return true;
    const [debit, credit] = [this.#accountOf(row.debit), this.#accountOf(row.credit)];
    const isCredit = credit?.kind === "customer";
    const customer = isCredit ? credit : debit;
    if (customer?.kind !== "customer") return true; // Told of with its side.
    return adjusted.name === customer.name && adjusted.amount > 0 === isCredit;
  }

  /** Customers do their own; an adjustment is an operator's, whom the journal does not name. */
  #isBy(row: JournalRow, who: string): boolean {
    if (row.kind === "adjustment") return true;
    const customer = row.kind === "deposit" ? row.credit : row.debit;
    const account = this.#accountOf(customer);
    return account === undefined || account.name === who;
  }
}
