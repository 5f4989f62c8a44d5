/**
 * Row 61: the words of the audit against what the tests beside this one provoke at running banks,
 * as their sources have it: each expects its rows as `who: action: outcome`, and no others.
 */

import { readFileSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { AUDIT_VOCABULARY } from "../../../src/bank/audit-vocabulary.ts";

const FOLDER = new URL("./", import.meta.url);
const OWN_FILE = "vocabulary.test.ts";

/** Other tests provoke them, or nothing that a client can send does; these do not. */
const NOT_PROVOKED_HERE = {
  actions: [
    // Everybody who is logged in may do these.
    ...["session.list", "session.end"],
  ],
  outcomes: [
    // The bank has to be overloaded, its counters full, or a race to be lost within it.
    ...["busy", "unknown_account", "account_disabled", "last_administrator"],
    // The session knows whether there is one; and who changes it ends the account's other sessions.
    ...["factor_set", "no_factor"],
    ...["unknown_vault", "balance_too_large", "vault_too_large", "too_many_proposals"],
    // The protocol refuses such an amount with another word before the ledger sees it.
    "amount_not_positive",
    // The classic session calls these `mac_failed` and `replay_rejected`; no bank sends the last.
    ...["bad_mac", "bad_token", "stale_token", "future_token", "bad_reply"],
    // TLS itself breaks such a handshake off, as long as it does what it should.
    ...["not_authorized", "no_certificate"],
    // Months have to pass in the midst of a line.
    "expired",
    // Who connects and says nothing leaves no row.
    "timed_out_login",
    // Has a test of its own, which floods a bank: test/attacks/modern/load.test.ts.
    "timed_out_reader",
  ],
};

const ROW = /["`](?:[^"`\n]*: )?([a-zA-Z._]+): (\w+)(?: \([^"`\n]*\))?["`]/g;

const isWord = (action: string, outcome: string): boolean =>
  Object.entries(AUDIT_VOCABULARY).some(
    ([known, { outcomes }]) =>
      known === action && (outcomes as readonly string[]).includes(outcome),
  );

const provoked = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".test.ts") && name !== OWN_FILE)
  .flatMap((name) => [...readFileSync(new URL(name, FOLDER), "utf8").matchAll(ROW)])
  .map(([, action = "", outcome = ""]) => ({ action, outcome }))
  .filter(({ action, outcome }) => isWord(action, outcome));

const missing = (words: readonly string[], seen: readonly string[]): string[] =>
  [...new Set(words)].filter((word) => !seen.includes(word)).toSorted();

it("row 61: every action is provoked, but for those that cannot be", () => {
  const actions = provoked.map(({ action }) => action);
  const known = Object.keys(AUDIT_VOCABULARY);
  expect(missing(known, actions)).toEqual(NOT_PROVOKED_HERE.actions.toSorted());
});

it("row 61: every outcome is provoked, but for those that are listed", () => {
  const outcomes = provoked.map(({ outcome }) => outcome);
  const known = Object.values(AUDIT_VOCABULARY).flatMap(
    (words): readonly string[] => words.outcomes,
  );
  expect(missing(known, outcomes)).toEqual(NOT_PROVOKED_HERE.outcomes.toSorted());
});
