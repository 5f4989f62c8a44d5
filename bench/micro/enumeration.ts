/**
 * Whether a login tells by its time that a name exists: `node bench/micro/enumeration.ts` logs in
 * with wrong passwords, to known and unknown names in turn, and prints both medians.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ZERO } from "../../src/bank/money.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { ClassicClient } from "../../src/client/classic-client.ts";
import { TcpTransport } from "../../src/client/tcp-transport.ts";
import { startBank } from "../../src/server/bank.ts";

const TRIES = 200; // Of each kind.
/** Each below what a pair, and both kinds together below what a source, may try. */
const TRIES_PER_NAME = 5;
const TRIES_PER_BANK = 40;
const BCRYPT_COST = 12;

type Times = { known: number[]; unknown: number[] };

/** A bank of its own for each few tries: more of them would be throttled, and be no measure. */
async function measure(times: Times): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "enumeration-"));
  const bank = await startBank({
    ...{ host: "127.0.0.1", port: 0, folder, bcryptCost: BCRYPT_COST, crypto: "inline" },
    ...{
      classic: true,
      mutualTls: false,
      confirmAbove: ZERO,
      about: { name: "Enumeration", version: "0" },
    },
    ...{
      connectionsMax: 10,
      passwordsMax: 64,
      signUpsMax: 1_000,
      onFailure: () => (process.exitCode = 1),
    },
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
  for (let n = 0; n < TRIES_PER_BANK / TRIES_PER_NAME; n++) {
    await client.signUp(`known${n}`, "a good password");
  }
  for (let n = 0; n < TRIES_PER_BANK; n++) {
    for (const kind of ["known", "unknown"] as const) {
      const begun = performance.now();
      await client.logIn(`${kind}${Math.floor(n / TRIES_PER_NAME)}`, `guess ${n}`);
      times[kind].push(performance.now() - begun);
    }
  }
  client.close();
  await bank.stop();
  rmSync(folder, { recursive: true });
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const times: Times = { known: [], unknown: [] };
while (times.known.length < TRIES) await measure(times);
const [known, unknown] = [median(times.known), median(times.unknown)];
console.log(`${times.known.length} known names:   median ${known.toFixed(2)} ms`);
console.log(`${times.unknown.length} unknown names: median ${unknown.toFixed(2)} ms`);
console.log(`known / unknown: ${(known / unknown).toFixed(4)}`);
