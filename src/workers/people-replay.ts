/**
 * Whose password, roles, locks, factors and proposals: what the store has of them, against what the
 * audit tells that was done to them. It tells of each change, and never of a secret; so what cannot
 * be proven by it are a password, a factor's own content and which recovery codes are left.
 */

import type { Action } from "../bank/roles.ts";
import { parseHash } from "../bank/password-hash.ts";
import { ROLES } from "../bank/standing.ts";
import type { AccountRow, AuditRow, BooksSnapshot, CredentialRow } from "./books-snapshot.ts";
import type { ProposalRow, StandingRow } from "./books-snapshot.ts";
import { money, type Tell } from "./journal-replay.ts";

/** Whether a second factor's sealed secret opens for this account. */
export type OpensSecret = (account: number, sealedSecret: string) => boolean;

type Told = { roles: string; disabled: boolean; locked: boolean; hasFactor: boolean };
type ToldProposal = { proposer: string; name: string; amount: number; state: string };
type Change = Partial<Told>;

const ORDINARY: Told = { roles: "customer", disabled: false, locked: false, hasFactor: false };

/** Of `who` by themselves, and of whom an operator or the owner has acted upon. */
const BY_THEMSELVES: ReadonlyMap<string, Change> = new Map([
  ["enrol_factor", { hasFactor: true }],
  ["remove_factor", { hasFactor: false }],
]);
const BY_OTHERS: ReadonlyMap<string, Change> = new Map<Action | "admin.init", Change>([
  ["admin.init", { roles: "administrator" }],
  ["admin.lock", { locked: true }],
  ["admin.unlock", { locked: false }],
  ["admin.disable", { disabled: true }],
  ["admin.enable", { disabled: false }],
  ["admin.resetFactor", { hasFactor: false }],
]);

export class PeopleReplay {
  readonly #tell: Tell;
  readonly #told = new Map<string, Told>();
  /** Numbered in the order of proposing. */
  readonly #proposals = new Map<number, ToldProposal>();

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** The audit's rows, as another reads them. */
  *hear(rows: Iterable<AuditRow>): Generator<AuditRow> {
    for (const row of rows) {
      this.#add(row);
      yield row;
    }
  }

  /** Whom an adjustment is for, by the audit's row of it or by the proposal that this approves. */
  adjustedOf({ action, amount, object }: AuditRow): { name: string; amount: number } | null {
    if (action === "admin.approve") return this.#proposals.get(numberOf(object)) ?? null;
    return object === null || amount === null ? null : { name: object, amount };
  }

  #add({ who, action, outcome, amount, object }: AuditRow): void {
    if (action === "admin.adjust" && outcome === "proposed") {
      const proposal = { proposer: who, name: object ?? "", amount: amount ?? 0, state: "open" };
      this.#proposals.set(this.#proposals.size + 1, proposal);
    }
    if (outcome !== "ok") return;
    const own = BY_THEMSELVES.get(action);
    if (own !== undefined) this.#change(who, own);
    const others = BY_OTHERS.get(action);
    if (others !== undefined && object !== null) this.#change(object, others);
    if (action === "admin.setRoles" && object !== null) {
      const [name = "", roles = ""] = object.split(" ");
      this.#change(name, { roles: rolesOf(roles.split("+")) });
    }
    if (action === "admin.approve" || action === "admin.reject") {
      this.#end({ action, amount, object });
    }
  }

  /**
   * After the audit's last row: what the store has. It stops after each row.
   * @param opens Null where there are no keys to try.
   */
  *check(
    snapshot: BooksSnapshot,
    accountOf: (id: number) => AccountRow | undefined,
    opens: OpensSecret | null,
  ): Generator<void> {
    const customerOf = (id: number): string | null => {
      const account = accountOf(id);
      return account?.kind === "customer" ? account.name : null;
    };
    const owners = new Set<number>();
    for (const row of snapshot.credentials()) {
      this.#checkCredential(row, customerOf(row.account));
      owners.add(row.account);
      yield;
    }
    for (const { id, kind, name } of snapshot.accounts()) {
      if (kind === "customer" && !owners.has(id)) {
        this.#tell("credentials", `account ${id} (${JSON.stringify(name)}) has no password`);
      }
      yield;
    }
    for (const row of snapshot.standings()) {
      this.#checkStanding(row, customerOf(row.account), opens);
      yield;
    }
    for (const name of this.#told.keys()) this.#compare(name, ORDINARY);
    for (const row of snapshot.proposals()) {
      this.#checkProposal(row, customerOf);
      yield;
    }
    for (const id of this.#proposals.keys()) {
      this.#tell("proposals", `proposal ${id} is missing, and the audit tells of it`);
    }
  }

  #checkCredential({ account, passwordHash }: CredentialRow, name: string | null): void {
    if (name === null) {
      this.#tell("credentials", `account ${account} has a password, and is no customer's`);
    } else if (parseHash(passwordHash) === null) {
      const told = `the password of account ${account} (${JSON.stringify(name)})`;
      this.#tell("credentials", `${told} is stored in no form that is known`);
    }
  }

  #checkStanding(row: StandingRow, name: string | null, opens: OpensSecret | null): void {
    if (name === null) {
      this.#tell("standings", `account ${row.account} has a standing, and is no customer's`);
      return;
    }
    const sealed = row.factor === null ? null : sealedSecretOf(row.factor);
    const isOpen = sealed === null || opens === null || opens(row.account, sealed);
    if (sealed === "" || !isOpen) {
      this.#tell("standings", `the second factor of ${JSON.stringify(name)} does not open`);
    }
    const has: Told = {
      ...{ roles: rolesOf(row.roles.split(" ")), disabled: row.disabled, locked: row.locked },
      hasFactor: row.factor !== null,
    };
    this.#compare(name, has);
    this.#told.delete(name);
  }

  #checkProposal(row: ProposalRow, nameOf: (account: number) => string | null): void {
    const { id, proposer, account, amount, state } = row;
    const told = this.#proposals.get(id);
    if (told === undefined) {
      this.#tell("proposals", `proposal ${id} is one that the audit does not tell of`);
      return;
    }
    const differences = [
      nameOf(proposer) === told.proposer ? null : `by ${JSON.stringify(told.proposer)}`,
      nameOf(account) === told.name ? null : `for ${JSON.stringify(told.name)}`,
      amount === told.amount ? null : `of ${money(told.amount)}, not ${money(amount)}`,
      state === told.state ? null : `${told.state}, not ${state}`,
    ].filter((difference) => difference !== null);
    this.#proposals.delete(id);
    if (differences.length === 0) return;
    this.#tell("proposals", `proposal ${id} is ${differences.join(", ")}, as the audit tells`);
  }

  #change(name: string, change: Change): void {
    this.#told.set(name, { ...(this.#told.get(name) ?? ORDINARY), ...change });
  }

  #end({ action, amount, object }: Pick<AuditRow, "action" | "amount" | "object">): void {
    const proposal = this.#proposals.get(numberOf(object));
    const state = action === "admin.approve" ? "approved" : "rejected";
    if (proposal?.state !== "open") {
      this.#tell("proposals", `the audit tells that ${object ?? "none"} was ${state}, not open`);
      return;
    }
    proposal.state = state;
    if (state === "rejected" || Math.abs(proposal.amount) === amount) return;
    const told = `${money(proposal.amount)}, and approved of ${money(amount ?? 0)}`;
    this.#tell("proposals", `${object ?? "none"} was made of ${told}`);
  }

  #compare(name: string, has: Told): void {
    const told = this.#told.get(name) ?? ORDINARY;
    const differences = [
      has.roles === told.roles ? null : `the roles ${has.roles}, not ${told.roles}`,
      has.disabled === told.disabled ? null : has.disabled ? "been disabled" : "been enabled",
      has.locked === told.locked ? null : has.locked ? "been locked" : "been unlocked",
      has.hasFactor === told.hasFactor ? null : has.hasFactor ? "a second factor" : "no factor",
    ].filter((difference) => difference !== null);
    if (differences.length === 0) return;
    const text = `${JSON.stringify(name)} has ${differences.join(", ")}`;
    this.#tell("standings", `${text}, and the audit does not tell of it`);
  }
}

/** Of the proposal that an object names. */
const numberOf = (object: string | null): number => Number(object?.replace("proposal ", ""));

/** In one order, whatever order they were given in. */
const rolesOf = (roles: readonly string[]): string =>
  [...ROLES.filter((role) => roles.includes(role)), ...roles.filter((role) => !isRole(role))].join(
    "+",
  );

const isRole = (text: string): boolean => (ROLES as readonly string[]).includes(text);

/** Empty if there is none in it. */
function sealedSecretOf(factor: string): string {
  try {
    const { sealedSecret } = JSON.parse(factor) as { sealedSecret?: unknown };
    return typeof sealedSecret === "string" ? sealedSecret : "";
  } catch {
    return "";
  }
}
