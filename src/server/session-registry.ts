/**
 * Who is logged in: every session of both protocols, by account. It lists them, ends them from
 * elsewhere, and tells them what others do to their account. It owns no timer and no socket.
 */

import type { AccountId } from "../bank/ledger.ts";
import { encodeHex } from "../protocol/hex.ts";
import { Presence } from "./presence.ts";

/** Guessing one of a bank's sessions is hopeless: 128 bits. */
const ID_BYTES = 16;

/** What a session is, since its login. */
export type Seated = {
  readonly account: AccountId;
  readonly username: string;
  readonly roles: readonly string[];
  readonly terminal: string;
  readonly protocol: "classic" | "modern";
  /** ms since the epoch. */
  readonly startedAt: number;
};

/** The connection of a session. What it is told, it does itself: nothing is done for it. */
export interface Seat<News> {
  /** Since its client was last heard. */
  idleMs(): number;
  /** Answers what is in hand, says so, and closes. `by` whom is for the audit; the first counts. */
  endElsewhere(by: string): void;
  /** Null where the protocol has no way to tell. */
  readonly hear: ((news: News) => void) | null;
}

/** `number` counts the logins since the start of the bank. */
export type SessionEntry = Seated & {
  readonly id: string;
  readonly number: number;
  idleMs(): number;
};

/** What takes a session out again; calling it twice is harmless. */
export type Membership = { readonly id: string; leave(): void };

type Entry<News> = Seated & {
  readonly id: string;
  readonly number: number;
  readonly seat: Seat<News>;
};

/** `before` is the number of a session: those that began earlier. */
export type PageQuery = { username?: string; before: number; limit: number };

const shown = <News>({ seat, ...entry }: Entry<News>): SessionEntry => ({
  ...entry,
  idleMs: () => seat.idleMs(),
});

export class SessionRegistry<News> {
  readonly #randomBytes: (length: number) => Uint8Array;
  readonly #byId = new Map<string, Entry<News>>();
  readonly #byAccount = new Map<AccountId, Set<Entry<News>>>();
  readonly #presence = new Presence<News>();

  #lastNumber = 0;

  constructor(randomBytes: (length: number) => Uint8Array) {
    this.#randomBytes = randomBytes;
  }

  /** Called at a login, once; the id is new each time, whatever the line. */
  enter(seated: Seated, seat: Seat<News>): Membership {
    const id = encodeHex(this.#randomBytes(ID_BYTES));
    this.#lastNumber += 1;
    const entry: Entry<News> = { ...seated, id, number: this.#lastNumber, seat };
    const sessions = this.#byAccount.get(seated.account) ?? new Set();
    this.#byAccount.set(seated.account, sessions.add(entry));
    this.#byId.set(id, entry);
    const leavePresence =
      seat.hear === null ? null : this.#presence.enter(seated.account, seat.hear);
    return {
      id,
      leave: () => {
        leavePresence?.();
        this.#byId.delete(id);
        sessions.delete(entry);
        if (sessions.size === 0 && this.#byAccount.get(seated.account) === sessions) {
          this.#byAccount.delete(seated.account);
        }
      },
    };
  }

  /** Those of one account, or all: the oldest first. */
  list(account?: AccountId): SessionEntry[] {
    const entries = account === undefined ? this.#byId.values() : this.#of(account);
    return Array.from(entries, shown);
  }

  /** A page of all, or of one user's, the latest first. `isLast`: nothing follows. */
  page({ username, before, limit }: PageQuery): { entries: SessionEntry[]; isLast: boolean } {
    const all = [...this.#byId.values()];
    const entries: SessionEntry[] = [];
    for (let index = all.length - 1; index >= 0; index -= 1) {
      const entry = all[index]!;
      if (entry.number >= before || (username ?? entry.username) !== entry.username) continue;
      if (entries.length === limit) return { entries, isLast: false };
      entries.push(shown(entry));
    }
    return { entries, isLast: true };
  }

  /** Whose session it is; null if there is none of that id. */
  usernameOf(id: string): string | null {
    return this.#byId.get(id)?.username ?? null;
  }

  /** @returns whether there is such a session: of that account, where one is named. */
  end(id: string, { by, account }: { by: string; account?: AccountId }): boolean {
    const entry = this.#byId.get(id);
    if (entry === undefined || (account ?? entry.account) !== entry.account) return false;
    entry.seat.endElsewhere(by);
    return true;
  }

  /** For a change of password, a disabled account, changed roles. @returns how many were ended. */
  endAll(account: AccountId, { by, except }: { by: string; except?: string | undefined }): number {
    const ended = [...this.#of(account)].filter(({ id }) => id !== except);
    for (const { seat } of ended) seat.endElsewhere(by);
    return ended.length;
  }

  /** As `endAll`, for whoever knows only whose they are: it looks through all sessions. */
  endAllOf(username: string, { by }: { by: string }): number {
    const ended = [...this.#byId.values()].filter((entry) => entry.username === username);
    for (const { seat } of ended) seat.endElsewhere(by);
    return ended.length;
  }

  /** Tells the latest sessions of an account that can be told. */
  tell(account: AccountId, news: News): void {
    this.#presence.tell(account, news);
  }

  get size(): number {
    return this.#byId.size;
  }

  #of(account: AccountId): Iterable<Entry<News>> {
    return this.#byAccount.get(account) ?? [];
  }
}
