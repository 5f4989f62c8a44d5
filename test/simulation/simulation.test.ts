/** Whole simulations, small ones, on banks that are processes of their own. */

import { createHash } from "node:crypto";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { cents, dollars } from "../../src/bank/money.ts";
import { main } from "../../bench/simulation/main.ts";
import { OwnBank } from "../../bench/simulation/own-bank.ts";
import { readBooks } from "../../bench/simulation/proof/ledger-folder.ts";
import { proveByBooks, type Proof } from "../../bench/simulation/proof/prove.ts";
import { castRoster, type RosterOptions } from "../../bench/simulation/roster.ts";
import { simulate, type Simulated } from "../../bench/simulation/simulation.ts";
import { findTerminals } from "../../bench/simulation/terminals.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { PROGRAM } from "../built-program.ts";

const STEPS = 5;

const castOf = async (over: Partial<RosterOptions> = {}) => {
  const options = { clients: 60, seed: 7, prefix: "s7", deedsMax: STEPS, ...over };
  return castRoster(options, await findTerminals("127.0.0.1", options.clients));
};

async function startBank(): Promise<OwnBank> {
  const folder = temporaryFolder();
  const bank = await OwnBank.start({ program: PROGRAM, folder, bcryptCost: 4 });
  onTestFinished(() => void bank.stop());
  return bank;
}

/** What everybody would decide if there were no bank. */
function decisionsWithout(roster: Awaited<ReturnType<typeof castOf>>): string {
  const all = createHash("sha256");
  const decide = (next: (turn: number) => unknown): void => {
    const own = createHash("sha256");
    for (let turn = 0; turn < STEPS; turn++) own.update(`${JSON.stringify(next(turn))}\n`);
    all.update(own.digest());
  };
  for (const { habit, chance, protocol } of roster.visitors) {
    decide((turn) => habit.next(turn, chance, protocol));
  }
  for (const { habit, chance } of roster.attackers) decide((turn) => habit.next(turn, chance));
  return all.digest("hex");
}

const faultsOf = ({ claims }: Proof): string[] => claims.flatMap(({ faults }) => [...faults]);

describe("a simulation", () => {
  it("is decided by its seed, proves its books, and finds them tampered with", async () => {
    const bank = await startBank();
    const roster = await castOf();
    const simulated = await simulate({
      ...{ roster, bank, pace: 0, trouble: null },
      ...{ stop: new AbortController().signal, watch: () => undefined },
    });
    expect(await bank.stop()).toBe(0);

    expect(simulated.decisions).toBe(decisionsWithout(await castOf()));
    expect(simulated.story.wrongs.told).toEqual([]);
    const done = simulated.story.chapters.map((chapter) => chapter.done);
    for (const what of ["deposit", "withdraw", "transfer", "left in doubt", "clicked twice"]) {
      expect([what, done.some((counts) => (counts[what] ?? 0) > 0)]).toEqual([what, true]);
    }
    expect(simulated.story.totals.attacks).toBe(roster.attackers.length * STEPS);

    const books = readBooks(bank.folder);
    expect(faultsOf(proveByBooks(books, simulated, true))).toEqual([]);
    expect(proveByBooks(books, withFakeChange(simulated), true).holds).toBe(false);
    for (const lie of LIES) {
      const tampered = readBooks(tamperedCopy(bank.folder, lie));
      expect([lie, proveByBooks(tampered, simulated, true).holds]).toEqual([lie, false]);
    }
  });

  it("proves the books of a bank that is killed in use", { timeout: 180_000 }, async () => {
    const bank = await startBank();
    const stop = new AbortController();
    let kills = 0;
    const kill = async (): Promise<void> => {
      await bank.killAndRestart();
      kills += 1;
      if (kills === 3) stop.abort();
    };
    const simulated = await simulate({
      ...{
        roster: await castOf({ clients: 40, deedsMax: Number.POSITIVE_INFINITY }),
        bank,
        pace: 0.2,
      },
      ...{ stop: stop.signal, trouble: { everyMs: 1_200, cause: kill }, watch: () => undefined },
    });
    expect(await bank.stop()).toBe(0);
    expect(simulated.troubles).toBe(3);
    expect(simulated.story.totals.changes).toBeGreaterThan(0);
    expect(simulated.story.wrongs.told).toEqual([]);
    expect(faultsOf(proveByBooks(readBooks(bank.folder), simulated, true))).toEqual([]);
  });
});

describe("the command", () => {
  it.for([
    ["--clients", "0"],
    ["--clients", "many"],
    ["--duration", "30"],
    ["--duration", "0s"],
    ["--steps", "5", "--duration", "5s"],
    ["--seed", "-1"],
    ["--pace", "fast"],
    ["--bank", "127.0.0.1:65432"],
    ["--bank", "127.0.0.1:65432", "--data", "x", "--kill-every", "5s"],
    ["--data", "x"],
    ["--unknown"],
  ])("is refused as wrong usage: %j", async (args) => {
    expect(await main(args, PROGRAM)).toBe(2);
  });

  it("says in one line that a bank's key is not to be found", async () => {
    const folder = temporaryFolder();
    expect(await main(["--bank", "127.0.0.1:1", "--data", folder], PROGRAM)).toBe(3);
  });
});

/** Each is a lie that a single update tells; the bank has stopped. */
const LIES = [
  "UPDATE accounts SET balance = balance + 100 WHERE balance > 0",
  "UPDATE journal SET amount = amount + 1 WHERE id = 5",
  "DELETE FROM journal WHERE id = (SELECT max(id) FROM journal)",
  "UPDATE journal SET sequence = sequence + 1 WHERE id = 5",
  "DELETE FROM audit WHERE sequence = 5",
  "UPDATE holders SET name = 'nobody' WHERE kind = 'customer' AND account = 3",
] as const;

function tamperedCopy(folder: string, lie: string): string {
  const copy = temporaryFolder();
  cpSync(folder, copy, { recursive: true });
  const database = new DatabaseSync(join(copy, "bank.sqlite"));
  try {
    expect(database.prepare(lie).run().changes).toBeGreaterThan(0);
  } finally {
    database.close();
  }
  return copy;
}

/** Everybody's testimony, and a deposit that nobody has made. */
function withFakeChange({
  testimonies,
  story,
}: Simulated): Pick<Simulated, "testimonies" | "story"> {
  const [first, ...others] = testimonies;
  if (first === undefined) throw new Error("nobody took part");
  const change = { serial: 1_000, wish: { kind: "deposit", amount: dollars(3) } } as const;
  const fake = { change, transaction: null, balance: cents(300) };
  const liar = { ...first, acknowledged: [...first.acknowledged, fake] };
  return { story, testimonies: [liar, ...others] };
}
