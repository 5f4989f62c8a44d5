/**
 * Who is logged in: the sessions of each account, to be told what others do to it. News is a
 * courtesy (docs/protocol.md): only the latest sessions of an account get it, so that nobody can
 * make one transfer cost a message to hundreds.
 */

import type { AccountId } from "../bank/ledger.ts";

/** Sessions of one account that are told; the oldest makes room for the newest. */
export const LISTENERS_MAX = 16;

export class Presence<News> {
  readonly #listeners = new Map<AccountId, Set<(news: News) => void>>();

  /** @returns what takes the listener out again. */
  enter(account: AccountId, listener: (news: News) => void): () => void {
    const listeners = this.#listeners.get(account) ?? new Set();
    this.#listeners.set(account, listeners.add(listener));
    const [oldest] = listeners;
    if (listeners.size > LISTENERS_MAX && oldest !== undefined) listeners.delete(oldest);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(account) === listeners) {
        this.#listeners.delete(account);
      }
    };
  }

  tell(account: AccountId, news: News): void {
    for (const listener of this.#listeners.get(account) ?? []) listener(news);
  }

  /** Accounts with a session. */
  get size(): number {
    return this.#listeners.size;
  }
}
