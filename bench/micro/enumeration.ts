/**
 * Whether a login tells by its time that a name exists, or is locked:
 * `node bench/micro/enumeration.ts [rounds] [cost]` logs in with wrong passwords, in each round to
 * one name that somebody has, to one that nobody has, and to one that is locked. Their order turns
 * with the rounds. It prints the medians, their ratios, and of the ratios within a round the median
 * and where it lies with 95 % confidence (by ranks: whatever the distribution is).
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LOGIN_FAILURES_MAX } from "../../src/bank/lockout.ts";
import { ZERO } from "../../src/bank/money.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { ClassicClient } from "../../src/client/classic-client.ts";
import { TcpTransport } from "../../src/client/tcp-transport.ts";
import { startBank } from "../../src/server/bank.ts";

const ROUNDS = 200;
const BCRYPT_COST = 12;
/** Below what a pair may try; of a bank, with those that lock, below what a source may. */
const ROUNDS_PER_NAME = 5;
const ROUNDS_PER_BANK = 40;

const KINDS = ["known", "unknown", "locked"] as const;
type Kind = (typeof KINDS)[number];
type Round = Record<Kind, number>;

/** A bank of its own for each few rounds: more of them would be throttled, and be no measure. */
async function measure(rounds: number, bcryptCost: number): Promise<Round[]> {
  const folder = mkdtempSync(join(tmpdir(), "enumeration-"));
  const bank = await startBank({
    ...{ host: "127.0.0.1", port: 0, folder, bcryptCost, crypto: "inline" },
    ...{ classic: true, mutualTls: false, confirmAbove: ZERO },
    about: { name: "Enumeration", version: "0" },
    ...{ connectionsMax: 10, passwordsMax: 64, signUpsMax: 1_000 },
    onFailure: () => (process.exitCode = 1),
    limits: {
      messageMs: 10_000,
      loginMs: 600_000,
      idleMs: 900_000,
      sessionMs: 43_200_000,
      readerMs: 10_000,
    },
    log: { write: () => undefined, flush: () => undefined },
  });
  const client = new ClassicClient(new TcpTransport("127.0.0.1", bank.port), nodeCiphers);
  for (let n = 0; n < rounds / ROUNDS_PER_NAME; n++) {
    await client.signUp(`known${n}`, "a good password");
  }
  for (let n = 0; n < LOGIN_FAILURES_MAX; n++) await client.logIn("locked", `guess ${n}`);
  const measured: Round[] = [];
  for (let n = 0; n < rounds; n++) {
    const round: Round = { known: 0, unknown: 0, locked: 0 };
    for (let turn = 0; turn < KINDS.length; turn++) {
      const kind = KINDS[(n + turn) % KINDS.length] ?? "known";
      const name = kind === "locked" ? kind : `${kind}${Math.floor(n / ROUNDS_PER_NAME)}`;
      const begun = performance.now();
      const { type } = await client.logIn(name, `guess ${n}`);
      if (type !== "authentication_failed") throw new Error(`a try that is no measure: ${type}`);
      round[kind] = performance.now() - begun;
    }
    measured.push(round);
  }
  client.close();
  await bank.stop();
  rmSync(folder, { recursive: true });
  return measured;
}

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);
const median = (values: readonly number[]): number =>
  sorted(values)[Math.floor(values.length / 2)] ?? 0;

/** Between which values the median lies, with 95 % confidence. */
function medianWithin(values: readonly number[]): [number, number] {
  const reach = 0.98 * Math.sqrt(values.length);
  const ordered = sorted(values);
  const at = (rank: number): number =>
    ordered[Math.min(Math.max(Math.round(rank), 0), ordered.length - 1)] ?? 0;
  return [at(values.length / 2 - reach), at(values.length / 2 + reach)];
}

const [, , rounds = ROUNDS, cost = BCRYPT_COST] = process.argv.map(Number);
const all: Round[] = [];
while (all.length < rounds) {
  all.push(...(await measure(Math.min(ROUNDS_PER_BANK, rounds - all.length), cost)));
}
console.log(`${all.length} rounds, bcrypt's cost ${cost}`);
for (const kind of KINDS) {
  console.log(`${kind.padEnd(8)} median ${median(all.map((round) => round[kind])).toFixed(2)} ms`);
}
for (const kind of ["known", "locked"] as const) {
  const ofMedians =
    median(all.map((round) => round[kind])) / median(all.map((round) => round.unknown));
  const ratios = all.map((round) => round[kind] / round.unknown);
  const [low, high] = medianWithin(ratios).map((value) => value.toFixed(4));
  const told = `within a round ${median(ratios).toFixed(4)}, 95 % from ${low} to ${high}`;
  console.log(`${kind} / unknown: medians ${ofMedians.toFixed(4)}; ${told}`);
}
