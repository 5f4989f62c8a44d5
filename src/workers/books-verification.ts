/**
 * Proves the books of one moment by themselves: the sum of all balances is zero, every balance is
 * what its history comes to, the audit and the journal agree, nothing is missing in between. Rows
 * are read one at a time; what is kept is one balance an account.
 */

import { AuditMatch } from "./audit-match.ts";
import type { AccountRow, BooksSnapshot, Head, OutcomeRow } from "./books-snapshot.ts";
import { PeopleReplay, type OpensSecret } from "./people-replay.ts";
import { JournalReplay, type Fault, type FaultKind, type Tell } from "./journal-replay.ts";

/** Faults that are told; those beyond are counted. */
export const FAULTS_MAX = 100;
/** Rows between two looks at whether to go on. */
const BREATHE_EVERY = 10_000;

export type Verdict = {
  readonly head: Head;
  /** Of all balances, in cents. */
  readonly sum: number;
  readonly outcomes: number;
  readonly faults: readonly Fault[];
  /** Of each kind, those that are not told as well. */
  readonly counts: Readonly<Record<FaultKind, number>>;
  readonly isSound: boolean;
};

/**
 * @param breathe Awaited now and then, so that whoever waits for it may stop it by throwing.
 * @param opens Whether the secret of a second factor opens; null where there are no keys to try.
 * @throws StoreUnusable where the database cannot be read
 */
export async function verifyBooks(
  snapshot: BooksSnapshot,
  breathe: () => Promise<void>,
  opens: OpensSecret | null = null,
): Promise<Verdict> {
  const faults: Fault[] = [];
  const counts = {
    ...{ storage: 0, sum: 0, overdrawn: 0, history: 0, sequence: 0, audit: 0, outcomes: 0 },
    ...{ credentials: 0, standings: 0, proposals: 0 },
  };
  const tell: Tell = (kind, text) => {
    counts[kind] += 1;
    if (faults.length < FAULTS_MAX) faults.push({ kind, text });
  };
  for (const text of snapshot.storageFaults()) tell("storage", text);
  await breathe();
  const replay = new JournalReplay([], tell);
  const people = new PeopleReplay(tell);
  const accountOf = (id: number): AccountRow | undefined => replay.accountOf(id);
  const heard = people.hear(snapshot.audit());
  const audit = new AuditMatch(heard, accountOf, tell, (told) => people.adjustedOf(told));
  let rows = 0;
  for (const account of snapshot.accounts()) {
    replay.open(account);
    if (++rows % BREATHE_EVERY === 0) await breathe();
  }
  for (const row of snapshot.journal()) {
    while (audit.catchUp(row)) await breathe();
    replay.add(row);
    audit.add(row);
    if (++rows % BREATHE_EVERY === 0) await breathe();
  }
  const accounts = replay.ending();
  let ending = accounts.next();
  for (; ending.done !== true; ending = accounts.next()) {
    if (++rows % BREATHE_EVERY === 0) await breathe();
  }
  while (!audit.end()) await breathe();
  let outcomes = 0;
  for (const outcome of snapshot.outcomes()) {
    const text = outcomeFault(outcome);
    if (text !== null) tell("outcomes", text);
    if (++outcomes % BREATHE_EVERY === 0) await breathe();
  }
  for (const _ of people.check(snapshot, accountOf, opens)) {
    if (++rows % BREATHE_EVERY === 0) await breathe();
  }
  const sum = ending.value;
  const isSound = Object.values(counts).every((count) => count === 0);
  return { head: snapshot.head(), sum, outcomes, faults, counts, isSound };
}

/** A retry is answered from these, so they must name what they say. */
function outcomeFault(outcome: OutcomeRow): string | null {
  const { id, account, content, transaction, rejection, kind, amount, debit, credit } = outcome;
  if ((transaction === null) === (rejection === null)) {
    return `outcome ${id} is of both a refusal and a transaction, or of neither`;
  }
  if (transaction === null) return null;
  const told = `outcome ${id} names transaction ${transaction}`;
  if (kind === null || amount === null) return `${told}, which is not in the journal`;
  if (kind === "adjustment") {
    // It is the operator's, whom the journal does not name; below zero it takes from the customer.
    const isSame =
      content.startsWith(`adjust ${amount} `) || content.startsWith(`adjust -${amount} `);
    return isSame ? null : `${told}, which is another change`;
  }
  if (account !== (kind === "deposit" ? credit : debit)) return `${told}, which is another's`;
  const isSame = content === `${kind} ${amount}` || content.startsWith(`${kind} ${amount} `);
  return isSame ? null : `${told}, which is another change`;
}
