/**
 * Whether the history of one account is linearizable: whether its deposits and inquiries can be put
 * in one order, in which each gives the balance that its client was told, and in which whatever had
 * ended before another began comes first.
 *
 * In general that is hard to decide. But a deposit is above zero, so each gives a balance of its
 * own, and the balances alone say the order: by balance, and of the same balance the deposit first,
 * then the inquiries. Only inquiries of the same balance can be swapped, and to them it is all the
 * same. What is left to check is that the sums are right, and that the order goes with the times.
 */

/** One request and its reply. All times by one clock. */
export type Operation = {
  /** Cents deposited; 0 for an inquiry. */
  amount: number;
  /** The balance in the reply. */
  balance: number;
  startedAt: number;
  endedAt: number;
};

/**
 * What is wrong with an account's history, or null.
 * @param balanceBefore The balance before the first operation.
 */
export function findFault(operations: readonly Operation[], balanceBefore: number): string | null {
  const ordered = operations.toSorted(inOrder);
  let balance = balanceBefore;
  /** The latest start of all that come before the group in hand: the next may not end before it. */
  let startedBefore = Number.NEGATIVE_INFINITY;
  for (let from = 0; from < ordered.length;) {
    const first = ordered[from]!;
    if (first.amount > 0) {
      if (first.balance !== balance + first.amount) {
        return `a deposit of ${first.amount} on ${balance} gave ${first.balance}`;
      }
      balance = first.balance;
    }
    if (first.balance !== balance) return `an inquiry gave ${first.balance} instead of ${balance}`;
    const to = groupEnd(ordered, from);
    let latestStart = startedBefore;
    for (const operation of ordered.slice(from, to)) {
      if (operation.endedAt < startedBefore) {
        return `a balance of ${operation.balance} was told before an older one was asked for`;
      }
      latestStart = Math.max(latestStart, operation.startedAt);
    }
    startedBefore = latestStart;
    from = to;
  }
  return null;
}

const inOrder = (a: Operation, b: Operation): number =>
  a.balance - b.balance || Math.sign(b.amount) - Math.sign(a.amount);

/**
 * The end of a group whose order among themselves is free: one deposit, or inquiries of a balance.
 */
function groupEnd(ordered: readonly Operation[], from: number): number {
  const { amount, balance } = ordered[from]!;
  let to = from + 1;
  if (amount > 0) return to;
  while (to < ordered.length && ordered[to]!.balance === balance) to += 1;
  return to;
}
