/**
 * The rules for second factors. A code is counted before it is looked at, on a counter of the
 * account: over all its sessions and terminals. Only who knows the password gets as far as that,
 * so only they can lock it. A code that was right is used up in the event that says so.
 */

import { decided, rejected } from "./decision.ts";
import type { Account, Books, CheckedHash, Decision, Event } from "./ledger.ts";
import {
  LOCKOUT_MS,
  LOGIN_FAILURES_MAX,
  attemptsAt,
  beginAttempt,
  dailyCounter,
  endAttempt,
  type Attempts,
  type Counter,
} from "./lockout.ts";
import type { CounterChange } from "./login-attempts.ts";
import { standingOf, type Factor, type Standing } from "./standing.ts";

/** What a code has turned out to be: of a step of time, or a recovery code. */
export type FactorProof = { type: "step"; step: number } | { type: "recovery_code"; hash: string };

/** How a try of a code ended, as far as can be said without the books. */
export type CodeOutcome = FactorProof | "wrong_code" | "not_checked";

/** The audit's words for it. */
export type CodeVerdict = "begun" | "code" | "recovery_code" | "wrong_code" | "not_checked";

export type FactorCommand =
  | { type: "begin_factor"; username: string }
  | { type: "end_factor"; username: string; outcome: CodeOutcome }
  | {
      type: "enrol_factor";
      username: string;
      sealedSecret: string;
      step: number;
      recoveryHashes: readonly string[];
      checkedHash?: CheckedHash;
    }
  | { type: "remove_factor"; username: string };

/** Names the counters; neither a user name nor a terminal begins with a tab, so it is no pair's. */
export const factorKey = (username: string): string => `\tfactor\t${username}`;

/** Ten until half an hour has passed; and ten each half hour would be hundreds in a day. */
function countersOf({ name }: Account): readonly Counter[] {
  const short: Counter = {
    ...{ key: factorKey(name), past: "locked" },
    ...{ failuresMax: LOGIN_FAILURES_MAX, forgottenMs: LOCKOUT_MS },
  };
  return [short, dailyCounter(short)];
}

export function decideFactor(books: Books, command: FactorCommand, at: number): Decision {
  const account = books.accounts[books.customers.get(command.username) ?? 0];
  if (account === undefined) return rejected("unknown_account");
  const standing = standingOf(books, account.id);
  if (standing.disabled) return rejected("account_disabled");
  if (command.type === "enrol_factor") return decideEnrol(account, standing, command);
  if (standing.factor === null) return rejected("no_factor");
  const { factor } = standing;
  switch (command.type) {
    case "begin_factor":
      return decideBegin(books, account, factor, at);
    case "end_factor":
      return decideEnd(books, account, { ...standing, factor }, command.outcome, at);
    case "remove_factor":
      return decided(changed(account, { ...standing, factor: null }));
  }
}

function decideEnrol(
  account: Account,
  standing: Standing,
  { sealedSecret, step, recoveryHashes }: FactorCommand & { type: "enrol_factor" },
): Decision {
  if (standing.factor !== null) return rejected("factor_set");
  // The code that proved the new factor is used up by it.
  const factor: Factor = { sealedSecret, lastStep: step, recoveryHashes };
  return decided(changed(account, { ...standing, factor }));
}

function decideBegin(books: Books, account: Account, factor: Factor, at: number): Decision {
  const changes: CounterChange[] = [];
  for (const counter of countersOf(account)) {
    const attempts = beginAttempt(counter, currentOf(books, counter, at), at);
    if (typeof attempts === "string") return rejected(attempts);
    changes.push({ key: counter.key, attempts });
  }
  return decided({
    ...{ type: "factor_tried", account: account.id, attempts: changes },
    ...{ verdict: "begun", standing: null, factor },
  });
}

function decideEnd(
  books: Books,
  account: Account,
  standing: Standing & { factor: Factor },
  outcome: CodeOutcome,
  at: number,
): Decision {
  const { factor } = standing;
  const after = typeof outcome === "string" ? null : factorAfter(factor, outcome);
  const verdict = verdictOn(outcome, after);
  const attempts = countersOf(account).map((counter) => ({
    key: counter.key,
    attempts: endAttempt(currentOf(books, counter, at), ATTEMPTS[verdict], at),
  }));
  return decided({
    ...{ type: "factor_tried", account: account.id, attempts, verdict, factor },
    standing: after === null ? null : { ...standing, factor: after },
  });
}

const currentOf = (books: Books, { key, forgottenMs }: Counter, at: number): Attempts | null =>
  attemptsAt(books.attempts.get(key), at, forgottenMs);

/** The factor once this proof is used up; null if it was before. */
function factorAfter(factor: Factor, proof: FactorProof): Factor | null {
  if (proof.type === "step") {
    return proof.step > factor.lastStep ? { ...factor, lastStep: proof.step } : null;
  }
  if (!factor.recoveryHashes.includes(proof.hash)) return null;
  const recoveryHashes = factor.recoveryHashes.filter((hash) => hash !== proof.hash);
  return { ...factor, recoveryHashes };
}

function verdictOn(outcome: CodeOutcome, after: Factor | null): Exclude<CodeVerdict, "begun"> {
  if (typeof outcome === "string") return outcome;
  if (after === null) return "wrong_code";
  return outcome.type === "step" ? "code" : "recovery_code";
}

const ATTEMPTS = {
  code: "authenticated",
  recovery_code: "authenticated",
  wrong_code: "wrong_password",
  not_checked: "not_checked",
} as const;

const changed = ({ id }: Account, standing: Standing): Event => ({
  ...{ type: "standing_changed", account: id, standing },
});

export type FactorTried = {
  type: "factor_tried";
  account: Account["id"];
  attempts: readonly CounterChange[];
  verdict: CodeVerdict;
  /** The account's standing where the code was used up by this. */
  standing: Standing | null;
  /** As it was before. */
  factor: Factor;
};
