/**
 * What the load saw: for each request its account, what it asked for, the balance that it was told,
 * and the times between which it happened. The proof is made from this. Kept in columns, which cost
 * no object a request and travel between threads without a copy.
 */

const ROWS_START = 1 << 16;

export type Observations = {
  /** The number of the account's user among those of the load. */
  readonly account: Uint32Array<ArrayBuffer>;
  /** Cents deposited; 0 for a balance inquiry. */
  readonly amount: Float64Array<ArrayBuffer>;
  /** The balance in the reply, in cents. */
  readonly balance: Float64Array<ArrayBuffer>;
  /** Before the request was sent, and after its reply was there: ms of the run's clock. */
  readonly startedAt: Float64Array<ArrayBuffer>;
  readonly endedAt: Float64Array<ArrayBuffer>;
};

export class ObservationColumns {
  #columns = emptyColumns(ROWS_START);
  #size = 0;

  /** The balance is filled in when the replies are read. */
  add(account: number, amount: number, startedAt: number, endedAt: number): void {
    if (this.#size === this.#columns.account.length) this.#grow();
    this.#columns.account[this.#size] = account;
    this.#columns.amount[this.#size] = amount;
    this.#columns.startedAt[this.#size] = startedAt;
    this.#columns.endedAt[this.#size] = endedAt;
    this.#size += 1;
  }

  /** Everything added, each with the balance that `balanceOf` gives for its number. */
  finish(balanceOf: (index: number, account: number, amount: number) => number): Observations {
    const whole = sliced(this.#columns, this.#size);
    for (let index = 0; index < this.#size; index++) {
      whole.balance[index] = balanceOf(index, whole.account[index]!, whole.amount[index]!);
    }
    return whole;
  }

  #grow(): void {
    const grown = emptyColumns(this.#columns.account.length * 2);
    for (const name of COLUMNS) grown[name].set(this.#columns[name]);
    this.#columns = grown;
  }
}

const COLUMNS = ["account", "amount", "balance", "startedAt", "endedAt"] as const;

/** All of several, one behind the other. */
export function joinObservations(parts: readonly Observations[]): Observations {
  const joined = emptyColumns(parts.reduce((sum, { account }) => sum + account.length, 0));
  let at = 0;
  for (const part of parts) {
    for (const name of COLUMNS) joined[name].set(part[name], at);
    at += part.account.length;
  }
  return joined;
}

/** The memory behind them, to be handed to another thread. */
export const buffersOf = (observations: Observations): ArrayBuffer[] =>
  COLUMNS.map((name) => observations[name].buffer);

const emptyColumns = (rows: number): Observations => ({
  account: new Uint32Array(rows),
  amount: new Float64Array(rows),
  balance: new Float64Array(rows),
  startedAt: new Float64Array(rows),
  endedAt: new Float64Array(rows),
});

const sliced = (columns: Observations, size: number): Observations => ({
  account: columns.account.slice(0, size),
  amount: columns.amount.slice(0, size),
  balance: columns.balance.slice(0, size),
  startedAt: columns.startedAt.slice(0, size),
  endedAt: columns.endedAt.slice(0, size),
});
