/** Call and cast over a port: every call ends, in a reply or in why there is none. */

import { describe, expect, it } from "vitest";
import type { Answer } from "../../src/actor/answer.ts";
import { CAST_ID } from "../../src/actor/port.ts";
import { portPair } from "../../src/actor/testkit.ts";
import { stage } from "./fixtures/remote-stage.ts";

const DEADLINE_MS = 100;

const failed = (failure: string) => ({ ok: false, failure });
const replied = (reply: string) => ({ ok: true, reply });

describe("a call", () => {
  it("gets its own reply, in whatever order replies come", async () => {
    const { scheduler, remote, letters, attach } = stage();
    const { reply } = attach();
    const answers = ["a", "b", "c"].map((request) => remote.call(request, DEADLINE_MS));
    scheduler.runUntilIdle();
    letters.reverse();
    reply();
    expect(await Promise.all(answers)).toEqual(["re: a", "re: b", "re: c"].map(replied));
    expect(remote.metrics()).toMatchObject({ depth: 0, depthMax: 3, handled: 3, waitMs: 0 });
  });

  it("ends at its deadline, to the millisecond, each at its own", async () => {
    const { clock, scheduler, remote, attach } = stage();
    attach();
    const ended: string[] = [];
    const note = (name: string) => (answer: Answer<string>) =>
      void ended.push(`${name} ${clock.now()} ${answer.ok || answer.failure}`);
    const long = remote.call("long", 50).then(note("long"));
    const short = remote.call("short", 20).then(note("short"));
    scheduler.runUntilIdle();
    clock.advance(19);
    expect(remote.metrics().depth).toBe(2);
    clock.advance(1);
    await short;
    clock.advance(29);
    expect(remote.metrics().depth).toBe(1);
    clock.advance(1);
    await long;
    expect(ended).toEqual(["short 20 timed_out", "long 50 timed_out"]);
  });

  it("whose deadline has passed already is not sent", async () => {
    const { remote, letters, scheduler, attach } = stage();
    attach();
    for (const deadlineMs of [0, -1, Number.NaN]) {
      expect(await remote.call("late", deadlineMs)).toEqual(failed("timed_out"));
    }
    scheduler.runUntilIdle();
    expect(letters).toEqual([]);
  });

  it("may have no deadline worth the name, and still ends", async () => {
    const { clock, scheduler, remote, attach } = stage();
    const { reply } = attach();
    const answer = remote.call("patient", Number.POSITIVE_INFINITY);
    clock.advance(86_400_000);
    scheduler.runUntilIdle();
    reply();
    expect(await answer).toEqual(replied("re: patient"));
  });

  it("answered too late is counted, and the reply lies with the dead letters", async () => {
    const { clock, scheduler, deadLetters, remote, attach } = stage();
    const { reply } = attach();
    const answer = remote.call("slow", DEADLINE_MS);
    scheduler.runUntilIdle();
    clock.advance(DEADLINE_MS);
    reply();
    expect(await answer).toEqual(failed("timed_out"));
    expect(remote.metrics()).toMatchObject({ late: 1, failures: { timed_out: 1 } });
    expect(deadLetters.recent()).toMatchObject([
      { to: "far", message: "re: slow", reason: "late" },
    ]);
  });

  it("above the bound is `busy` at once, and there is room again after a reply", async () => {
    const { scheduler, remote, attach } = stage({ callsMax: 2 });
    const { reply } = attach();
    const answers = ["a", "b", "c"].map((request) => remote.call(request, DEADLINE_MS));
    expect(await answers[2]).toEqual(failed("busy"));
    scheduler.runUntilIdle();
    reply();
    const next = remote.call("d", DEADLINE_MS);
    scheduler.runUntilIdle();
    reply();
    expect(await next).toEqual(replied("re: d"));
  });

  it("with nobody there is `busy`", async () => {
    const { remote } = stage();
    expect(await remote.call("anyone?", DEADLINE_MS)).toEqual(failed("busy"));
    expect(remote.cast("anyone?")).toBe("busy");
    expect(remote.metrics()).toMatchObject({ state: "detached", restarts: 0 });
  });
});

describe("the death of the other thread", () => {
  it("ends every call in flight, sent or not, as `died`; the next thread takes over", async () => {
    const { clock, scheduler, remote, letters, attach } = stage();
    const { near } = attach();
    const sent = remote.call("sent", DEADLINE_MS);
    scheduler.runUntilIdle();
    const unsent = remote.call("unsent", DEADLINE_MS);
    near.close();
    scheduler.runUntilIdle();
    expect(await Promise.all([sent, unsent])).toEqual([failed("died"), failed("died")]);
    expect(clock.pending).toBe(0);

    letters.length = 0;
    const { reply } = attach();
    const next = remote.call("next", DEADLINE_MS);
    scheduler.runUntilIdle();
    reply();
    expect(await next).toEqual(replied("re: next"));
    expect(remote.metrics()).toMatchObject({ state: "attached", restarts: 1 });
  });

  it("is not mistaken for the death of the thread after it", async () => {
    const { scheduler, remote, attach } = stage();
    const { near } = attach();
    remote.detach();
    const { reply } = attach();
    const answer = remote.call("to the second", DEADLINE_MS);
    near.close();
    scheduler.runUntilIdle();
    reply();
    expect(await answer).toEqual(replied("re: to the second"));
  });

  it("loses no cast in silence", () => {
    const { scheduler, deadLetters, remote, attach } = stage();
    const { near } = attach();
    near.close(); // Posts reach nobody from here, and the end is not noticed yet.
    remote.cast("posted");
    scheduler.runOne();
    scheduler.runUntilIdle();
    attach();
    remote.cast("not posted");
    remote.detach();
    const { castsLost } = remote.metrics();
    expect(castsLost + deadLetters.total).toBe(2);
    expect(deadLetters.recent().at(-1)).toMatchObject({ message: "not posted", reason: "died" });
  });
});

describe("a cast", () => {
  it("arrives in order with calls, in the same message", () => {
    const { scheduler, remote, letters, attach } = stage();
    const { near } = attach();
    remote.cast("first");
    void remote.call("second", DEADLINE_MS);
    remote.cast("third");
    scheduler.runUntilIdle();
    expect(letters.map(({ request }) => request)).toEqual(["first", "second", "third"]);
    expect(letters.map(({ id }) => id === CAST_ID)).toEqual([true, false, true]);
    expect(near.posted).toHaveLength(1);
    expect(remote.metrics().batches).toBe(1);
  });

  it("is bounded by those that were not handled yet", () => {
    const { scheduler, remote, attach } = stage({ castsMax: 2 });
    attach();
    expect(["a", "b", "c"].map((request) => remote.cast(request))).toEqual([
      "accepted",
      "accepted",
      "busy",
    ]);
    scheduler.runUntilIdle();
    expect(remote.cast("d")).toBe("accepted");
    expect(remote.metrics()).toMatchObject({ depth: 1, handled: 2 });
  });
});

describe("a cast count of an earlier thread", () => {
  it("makes no room among the casts to the next", () => {
    const { scheduler, remote, attach } = stage();
    const { far } = attach();
    remote.attach(portPair(scheduler)[0]);
    remote.cast("to the second");
    far.postMessage([1, 0]);
    scheduler.runUntilIdle();
    expect(remote.metrics()).toMatchObject({ depth: 1, handled: 0 });
  });
});

describe("draining", () => {
  it("takes no more, and is over when every call in flight has ended", async () => {
    const { clock, scheduler, remote, attach } = stage();
    const { reply } = attach();
    const before = remote.call("before", DEADLINE_MS);
    const order: string[] = [];
    const drained = remote.drain().then(() => order.push("drained"));
    expect(await remote.call("after", DEADLINE_MS)).toEqual(failed("draining"));
    expect(remote.cast("after")).toBe("busy");
    order.push("refused");
    scheduler.runUntilIdle();
    reply();
    await drained;
    expect(order).toEqual(["refused", "drained"]);
    expect(await before).toEqual(replied("re: before"));
    expect(clock.pending).toBe(0);
  });

  it.for(["timeout", "death", "nothing in flight"])("is over after %s, too", async (end) => {
    const { clock, remote, attach } = stage();
    attach();
    if (end !== "nothing in flight") void remote.call("asked", DEADLINE_MS);
    const drained = remote.drain();
    if (end === "timeout") clock.advance(DEADLINE_MS);
    if (end === "death") remote.detach();
    await drained;
    expect(remote.metrics()).toMatchObject({ state: "draining", depth: 0 });
  });

  it("waits for casts to be handled", async () => {
    const { scheduler, remote, attach } = stage();
    attach();
    remote.cast("the last line");
    const drained = remote.drain();
    expect(remote.metrics().depth).toBe(1);
    scheduler.runUntilIdle();
    await drained;
    expect(remote.metrics().depth).toBe(0);
  });
});
