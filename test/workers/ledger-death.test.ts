/**
 * A ledger that dies at any moment: what it acknowledged is in the journal, once. A death is seen
 * from the disk: the files of the store as they are at that moment, the last of them perhaps torn.
 */

import { copyFileSync, existsSync, mkdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccountId, Command } from "../../src/bank/ledger.ts";
import type { Cents } from "../../src/bank/money.ts";
import { Ledger, type LedgerReply, type LedgerRequest } from "../../src/workers/ledger.ts";
import { openSnapshot } from "../../src/workers/sqlite-snapshot.ts";
import { openSqliteReader, openSqliteStore } from "../../src/workers/sqlite-store.ts";
import type { Store } from "../../src/workers/store.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const ALICE = 1 as AccountId;
const VAULT = 2 as AccountId;
const BOB = 3 as AccountId;
/** So few that a ledger dies in whatever phase of writing its balances. */
const SWEEP = 3;
const FILES = ["bank.sqlite", "bank.sqlite-wal"];

type Posting = { account: AccountId; type: "deposit" | "withdraw"; amount: number };
type Acknowledged = Posting & { transaction: number; balance: number };
/** How a batch ends: whole, or by a death before, within or behind its commit. */
type Fate = { death: "none" | "before" | "within" | "behind"; torn: number };
type Batch = { postings: Posting[]; fate: Fate };

const posting: fc.Arbitrary<Posting> = fc.record({
  account: fc.constantFrom(ALICE, BOB),
  type: fc.constantFrom("deposit" as const, "deposit" as const, "withdraw" as const),
  amount: fc.integer({ min: 1, max: 10_000 }),
});
const fate: fc.Arbitrary<Fate> = fc.record({
  death: fc.constantFrom("none", "none", "before", "within", "behind"),
  torn: fc.double({ min: 0, max: 1, noNaN: true }),
});
const history: fc.Arbitrary<Batch[]> = fc.array(
  fc.record({ postings: fc.array(posting, { minLength: 1, maxLength: 5 }), fate }),
  { minLength: 1, maxLength: 8 },
);

const request = (command: Command): LedgerRequest => ({
  ...{ type: "command", command, who: "someone", origin: "here" },
});
const requestOf = ({ account, type, amount }: Posting): LedgerRequest =>
  request({ type, account, vault: VAULT, amount: amount as Cents });

const opening: LedgerRequest[] = [
  request({ type: "sign_up", username: "alice", passwordHash: "hash" }),
  request({ type: "end_login", username: "alice", terminal: "t", outcome: "authenticated" }),
  request({ type: "sign_up", username: "bob", passwordHash: "hash" }),
];

/** The real store, made to tell when a commit begins and when it has been made. */
function watched(store: Store, on: { before(): void; behind(): void }): Store {
  const append = store.append.bind(store);
  store.append = (batch) => {
    on.before();
    append(batch);
    on.behind();
  };
  return store;
}

class Death extends Error {}

/** A bank's folder over many lives of its ledger. */
class Lives {
  readonly #root = temporaryFolder();
  #count = 0;
  #folder = "";
  #store: Store | null = null;
  #ledger: Ledger | null = null;
  #fate: Fate = { death: "none", torn: 1 };
  readonly acknowledged: Acknowledged[] = [];
  /** Those that were asked for and never answered. */
  lost = 0;

  constructor() {
    this.#open();
    this.#live().commit(opening, 1_000);
  }

  run({ postings, fate: next }: Batch): void {
    this.#fate = next;
    try {
      const replies = this.#live().commit(postings.map(requestOf), 2_000);
      for (const [index, reply] of replies.entries()) this.#hear(postings[index], reply);
    } catch (error) {
      if (!(error instanceof Death)) throw error;
      this.lost += postings.length;
      this.#fate = { death: "none", torn: 1 };
      this.#open();
    }
  }

  /** The folder as the last life left it. */
  end(): string {
    this.#store?.close();
    return this.#folder;
  }

  #live(): Ledger {
    if (this.#ledger === null) throw new Error("nobody is alive");
    return this.#ledger;
  }

  #hear(asked: Posting | undefined, reply: LedgerReply): void {
    if (asked === undefined || reply.type !== "posted") return;
    const { transaction, balance } = reply;
    this.acknowledged.push({ ...asked, transaction, balance });
  }

  #open(): void {
    if (this.#folder === "") this.#folder = this.#nextFolder();
    const store = openSqliteStore({ folder: this.#folder, sweepPostings: SWEEP });
    let walBytes = 0;
    this.#store = store;
    this.#ledger = new Ledger(
      watched(store, {
        before: () => {
          walBytes = this.#walBytes();
          if (this.#fate.death === "before") this.#die(1, walBytes);
        },
        behind: () => {
          const { death, torn } = this.#fate;
          if (death === "within") this.#die(torn, walBytes);
          if (death === "behind") this.#die(1, walBytes);
        },
      }),
    );
  }

  /** Goes on in a copy of the files, of whose last write only the share `torn` was made. */
  #die(torn: number, walBytes: number): never {
    const [from, to] = [this.#folder, this.#nextFolder()];
    for (const name of FILES) {
      if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
    }
    const written = Math.max(0, this.#walBytes() - walBytes);
    const wal = join(to, "bank.sqlite-wal");
    if (existsSync(wal)) truncateSync(wal, this.#walBytes() - Math.ceil(written * (1 - torn)));
    this.#store?.close();
    this.#folder = to;
    throw new Death();
  }

  #nextFolder(): string {
    this.#count += 1;
    const folder = join(this.#root, String(this.#count));
    mkdirSync(folder);
    return folder;
  }

  #walBytes(): number {
    const wal = join(this.#folder, "bank.sqlite-wal");
    return existsSync(wal) ? statSync(wal).size : 0;
  }
}

function readBack(folder: string) {
  const database = new DatabaseSync(join(folder, "bank.sqlite"), { readOnly: true });
  const journal = database.prepare("SELECT * FROM journal ORDER BY id").all();
  database.close();
  const snapshot = openSnapshot(folder);
  const balances = [...snapshot.accounts()];
  snapshot.close();
  const reader = openSqliteReader(folder);
  const audit = reader.auditAfter(0, 1_000_000);
  reader.close();
  return { journal, balances, audit };
}

const signed = ({ type, amount }: { type: unknown; amount: number }): number =>
  type === "deposit" ? amount : 0 - amount;

describe("over any number of deaths", () => {
  it("each acknowledged posting is in the journal once, and the books agree with it", () => {
    fc.assert(
      fc.property(history, (batches) => {
        const lives = new Lives();
        for (const batch of batches) lives.run(batch);
        const { journal, balances, audit } = readBack(lives.end());

        for (const { transaction, account, type, amount, balance } of lives.acknowledged) {
          const rows = journal.filter(({ id }) => id === transaction);
          const side = type === "deposit" ? "credit" : "debit";
          expect(rows).toHaveLength(1);
          expect(rows[0]).toMatchObject({ kind: type, amount });
          expect(rows[0]).toMatchObject({ [side]: account, [`${side}_balance`]: balance });
        }
        expect(journal.length).toBeGreaterThanOrEqual(lives.acknowledged.length);
        expect(journal.length).toBeLessThanOrEqual(lives.acknowledged.length + lives.lost);
        expect(journal.map(({ id }) => id)).toEqual(journal.map((_, index) => index + 1));

        expect(balances.reduce((sum, row) => sum + row.balance, 0)).toBe(0);
        for (const account of [ALICE, BOB]) {
          const moved = journal
            .filter((row) => row["debit"] === account || row["credit"] === account)
            .map((row) => signed({ type: row["kind"], amount: Number(row["amount"]) }));
          const balance = moved.reduce((sum, one) => sum + one, 0);
          expect(balance).toBeGreaterThanOrEqual(0);
          expect(balances).toContainEqual(expect.objectContaining({ id: account, balance }));
        }

        const audited = audit.flatMap(({ transaction }) => transaction ?? []);
        expect(audited).toEqual(journal.map(({ id }) => id));
        expect(audit.map(({ sequence }) => sequence)).toEqual(audit.map((_, index) => index + 1));
      }),
      { numRuns: 60 },
    );
  });
});
