/** The same promises over a real thread. */

import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/actor/clock.ts";
import { RemoteActor } from "../../src/actor/remote-actor.ts";
import type { Echo } from "./fixtures/echo-worker.ts";

const DEADLINE_MS = 10_000;

let worker: Worker | null = null;
afterEach(async () => void (await worker?.terminate()));

function startEcho(): RemoteActor<string, Echo> {
  worker = new Worker(new URL("./fixtures/echo-worker.ts", import.meta.url));
  const remote = new RemoteActor<string, Echo>({ name: "echo", clock: systemClock, callsMax: 100 });
  remote.attach(worker);
  return remote;
}

describe("an actor on a thread", () => {
  it("answers, with all letters of one turn in one message", async () => {
    const remote = startEcho();
    remote.cast("told");
    const answers = await Promise.all(["a", "b"].map((text) => remote.call(text, DEADLINE_MS)));
    expect(answers).toEqual([
      { ok: true, reply: { request: "a", lettersInMessage: 3 } },
      { ok: true, reply: { request: "b", lettersInMessage: 3 } },
    ]);
    expect(remote.metrics()).toMatchObject({ batches: 1, handled: 3, depth: 0 });
    await remote.drain();
  });

  it("that is killed ends what is in flight as `died`, and later calls as `busy`", async () => {
    const remote = startEcho();
    const hanging = remote.call("hang", DEADLINE_MS);
    await remote.call("it is in flight once this is answered", DEADLINE_MS);
    await worker?.terminate();
    expect(await hanging).toEqual({ ok: false, failure: "died" });
    expect(await remote.call("anyone?", DEADLINE_MS)).toEqual({ ok: false, failure: "busy" });
  });
});
