/**
 * The outcomes of changes with a key, as the store remembers them: what a plain list of them all
 * says, whether they were refused or done, over stops and deaths the same.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccountId } from "../../src/bank/ledger.ts";
import { cents, dollars } from "../../src/bank/money.ts";
import { Ledger, type LedgerReply, type LedgerRequest } from "../../src/workers/ledger.ts";
import { openSqliteStore } from "../../src/workers/sqlite-store.ts";
import type { Store } from "../../src/workers/store.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { asKilled } from "./as-killed.ts";
import { inDatabase } from "./in-database.ts";

/** By number; the first is an administrator. */
const NAMES = ["ada", "bob", "carol"];
const VAULT = (NAMES.length + 1) as AccountId;

type Kind = "deposit" | "too much" | "adjust" | "adjust too much";
type Asked = { account: number; key: string; kind: Kind };
/** What the bank owes its client as long as it remembers. */
type Remembered = Asked & { reply: LedgerReply | undefined };

type Command = LedgerRequest & { type: "command" };
const request = (command: Command["command"], idempotencyKey?: string): LedgerRequest => ({
  ...{ type: "command", command, who: "somebody", origin: "here" },
  ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
});

/** Of a customer, each kind of `adjust` is refused. */
function requestOf({ account: number, key, kind }: Asked): LedgerRequest {
  const account = number as AccountId;
  const move = { account, vault: VAULT };
  if (kind === "deposit") return request({ type: "deposit", ...move, amount: cents(5) }, key);
  if (kind === "too much") {
    return request({ type: "withdraw", ...move, amount: dollars(9_999) }, key);
  }
  const operation = {
    ...({ type: "adjust", username: "bob", reason: "a lost note", key } as const),
    ...{ amount: kind === "adjust" ? cents(7) : dollars(-9_999), aloneMax: dollars(10_000) },
  };
  return request({ type: "operate", operator: account, operation }, key);
}

function bank(): string {
  const folder = temporaryFolder();
  const ledger = new Ledger(openSqliteStore({ folder }));
  const signUps = NAMES.map((username) =>
    request({ type: "sign_up", username, passwordHash: "hash" }),
  );
  const logIn = { type: "end_login", username: "bob", terminal: "t" } as const;
  const rest = [request({ ...logIn, outcome: "authenticated" })];
  ledger.commit([...signUps, ...rest, request({ type: "appoint", username: "ada" })], 1_000);
  ledger.close();
  return folder;
}

/** The first so many, by the place behind an account's newest, and then the newest. */
function newestOf(all: readonly Remembered[], max: number): readonly Remembered[] {
  const ranked = all.map((one, at) => {
    const rank = all.slice(at).filter(({ account }) => account === one.account).length;
    return { one, at, rank };
  });
  const first = ranked.toSorted((a, b) => a.rank - b.rank || b.at - a.at).slice(0, max);
  return first.toSorted((a, b) => a.at - b.at).map(({ one }) => one);
}

const isOf = (asked: Asked) => (one: Asked) =>
  one.account === asked.account && one.key === asked.key;

function expectRemembered(store: Store, remembered: readonly Remembered[], keys: Set<string>) {
  for (const [index] of NAMES.entries()) {
    const account = (index + 1) as AccountId;
    const known = [...keys].filter((key) => store.outcome(account, key) !== null);
    const own = remembered.filter((one) => one.account === account).map(({ key }) => key);
    expect(known.toSorted()).toEqual(own.toSorted());
  }
}

describe("outcomes", () => {
  const kinds: Kind[] = ["deposit", "deposit", "too much", "too much", "adjust", "adjust too much"];
  const asked = fc.record({
    // One is busier than the others, so that theirs outlive many rows of the journal.
    account: fc.constantFrom(1, 1, 2, 3, 3, 3, 3, 3),
    key: fc.integer({ min: 0, max: 99 }).map(String),
    kind: fc.constantFrom(...kinds),
  });
  const batch = fc.array(asked, { minLength: 1, maxLength: 4, size: "max" });
  const then = fc.constantFrom("go on", "go on", "go on", "stop", "die");

  it("are the newest of who has fewest, over any history of batches, stops and deaths", () => {
    const empty = bank();
    let run = 0;
    const history = fc.array(fc.tuple(batch, then), { minLength: 1, maxLength: 24, size: "max" });
    fc.assert(
      fc.property(history, fc.integer({ min: 4, max: 12 }), (batches, outcomesMax) => {
        let folder = asKilled(empty, `run ${(run += 1)}`);
        let store = openSqliteStore({ folder, outcomesMax });
        let ledger = new Ledger(store);
        const keys = new Set<string>();
        let remembered: readonly Remembered[] = [];
        for (const [index, [changes, end]] of batches.entries()) {
          const fresh: Remembered[] = [];
          const replies = ledger.commit(changes.map(requestOf), 2_000 + index);
          for (const [at, change] of changes.entries()) {
            keys.add(change.key);
            const reply = replies[at];
            const first = [...fresh, ...remembered].find(isOf(change));
            if (first === undefined) fresh.push({ ...change, reply });
            else if (first.kind === change.kind) expect(reply).toMatchObject(endOf(first.reply));
            else expect(reply).toEqual({ type: "rejected", rejection: "idempotency_conflict" });
          }
          // What is forgotten for a batch is forgotten when it is through.
          remembered = newestOf([...remembered, ...fresh], outcomesMax);
          expectRemembered(store, remembered, keys);
          if (end === "go on") continue;
          const killed = end === "die" ? asKilled(folder, "killed") : null;
          ledger.close();
          folder = killed ?? folder;
          store = openSqliteStore({ folder, outcomesMax });
          ledger = new Ledger(store);
          expectRemembered(store, remembered, keys);
        }
        store.append([]);
        store.append([]);
        ledger.close();
        const rows = inDatabase(folder, (database) =>
          database.prepare("SELECT account, key FROM outcomes").all(),
        ) as { account: number; key: string }[];
        for (const { account, key } of rows) {
          expect(remembered.some((one) => one.account === account && one.key === key)).toBe(true);
        }
      }),
      { numRuns: 12 },
    );
  });

  it("keep their order over a restart, where a refusal came after a posting of long ago", () => {
    const folder = bank();
    const options = { folder, outcomesMax: 4 };
    const first = new Ledger(openSqliteStore(options));
    const bobs = { account: 2 };
    first.commit([{ ...bobs, key: "old", kind: "deposit" } as const].map(requestOf), 2_000);
    first.commit([{ ...bobs, key: "refused", kind: "too much" } as const].map(requestOf), 2_000);
    // So many that the journal is not read back to Bob's at a start.
    for (let n = 0; n < 9; n++) {
      first.commit([requestOf({ account: 3, key: String(n), kind: "deposit" })], 3_000);
    }
    first.close();
    const store = openSqliteStore(options);
    const second = new Ledger(store);
    const known = () =>
      ["old", "refused", "new"].filter((key) => store.outcome(2 as AccountId, key) !== null);
    expect(known()).toEqual(["old", "refused"]);
    second.commit([requestOf({ ...bobs, key: "new", kind: "deposit" })], 4_000);
    expect(known()).toEqual(["refused", "new"]);
    second.close();
  });
});

/** What a retry is told again: whom else it concerned is not. */
function endOf(reply: LedgerReply | undefined): object {
  if (reply?.type !== "posted") return { ...reply };
  return { type: "posted", transaction: reply.transaction, balance: reply.balance };
}
