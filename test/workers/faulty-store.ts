/** A ledger over a store that can be told to break down. */

import type { AccountId } from "../../src/bank/ledger.ts";
import { Ledger } from "../../src/workers/ledger.ts";
import { openSqliteStore } from "../../src/workers/sqlite-store.ts";
import type { Entry, Store } from "../../src/workers/store.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** A store that does as told: keeps the real one's promises, or breaks down in a stated way. */
export class FaultyStore implements Store {
  readonly #inner: Store;
  fault: Error | null = null;
  appended: Entry[][] = [];
  constructor(inner: Store) {
    this.#inner = inner;
  }
  loads = 0;
  load = () => {
    this.loads += 1;
    return this.#inner.load();
  };
  lastAt = () => this.#inner.lastAt();
  wasStopped = () => this.#inner.wasStopped();
  outcome = (account: AccountId, key: string) => this.#inner.outcome(account, key);
  isNoted = (key: string) => this.#inner.isNoted(key);
  posting = (transaction: number) => this.#inner.posting(transaction);
  append(batch: readonly Entry[]): void {
    if (this.fault !== null) throw this.fault;
    this.appended.push([...batch]);
    this.#inner.append(batch);
  }
  passwordHash = (account: AccountId) => this.#inner.passwordHash(account);
  close = () => this.#inner.close();
}

export function openLedger() {
  const folder = temporaryFolder();
  const store = new FaultyStore(openSqliteStore({ folder }));
  return { folder, store, ledger: new Ledger(store) };
}
