/** An account's standing: its roles, its second factor, and whether it may be used at all. */

import type { AccountId, Books } from "./ledger.ts";

export const ROLES = ["customer", "teller", "auditor", "administrator"] as const;
export type Role = (typeof ROLES)[number];

/** A second factor; the secret is sealed under the factor key, opened on the main thread only. */
export type Factor = {
  readonly sealedSecret: string;
  /** The latest time step whose code was taken: neither it nor an earlier one is taken again. */
  readonly lastStep: number;
  readonly recoveryHashes: readonly string[];
};

/** What is out of the ordinary about an account; most accounts have no entry in the books. */
export type Standing = {
  readonly roles: readonly Role[];
  /** It may neither log in nor move money. */
  readonly disabled: boolean;
  /** By an operator: nobody logs in to it until it is unlocked; all else goes on. */
  readonly locked: boolean;
  readonly factor: Factor | null;
};

export const ORDINARY: Standing = {
  ...{ roles: ["customer"], disabled: false, locked: false, factor: null },
};

/** The standing of an account, of a name that nobody has too: nothing tells them apart. */
export const standingOf = (books: Books, account: AccountId | null): Standing =>
  account === null ? ORDINARY : (books.standings.get(account) ?? ORDINARY);

export type Bar = "disabled" | "locked";

/** Why nobody logs in to an account, or null: to whoever tries, their password is wrong. */
export const barOf = ({ disabled, locked }: Standing): Bar | null =>
  disabled ? "disabled" : locked ? "locked" : null;

export const isOrdinary = (standing: Standing): boolean =>
  barOf(standing) === null && standing.factor === null && isPlain(standing.roles);

const isPlain = (roles: readonly Role[]): boolean => roles.length === 1 && roles[0] === "customer";

/** Keeps a standing, in no room where it is the ordinary one. */
export function setStanding(books: Books, account: AccountId, standing: Standing): void {
  if (isOrdinary(standing)) books.standings.delete(account);
  else books.standings.set(account, standing);
}
