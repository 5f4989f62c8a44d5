/** Threads that die under a running bank: who is told what, and that the books go on. */

import { mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { dollars } from "../../../src/bank/money.ts";
import type { ClassicClient } from "../../../src/client/classic-client.ts";
import { Thread } from "../../../src/server/threads/thread.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { startTestBank, type TestBank } from "../../test-bank.ts";

const IN_DOUBT = "it is not known whether this was done, ask for the balance";
/** The amount that the damaged disk of these tests cannot bear, in cents. */
const POISON = 66_600;

/** A second connection to the bank's database, as of a disk or a program that goes wrong. */
function meddle(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, "bank.sqlite"), { timeout: 5_000 });
  database.exec(sql);
  database.close();
}

/** From now on the ledger's thread dies of one amount, each time it meets it. */
const poison = ({ folder }: TestBank): void =>
  meddle(
    folder,
    `CREATE TRIGGER poison BEFORE INSERT ON journal WHEN NEW.amount = ${POISON}
     BEGIN SELECT RAISE(ABORT, 'the disk cannot bear it'); END`,
  );

/** The balance, once there is a ledger again that can tell it. */
async function balanceOf(client: ClassicClient): Promise<number> {
  for (;;) {
    const reply = await client.balance();
    if (reply.type === "balance") return reply.balance;
    expect(reply.type).toBe("busy");
  }
}

const alarms = ({ events }: TestBank): string[] =>
  events.flatMap((event) => (event.type === "alarm" ? [event.message] : []));

describe("a ledger that dies of a commit", () => {
  it("leaves its callers an answer, is started again, and goes on from the store", async () => {
    const bank = await startTestBank();
    const alice = await bank.customer("alice");
    const bob = await bank.customer("bob");
    await alice.deposit(dollars(42));
    poison(bank);
    expect(await alice.deposit(dollars(POISON / 100))).toEqual({ type: "busy", detail: IN_DOUBT });
    expect(await balanceOf(alice)).toBe(dollars(42));
    expect(await balanceOf(bob)).toBe(0);
    expect(await bob.deposit(dollars(7))).toMatchObject({ balance: dollars(7) });
    expect(alarms(bank)).toEqual(["the ledger has died: the disk cannot bear it"]);
    const { threads, ledger } = bank.bank.metrics();
    expect(threads).toContainEqual({ name: "ledger", state: "running", restarts: 1 });
    expect(threads).toContainEqual({ name: "audit", state: "running", restarts: 0 });
    expect(ledger).toMatchObject({ depth: 0, restarts: 1 });
    const deposits = bank.audit().filter(({ action }) => action === "deposit");
    expect(deposits.map(({ who, amount }) => [who, amount])).toEqual([
      ["alice", 4_200],
      ["bob", 700],
    ]);
  });

  it("over and over: the bank gives up, says so once, and can still be stopped", async () => {
    const onFailure = vi.fn<(error: unknown) => void>();
    const bank = await startTestBank({ onFailure });
    const alice = await bank.customer("alice");
    // Whoever starts anew finds no journal to go on with.
    meddle(bank.folder, "DROP TABLE journal");
    expect(await alice.deposit(dollars(1))).toEqual({ type: "busy", detail: IN_DOUBT });
    await vi.waitFor(() => expect(onFailure).toHaveBeenCalled(), { timeout: 30_000 });
    expect(await alice.balance()).toMatchObject({ type: "busy" });
    expect(alarms(bank).some((message) => message.includes("the ledger has died"))).toBe(true);
    await bank.bank.stop();
    expect(onFailure).toHaveBeenCalledTimes(1);
    expect(String(onFailure.mock.calls[0]?.[0])).toMatch(/journal/);
  });
});

describe("a thread", () => {
  /** A thread of one line, with what it said to its owner. */
  function start(code: string) {
    const said: string[] = [];
    const thread = new Thread({
      name: "a thread",
      file: new URL(`data:text/javascript,${encodeURIComponent(code)}`),
      data: null,
      onReady: () => said.push("ready"),
      onAlarm: (message) => said.push(message),
    });
    onTestFinished(async () => void (await thread.worker.terminate()));
    const ended = new Promise<unknown>((resolve) => thread.onEnd(resolve));
    return { thread, said, ended };
  }
  const SERVE = `import { workerData } from "node:worker_threads";
    const { control } = workerData;
    control.on("message", () => {}); // Whoever listens lives, until the line is closed.
    control.postMessage({ type: "alarm", message: "smoke" });
    control.postMessage({ type: "ready" });`;

  it("that is told to stop ends in good order, and only then is it stopped", async () => {
    const { thread, said, ended } = start(SERVE);
    await vi.waitFor(() => expect(said).toEqual(["smoke", "ready"]), { timeout: 30_000 });
    expect(thread.isStopping).toBe(false);
    await thread.stop();
    expect(thread.isStopping).toBe(true);
    await ended;
    await thread.stop(); // Once more is no harm.
  });

  it("that throws tells what it died of", async () => {
    const { thread, ended } = start("throw new Error('out of order')");
    expect(String(await ended)).toContain("out of order");
    expect(thread.isStopping).toBe(false);
  });

  it("that ends by itself has ended all the same", async () => {
    const { ended } = start("process.exit(0)");
    expect(String(await ended)).toContain("the thread ended of itself");
  });
});

describe("the audit", () => {
  it("that cannot write alarms once, holds nobody up, and catches up when it can", async () => {
    const folder = temporaryFolder();
    const inTheWay = join(folder, "audit_log.enc");
    mkdirSync(inTheWay);
    const bank = await startTestBank({ folder });
    const alice = await bank.customer("alice");
    expect(await alice.deposit(dollars(5))).toMatchObject({ balance: dollars(5) });
    await vi.waitFor(() => expect(alarms(bank)).toHaveLength(1), { timeout: 30_000 });
    expect(alarms(bank)[0]).toMatch(/^the audit files are behind: /);
    rmdirSync(inTheWay);
    const lines = (): number => readFileSync(inTheWay, "utf8").split("\n").length - 1;
    await vi.waitFor(() => expect(lines()).toBe(bank.wholeAudit().length), { timeout: 30_000 });
    expect(alarms(bank)).toHaveLength(1);
  });
});
