/**
 * What the audit's thread spends on an entry, in µs of CPU: `node bench/micro/audit.ts [seconds]
 * [checkout …]`. The threads of several checkouts write their files anew in turns, so that their
 * ratio means something on a machine that is busy with more. The collector's threads are counted.
 */

import { readFileSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { BroadcastChannel, MessageChannel, Worker } from "node:worker_threads";
import type { AccountId } from "../../src/bank/ledger.ts";
import { cents, dollars } from "../../src/bank/money.ts";
import { PLAIN_FILE, SEALED_FILE } from "../../src/workers/audit-log.ts";
import type { AuditThreadData } from "../../src/workers/audit-thread.ts";
import type { openSqliteStore } from "../../src/workers/sqlite-store.ts";
import type { Entry } from "../../src/workers/store.ts";
import { type fillFolder, scratchFolder, userName } from "../bank/scratch-folder.ts";

const CUSTOMERS = 1_000;
const ENTRIES = 40_000;
const ENTRIES_A_BATCH = 100;
const ENTRIES_A_SECOND = 10_000;
const AMOUNT = dollars(1);
const KEY = new Uint8Array(32).fill(7);
const WARM_UP_TURNS = 2;
const POLL_MS = 25;

type Checkout = {
  readonly name: string;
  readonly files: readonly string[];
  /** Has the thread look at its files. */
  readonly wake: () => void;
  cpuUs: number;
  entries: number;
};

const [seconds = "20", ...folders] = process.argv.slice(2);
const checkouts: Checkout[] = [];
for (const name of folders.length > 0 ? folders : ["."]) checkouts.push(await start(name));
const sizes = checkouts[0]!.files.map((file) => statSync(file).size);

const endAt = performance.now() + Number(seconds) * 1_000;
for (let turn = 0; turn < 1 + WARM_UP_TURNS || performance.now() < endAt; turn++) {
  for (const checkout of checkouts) {
    for (const file of checkout.files) rmSync(file);
    const before = process.cpuUsage();
    checkout.wake();
    await until(() => checkout.files.every((file, index) => sizeOf(file) === sizes[index]));
    const { user, system } = process.cpuUsage(before);
    if (turn < WARM_UP_TURNS) continue;
    checkout.cpuUs += user + system;
    checkout.entries += ENTRIES;
  }
}
for (const { name, cpuUs, entries } of checkouts) {
  console.log(`${name}: ${(cpuUs / entries).toFixed(2)} µs an entry`);
}
process.exit(0);

/** Starts a checkout's thread, from its sources, and waits for it to write its files. */
async function start(name: string): Promise<Checkout> {
  const root = resolve(name);
  const folder = scratchFolder();
  await fill(root, folder);
  const { port1, port2 } = new MessageChannel();
  const grownChannel = `bench ${crypto.randomUUID()}`;
  const data: AuditThreadData = { folder, auditKeys: [KEY], keysChannel: "bench", grownChannel };
  const entry = pathToFileURL(join(root, "src/workers/audit-main.ts"));
  const thread = new Worker(entry, { workerData: { control: port2, data }, transferList: [port2] });
  thread.once("error", (error) => {
    throw error;
  });
  port1.on("message", () => undefined); // Held, since the thread ends when this end is gone.
  const files = [PLAIN_FILE, SEALED_FILE].map((file) => join(folder, file));
  await until(() => files.every((file) => sizeOf(file) > 0 && linesOf(file) === ENTRIES));
  const grown = new BroadcastChannel(grownChannel);
  return { name, files, wake: () => grown.postMessage(null), cpuUs: 0, entries: 0 };
}

/** With deposits, by the checkout's own store, which may be of another version. */
async function fill(root: string, folder: string): Promise<void> {
  const load = (path: string): Promise<unknown> => import(pathToFileURL(join(root, path)).href);
  const bank = (await load("bench/bank/scratch-folder.ts")) as { fillFolder: typeof fillFolder };
  bank.fillFolder(folder, CUSTOMERS, 0);
  const { openSqliteStore: open } = (await load("src/workers/sqlite-store.ts")) as {
    openSqliteStore: typeof openSqliteStore;
  };
  const store = open({ folder });
  for (let written = 0; written < ENTRIES; written += ENTRIES_A_BATCH) {
    store.append(Array.from({ length: ENTRIES_A_BATCH }, (_, index) => depositOf(written + index)));
  }
  store.close();
}

/** The vault's name is a customer's too: it makes no difference here. */
function depositOf(index: number): Entry {
  const [account, vault] = [2 + (index % (CUSTOMERS - 1)), 1] as [AccountId, AccountId];
  const before = Math.max(0, index + 2 - CUSTOMERS);
  const balance = cents(AMOUNT * (1 + Math.floor(index / (CUSTOMERS - 1))));
  const transaction = index + 1;
  const who = userName(account - 1);
  const audit = { who, action: "deposit", outcome: "ok", amount: AMOUNT, transaction } as const;
  return {
    at: 1_790_000_000_000 + Math.floor((index * 1_000) / ENTRIES_A_SECOND),
    event: {
      ...{ type: "posted", kind: "deposit", memo: null, transaction, amount: AMOUNT },
      debit: { account: vault, balance: cents(-AMOUNT * transaction), previous: index },
      credit: { account, balance, previous: before },
    },
    audit: { ...audit, object: null, origin: "127.0.0.1:50000" },
    outcome: null,
  };
}

/** And a little longer: having written, the thread looks at the files once more. */
async function until(isSo: () => boolean): Promise<void> {
  for (let was = false; !was;) {
    was = isSo();
    await delay(POLL_MS);
  }
}

/** Zero for a file that is not there. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function linesOf(file: string): number {
  return readFileSync(file, "latin1").split("\n").length - 1;
}
