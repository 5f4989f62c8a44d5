/**
 * The bank killed under load, again and again: every acknowledged change is in the books exactly
 * once, every other at most once, and the audit has one line for each.
 */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { seededRandom } from "../../src/actor/random.ts";
import { dollars } from "../../src/bank/money.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { ClassicClient } from "../../src/client/classic-client.ts";
import { LineLost } from "../../src/client/line-lost.ts";
import { TcpTransport } from "../../src/client/tcp-transport.ts";
import type { AccountRow } from "../../src/workers/books-snapshot.ts";
import { plainFormat } from "../../src/workers/audit-log.ts";
import { verifyAuditFile } from "../../src/workers/audit-verification.ts";
import { openSnapshot } from "../../src/workers/sqlite-snapshot.ts";
import { openSqliteReader } from "../../src/workers/sqlite-store.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startBankProgram } from "./program.ts";

const KILLS = 20;
const CUSTOMERS = 8;
const ACKNOWLEDGED_MAX = 200; // Before a kill.
const SEED = 20_261_124;
const PASSWORD = "a good password";

/**
 * What one customer knows. Each amount is used once, so a journal row tells which request it was:
 * the dollars are a counter.
 */
class Customer {
  readonly name: string;
  /** Dollars of the changes that the bank has acknowledged: above zero for a deposit. */
  readonly acknowledged = new Set<number>();
  /** Those that were sent, and whose reply never came. */
  readonly inDoubt = new Set<number>();
  #counter = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Moves money until the line is lost. Withdraws a little after each second deposit. */
  async work(port: number, onAcknowledged: () => void): Promise<void> {
    const client = new ClassicClient(new TcpTransport("127.0.0.1", port), nodeCiphers);
    try {
      await client.logIn(this.name, PASSWORD);
      for (;;) {
        this.#counter += 1;
        const withdraws = this.#counter % 3 === 0;
        await this.#move(client, withdraws ? -this.#counter : this.#counter);
        onAcknowledged();
      }
    } catch (error) {
      if (!(error instanceof LineLost)) throw error;
    }
  }

  async #move(client: ClassicClient, amount: number): Promise<void> {
    this.inDoubt.add(amount);
    const sent = dollars(Math.abs(amount));
    const reply = await (amount < 0 ? client.withdraw(sent) : client.deposit(sent));
    const isDecided = ["deposited", "withdrew", "insufficient_funds"].includes(reply.type);
    if (!isDecided) throw new Error(`a change was answered ${reply.type}`);
    this.inDoubt.delete(amount);
    if (reply.type !== "insufficient_funds") this.acknowledged.add(amount);
  }
}

it(`keeps what it acknowledged over ${KILLS} kills`, { timeout: 240_000 }, async () => {
  const folder = temporaryFolder();
  const random = seededRandom(SEED);
  const customers = Array.from({ length: CUSTOMERS }, (_, n) => new Customer(`customer${n}`));
  await signUpAll(folder, customers);

  for (let kill = 0; kill < KILLS; kill++) {
    const bank = await startBankProgram(folder);
    let left = 1 + Math.floor(random() * ACKNOWLEDGED_MAX);
    const works = customers.map((customer) =>
      customer.work(bank.port, () => {
        left -= 1;
        if (left === 0) bank.child.kill("SIGKILL");
      }),
    );
    await Promise.all(works);
    expect(await bank.ended).toBe("SIGKILL");
    compareWithBooks(folder, customers);
  }

  const acknowledged = customers.reduce((sum, customer) => sum + customer.acknowledged.size, 0);
  expect(acknowledged).toBeGreaterThan(KILLS * CUSTOMERS);
  const last = await startBankProgram(folder);
  last.child.kill("SIGTERM");
  expect(await last.ended).toBe(0);
  compareWithBooks(folder, customers);
  compareAudit(folder);
});

async function signUpAll(folder: string, customers: readonly Customer[]): Promise<void> {
  const bank = await startBankProgram(folder);
  for (const { name } of customers) {
    const client = new ClassicClient(new TcpTransport("127.0.0.1", bank.port), nodeCiphers);
    expect(await client.signUp(name, PASSWORD)).toEqual({ type: "signed_up" });
    client.close();
  }
  bank.child.kill("SIGTERM");
  expect(await bank.ended).toBe(0);
}

type Row = { kind: string; amount: number; balance: number };

function compareWithBooks(folder: string, customers: readonly Customer[]): void {
  const accounts = accountsIn(folder);
  const database = new DatabaseSync(join(folder, "bank.sqlite"));
  try {
    expect(accounts.reduce((sum, { balance }) => sum + balance, 0)).toBe(0);
    for (const customer of customers) {
      const account = accounts.find(({ kind, name }) => {
        return kind === "customer" && name === customer.name;
      });
      if (account === undefined) throw new Error(`${customer.name} has no account`);
      compareCustomer(database, customer, account);
    }
  } finally {
    database.close();
  }
}

/** As of the last commit, which the table of accounts by itself is not. */
function accountsIn(folder: string): AccountRow[] {
  const snapshot = openSnapshot(folder);
  try {
    return [...snapshot.accounts()];
  } finally {
    snapshot.close();
  }
}

function compareCustomer(database: DatabaseSync, customer: Customer, account: AccountRow): void {
  const rows = database
    .prepare(
      `SELECT kind, amount, iif(credit = :id, credit_balance, debit_balance) AS balance
       FROM journal WHERE credit = :id OR debit = :id ORDER BY id`,
    )
    .all({ id: account.id }) as Row[];
  const moved = rows.map(({ kind, amount }) => (kind === "deposit" ? amount : -amount) / 100);
  expect(new Set(moved).size, "no change is there twice").toBe(moved.length);
  for (const amount of customer.acknowledged) expect(moved).toContain(amount);
  for (const amount of moved) {
    expect(customer.acknowledged.has(amount) || customer.inDoubt.has(amount)).toBe(true);
  }
  let balance = 0;
  for (const [index, row] of rows.entries()) {
    balance += (moved[index] ?? Number.NaN) * 100;
    expect(row.balance).toBe(balance);
    expect(balance).toBeGreaterThanOrEqual(0);
  }
  expect(account.balance).toBe(balance);
}

function compareAudit(folder: string): void {
  const reader = openSqliteReader(folder);
  const database = new DatabaseSync(join(folder, "bank.sqlite"));
  try {
    expect(verifyAuditFile(folder, plainFormat, reader)).toMatchObject({ fault: null });
    const counts = database
      .prepare(
        `SELECT count(*) AS rows, count(DISTINCT sequence) AS different, max(sequence) AS last
         FROM (SELECT sequence FROM journal UNION ALL SELECT sequence FROM audit)`,
      )
      .get();
    expect(counts?.["different"]).toBe(counts?.["rows"]);
    expect(counts?.["last"]).toBe(counts?.["rows"]);
  } finally {
    reader.close();
    database.close();
  }
}
