/**
 * What all ways in are made of: how far somebody has come, and the kinds of step that there are: to
 * go on, to end, to ask the ledger, and to leave a note.
 */

import type { Noted } from "../../bank/audit-vocabulary.ts";
import type { Command, LoginOutcome } from "../../bank/ledger.ts";
import type { Bar } from "../../bank/standing.ts";
import type { Errand, ErrandResult } from "../errands.ts";
import type { AdmissionOutcome } from "./outcome.ts";
import type { Wish } from "./wish.ts";

/** Where it is wished for, and what is allowed there. */
export type Place = {
  readonly terminal: string;
  /** Sign-ups in an hour. */
  readonly signUpsMax: number;
};

export type Admission = Place & {
  readonly wish: Wish;
  readonly step:
    | "waiting_turn"
    | "counting" //     a sign-up
    | "hashing" //      the new password
    | "measuring" //    one that is to be alone again
    | "storing" //      its hash
    | "beginning" //    the attempt is counted
    | "checking" //     the password that was given
    | "feigning" //     as much work, where the try is refused anyway
    | "beginning_code" // a code is counted
    | "checking_code"
    | "ending_code" //  it is used up
    | "changing" //     the second factor
    | "failing" //      the attempt stays counted
    | "abandoning"; //  it does not
  /** What the password is checked against: the ledger is told, for it may change meanwhile. */
  readonly checkedHash?: string | null;
  /** Whether that hash is to be made anew once the login has succeeded. */
  readonly isOutdated?: true;
  /** Whatever the password is, it is refused. */
  readonly bar?: Bar;
  /** The password is judged by what operators' have to be, and so is a new one. */
  readonly isOperator?: true;
  /** It is one that an operator may have. */
  readonly isFit?: true;
  /** A code is wanted beside the password, and a new password may be shorter. */
  readonly hasFactor?: true;
  readonly factorProven?: boolean;
  readonly isCodeRight?: boolean;
  /** Of a new password that can be taken: made before a code is used up for it. */
  readonly newHash?: string;
  /** Shown once the ledger has their hashes. */
  readonly recoveryCodes?: readonly string[];
  /** What the ledger is told of a try that failed. */
  readonly failure?: LoginOutcome;
  /** Set once the steps that remain can no longer change it. */
  readonly outcome: AdmissionOutcome | null;
};

export type Result = ErrandResult<unknown>;
export type Errands = readonly Errand<"admission">[];
export type AdmissionStep =
  | { admission: Admission; errands: Errands }
  | { outcome: AdmissionOutcome; errands: Errands };
/** Where a part that several ways share hands over to the way that it is of. */
export type Next = (admission: Admission) => AdmissionStep;

export const BUSY: AdmissionOutcome = { type: "busy" };
export const READ_ONLY: AdmissionOutcome = { type: "read_only" };

/** Every way begins with a place in the line for a password. */
export function whenTurnCame(admission: Admission, result: Result, next: Next): AdmissionStep {
  if (result.type !== "turn") return unexpected(admission, result);
  return result.granted ? next(admission) : { outcome: BUSY, errands: [] };
}

export const go = (
  admission: Admission,
  step: Admission["step"],
  errands: Errands,
): AdmissionStep => ({ admission: { ...admission, step }, errands });

/** The turn was taken, so it is given back. */
export const end = (outcome: AdmissionOutcome, errands: Errands = []): AdmissionStep => ({
  outcome,
  errands: [...errands, { type: "end_turn" }],
});

export const ask = (command: Command, { username }: Wish): Errand<"admission"> => ({
  ...{ type: "ask_ledger", command, who: username, about: "admission" },
});

/** What the ledger does not hear of otherwise: nothing was counted. */
export const noteOf = ({ username: who }: Wish, noted: Noted): Errand<"admission"> => ({
  ...{ type: "note", who },
  ...noted,
});

export function unexpected({ step }: Admission, { type }: Result): never {
  throw new Error(`an admission that is ${step} cannot take ${type}`);
}
