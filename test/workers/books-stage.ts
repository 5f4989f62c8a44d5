/** The folder of a bank after a short and busy day, made by its ledger: every kind of change. */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { AccountId, Command } from "../../src/bank/ledger.ts";
import { cents, dollars } from "../../src/bank/money.ts";
import { Ledger, type LedgerReply } from "../../src/workers/ledger.ts";
import { openSqliteStore } from "../../src/workers/sqlite-store.ts";

export const TRANSACTIONS = 7;
/** Well-formed, and of no password. */
const HASH = `hmac-sha384:$2b$04$${"N".repeat(21)}u${"o".repeat(30)}u`;

/** Fills the folder, which is empty; the ledger has closed it by then. */
export function liveThroughADay(folder: string): void {
  const ledger = new Ledger(openSqliteStore({ folder }));
  let now = 1_000;
  const ask = (who: string, command: Command, key?: string): LedgerReply => {
    now += 10;
    const request = { type: "command", command, who, origin: "127.0.0.1:5000" } as const;
    const [reply] = ledger.commit(
      [key === undefined ? request : { ...request, idempotencyKey: key }],
      now,
    );
    if (reply === undefined) throw new Error("no reply");
    return reply;
  };
  // By number, in the order of their opening; the bank's own, for adjustments, is the fifth.
  const [alice, bob, ada, vault] = [1, 2, 3, 4] as [AccountId, AccountId, AccountId, AccountId];
  for (const username of ["alice", "bob", "ada"]) {
    ask(username, { type: "sign_up", username, passwordHash: HASH });
  }
  ask("operator", { type: "appoint", username: "ada" });
  const at = { username: "alice", terminal: "127.0.0.1" };
  ask("alice", { type: "begin_login", ...at });
  ask("alice", { type: "end_login", ...at, outcome: "authenticated" });
  const move = (type: "deposit" | "withdraw", account: AccountId, whole: number): Command => ({
    ...{ type, account, vault, amount: dollars(whole) },
  });
  const adjust = (username: string, amount: number, key: string): LedgerReply => {
    const operation = {
      ...({ type: "adjust", username, reason: "a lost note", key } as const),
      ...{ amount: cents(amount), aloneMax: dollars(1_000) },
    };
    return ask("ada", { type: "operate", operator: ada, operation }, key);
  };
  ask("alice", move("deposit", alice, 100), "cash"); // 1
  ask("bob", move("deposit", bob, 30), "more cash"); // 2
  ask(
    "alice",
    { type: "transfer", account: alice, to: "bob", amount: dollars(7), memo: "tea" },
    "t",
  ); // 3
  ask("bob", move("withdraw", bob, 12), "lunch"); // 4
  ask("bob", move("withdraw", bob, 1_000), "too much"); // Refused.
  ask("alice", { type: "balance", account: alice });
  adjust("bob", 500, "found"); // 5
  adjust("alice", -250, "fee"); // 6
  ask("alice", move("deposit", alice, 1)); // 7, without a key.
  ask("alice", { type: "balance", account: alice });
  ledger.close();
}

/**
 * As version 3 had it: every row of the journal has one of the audit, and one of the outcomes if it
 * was asked for under a key.
 */
export const AS_BEFORE_4 = `
  UPDATE outcomes SET id = id + 4;
  INSERT INTO outcomes SELECT id, iif(kind = 'deposit', credit, debit), key,
    kind || ' ' || amount || iif(kind = 'transfer', ' ["bob","tea"]', ''), id, NULL
    FROM journal WHERE key IS NOT NULL;
  INSERT INTO audit SELECT sequence, at, name, journal.kind, 'ok', amount, id, origin,
      iif(journal.kind = 'transfer', 'bob', NULL)
    FROM journal JOIN holders ON account = iif(journal.kind = 'deposit', credit, debit)
    WHERE journal.kind <> 'adjustment';
  UPDATE journal SET sequence = 0, origin = NULL, key = NULL;`;

/** Does what nobody may. */
export function tamper(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, "bank.sqlite"));
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}
