/**
 * What the kernel costs: `node bench/micro/actor.ts` prints messages a second through an actor of
 * this thread, and calls a second over a port to an actor on another, by calls in flight.
 */

import { Worker, isMainThread, parentPort } from "node:worker_threads";
import { systemClock } from "../../src/actor/clock.ts";
import { servePort } from "../../src/actor/port.ts";
import type { ServedPort } from "../../src/actor/port.ts";
import { RemoteActor } from "../../src/actor/remote-actor.ts";
import { ActorSystem } from "../../src/actor/system.ts";

const MESSAGES = 1_000_000;
const CALLS = 200_000;
const DEADLINE_MS = 5_000;

interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}
interface Booked {
  readonly type: "booked";
  readonly balance: number;
}

const perSecond = (count: number, ms: number): string =>
  `${Math.round((count / ms) * 1_000).toLocaleString("en")}/s`;

/** An actor casts to itself until it has counted all: one message, one turn, one effect each. */
async function measureLocal(): Promise<void> {
  const system = new ActorSystem();
  const startedAt = performance.now();
  await new Promise<void>((resolve) => {
    const counter = system.spawn<number, "count", number>({
      name: "counter",
      initial: 0,
      transition: (count) => [count + 1, [count + 1]],
      perform(count, self) {
        if (count < MESSAGES) self.cast("count");
        else resolve();
      },
    });
    counter.cast("count");
  });
  console.log(`local messages: ${perSecond(MESSAGES, performance.now() - startedAt)}`);
}

async function measureRemote(remote: RemoteActor<Transfer, Booked>, inFlight: number) {
  const before = remote.metrics();
  const startedAt = performance.now();
  let calls = 0;
  async function caller(): Promise<void> {
    for (; calls < CALLS;) {
      calls += 1;
      const answer = await remote.call({ from: "alice", to: "bob", amount: calls }, DEADLINE_MS);
      if (!answer.ok) throw new Error(`a call ended in ${answer.failure}`);
    }
  }
  await Promise.all(Array.from({ length: inFlight }, caller));
  const ms = performance.now() - startedAt;
  const after = remote.metrics();
  const batch = calls / (after.batches - before.batches);
  const waitMs = (after.waitMs - before.waitMs) / calls;
  console.log(
    `calls over a port, ${inFlight} in flight: ${perSecond(calls, ms)},`,
    `${batch.toFixed(1)} letters a message, ${waitMs.toFixed(2)} ms a call`,
  );
}

async function measure(): Promise<void> {
  await measureLocal();
  const worker = new Worker(new URL(import.meta.url));
  const remote = new RemoteActor<Transfer, Booked>({
    name: "echo",
    clock: systemClock,
    callsMax: 10_000,
  });
  remote.attach(worker);
  for (const inFlight of [1, 64, 1_000]) await measureRemote(remote, inFlight);
  await remote.drain();
  await worker.terminate();
}

function serve(port: NonNullable<typeof parentPort>): void {
  const served: ServedPort<Booked> = servePort<Transfer, Booked>(port, (letters) => {
    served.reply(
      letters.map(({ id, request }) => [id, { type: "booked", balance: request.amount }]),
    );
  });
}

if (isMainThread) await measure();
else if (parentPort !== null) serve(parentPort);
