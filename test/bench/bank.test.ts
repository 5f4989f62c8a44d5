/** Real banks of the load test: run, watched, proven; and the large store that is made for one. */

import { describe, expect, it, onTestFinished } from "vitest";
import { startBankProcess } from "../../bench/bank/bank-process.ts";
import { BankWatch, bankUse } from "../../bench/bank/bank-watch.ts";
import { fillLargeFolder } from "../../bench/bank/large-store.ts";
import { parseStat } from "../../bench/bank/process-use.ts";
import { LOAD_COST, fillFolder, usersOf } from "../../bench/bank/scratch-folder.ts";
import { Load } from "../../bench/load/load.ts";
import { findBookFaults, readBooks } from "../../bench/proof/books.ts";
import { Evidence } from "../../bench/proof/proof.ts";
import type { AccountId } from "../../src/bank/ledger.ts";
import { Ledger } from "../../src/workers/ledger.ts";
import { openSqliteReader, openSqliteStore } from "../../src/workers/sqlite-store.ts";
import { PROGRAM } from "../built-program.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const PACE = { warmUpMs: 50, durationMs: 200 };

describe("a load on a bank", () => {
  it("is measured and proven, in each protocol and loop", async () => {
    const folder = temporaryFolder();
    const users = usersOf(2);
    fillFolder(folder, users.length, 0);
    const bank = await startBankProcess(folder, PROGRAM, LOAD_COST);
    onTestFinished(() => bank.stop());
    const before = readBooks(folder, 0);
    const evidence = new Evidence(users);
    for (const [protocol, inFlight, perSecond] of [
      ["classic", 1, null],
      ["modern", 4, null],
      ["modern", 2, 200],
    ] as const) {
      const load = await Load.open({
        ...{ protocol, inFlight, target: bank, bankKey: bank.publicKey, users },
        ...{ connections: 4, threads: 2, depositPercent: 50, seed: 1 },
      });
      const watch = new BankWatch(bank);
      const { observations, latency } = await load.run({ ...PACE, perSecond }, watch);
      const { actors } = bankUse([await watch.span()]);
      await load.close();
      evidence.add(observations);
      expect(latency.count).toBeGreaterThan(0);
      expect(actors).toMatchObject({ connections: 4, passwordTurnsMax: 0 });
      expect(actors.ledgerPerSecond).toBeGreaterThan(0);
    }
    await bank.stop();
    const proof = evidence.prove("test", users, before, readBooks(folder, 0));
    expect(proof.faults).toEqual([]);
    expect(proof.changes).toBeGreaterThan(0);
    expect(proof.requests).toBeGreaterThan(proof.changes);
  });

  it("fails if its bank dies", async () => {
    const folder = temporaryFolder();
    fillFolder(folder, 1, 0);
    const bank = await startBankProcess(folder, PROGRAM, LOAD_COST);
    const load = await Load.open({
      ...{ protocol: "classic", inFlight: 1, target: bank, users: usersOf(1) },
      ...{ connections: 1, threads: 1, depositPercent: 50, seed: 1 },
    });
    const run = load.run({ warmUpMs: 0, durationMs: 2_000, perSecond: null });
    process.kill(bank.pid, "SIGKILL");
    await expect(run).rejects.toThrow("a line of the load was lost");
    await load.close();
  });

  it("fails if a user is not let in", async () => {
    const folder = temporaryFolder();
    fillFolder(folder, 1, 0);
    const bank = await startBankProcess(folder, PROGRAM, LOAD_COST);
    onTestFinished(() => bank.stop());
    const opening = Load.open({
      ...{ protocol: "modern", inFlight: 1, target: bank, bankKey: bank.publicKey },
      ...{ users: [{ name: "nobody", password: "wrong" }], connections: 1, threads: 1 },
      ...{ depositPercent: 50, seed: 1 },
    });
    await expect(opening).rejects.toThrow("nobody was not let in");
  });
});

describe("a large store", () => {
  it.for([
    [7, 20],
    [20, 7],
    [5, 5],
  ] as const)("of %i customers and %i transactions is as a bank has it", ([customers, rows]) => {
    const folder = temporaryFolder();
    fillLargeFolder(folder, customers, rows);
    const nothing = { accounts: new Map(), journal: [], lastTransaction: 0 };
    const books = readBooks(folder, 0);
    expect(books.journal).toHaveLength(rows);
    expect(findBookFaults(nothing, books)).toEqual([]);

    const reader = openSqliteReader(folder);
    const pages = Array.from({ length: customers + 1 }, (_, index) =>
      reader.history({ account: (index + 1) as AccountId, before: null, until: null, limit: 100 }),
    );
    reader.close();
    const lengths = pages.map((page) => page?.rows.length ?? -1);
    // Each transaction is in two histories.
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(rows * 2);

    const ledger = new Ledger(openSqliteStore({ folder })); // Throws unless all sums to zero.
    ledger.close();
  });
});

describe("a thread's line in /proc", () => {
  it("is read whatever the name of the thread", () => {
    const rest = "S 1 2 3 4 5 6 7 8 9 10 120 30 0 0 20 0 1 0";
    expect(parseStat(`42 (a (b) c) ${rest}`)).toEqual({ name: "a (b) c", ticks: 150 });
  });
});
