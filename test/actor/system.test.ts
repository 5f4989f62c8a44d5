/** Actors of one thread: order, turns, bounds, ends, dead letters, metrics. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { End } from "../../src/actor/actor.ts";
import { ActorSystem } from "../../src/actor/system.ts";
import type { ActorRef } from "../../src/actor/system.ts";
import { ManualClock, SeededScheduler } from "../../src/actor/testkit.ts";

function stage(seed = 1) {
  const clock = new ManualClock(1_000);
  const scheduler = new SeededScheduler(seed);
  return { clock, scheduler, system: new ActorSystem({ clock, scheduler }) };
}

/** Remembers what it was sent, and does the message itself as an effect, if it can be done. */
type Note = string | ((self: ActorRef<Note>) => void);

function spawnNotebook(system: ActorSystem, name = "notebook", mailboxMax = 100) {
  const notes: Note[] = [];
  const ref = system.spawn<null, Note, Note>({
    name,
    initial: null,
    transition: (state, message) => [state, [message]],
    perform(effect, self) {
      if (typeof effect === "function") effect(self);
      else notes.push(effect);
    },
    mailboxMax,
  });
  return { ref, notes };
}

describe("an actor", () => {
  it("handles messages one at a time, in order, and never before the cast has returned", () => {
    const { scheduler, system } = stage();
    const { ref, notes } = spawnNotebook(system);
    ref.cast((self) => {
      self.cast("cast to itself");
      notes.push("rest of the turn");
    });
    ref.cast("next in line");
    expect(notes).toEqual([]);
    scheduler.runUntilIdle();
    expect(notes).toEqual(["rest of the turn", "next in line", "cast to itself"]);
  });

  it("carries its state from message to message and performs effects in order", () => {
    const { scheduler, system } = stage();
    const seen: string[] = [];
    const counter = system.spawn<number, number, string>({
      name: "counter",
      initial: 0,
      transition: (sum, more) => [sum + more, [`was ${sum}`, `is ${sum + more}`]],
      perform: (effect) => void seen.push(effect),
    });
    for (const more of [1, 2]) counter.cast(more);
    scheduler.runUntilIdle();
    expect(seen).toEqual(["was 0", "is 1", "was 1", "is 3"]);
  });

  it("keeps the order between any two actors, whoever gets the turns", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 20 }), (seed, count) => {
        const { scheduler, system } = stage(seed);
        const target = spawnNotebook(system, "target", 1_000);
        for (const sender of ["a", "b", "c"]) {
          const { ref } = spawnNotebook(system, sender);
          for (let i = 0; i < count; i += 1) ref.cast(() => target.ref.cast(`${sender}${i}`));
        }
        scheduler.runUntilIdle();
        for (const sender of ["a", "b", "c"]) {
          const own = target.notes.filter((note) => String(note).startsWith(sender));
          expect(own).toEqual(Array.from({ length: count }, (_, i) => `${sender}${i}`));
        }
      }),
    );
  });

  it("refuses its caller when the mailbox is full, and takes messages again after", () => {
    const { scheduler, system } = stage();
    const { ref, notes } = spawnNotebook(system, "small", 2);
    const casts = ["a", "b", "c"].map((note) => ref.cast(note));
    expect(casts).toEqual(["accepted", "accepted", "busy"]);
    scheduler.runUntilIdle();
    expect(ref.cast("d")).toBe("accepted");
    scheduler.runUntilIdle();
    expect(notes).toEqual(["a", "b", "d"]);
    expect(system.deadLetters.total).toBe(0);
  });
});

describe("an actor that is stopped", () => {
  it("gives what waits to the dead letters, answers `stopped`, and tells who watches, once", () => {
    const { scheduler, system } = stage();
    const { ref, notes } = spawnNotebook(system);
    const ends: End[] = [];
    system.watch(ref, (end) => ends.push(end));
    ref.cast("waits");
    ref.stop();
    ref.stop();
    expect(ref.cast("too late")).toBe("stopped");
    scheduler.runUntilIdle();
    expect(notes).toEqual([]);
    expect(ends).toEqual([{ name: "notebook", reason: "stopped" }]);
    expect(system.deadLetters.recent()).toEqual([
      { to: "notebook", message: "waits", reason: "stopped", at: 1_000 },
      { to: "notebook", message: "too late", reason: "stopped", at: 1_000 },
    ]);
  });

  it("finishes the message in hand when it stops itself", () => {
    const { scheduler, system } = stage();
    const done: string[] = [];
    const ref = system.spawn<null, string, string>({
      name: "leaver",
      initial: null,
      transition: (state) => [state, ["stop", "say goodbye"]],
      perform(effect, self) {
        done.push(effect);
        if (effect === "stop") self.stop();
      },
    });
    ref.cast("leave");
    ref.cast("never handled");
    scheduler.runUntilIdle();
    expect(done).toEqual(["stop", "say goodbye"]);
    expect(system.deadLetters.recent().map(({ message }) => message)).toEqual(["never handled"]);
  });

  it("tells a watcher that comes after the end, and not one that has left", () => {
    const { scheduler, system } = stage();
    const { ref } = spawnNotebook(system);
    const told: string[] = [];
    system.watch(ref, () => told.push("left"))();
    ref.stop();
    system.watch(ref, () => told.push("came after"));
    scheduler.runUntilIdle();
    expect(told).toEqual(["came after"]);
  });
});

describe("an actor that crashes", () => {
  const failure = new Error("a bug");
  const crash: Note = () => {
    throw failure;
  };

  it("in an effect: its mailbox is dead letters, and all who watch get the error", () => {
    const { scheduler, system } = stage();
    const { ref, notes } = spawnNotebook(system);
    const other = spawnNotebook(system, "other");
    const ends: End[] = [];
    for (let i = 0; i < 2; i += 1) system.watch(ref, (end) => ends.push(end));
    for (const note of ["handled", crash, "waits"]) ref.cast(note);
    other.ref.cast("untouched");
    scheduler.runUntilIdle();
    expect(notes).toEqual(["handled"]);
    expect(other.notes).toEqual(["untouched"]);
    const end = { name: "notebook", reason: "crashed", error: failure };
    expect(ends).toEqual([end, end]);
    expect(ref.cast("too late")).toBe("stopped");
    expect(system.deadLetters.recent().map(({ message, reason }) => [message, reason])).toEqual([
      ["waits", "crashed"],
      ["too late", "crashed"],
    ]);
  });

  it("in its transition: the same", () => {
    const { scheduler, system } = stage();
    const ends: End[] = [];
    const ref = system.spawn<null, string, never>({
      name: "broken",
      initial: null,
      transition: () => {
        throw failure;
      },
      perform: () => {},
    });
    system.watch(ref, (end) => ends.push(end));
    ref.cast("anything");
    scheduler.runUntilIdle();
    expect(ends).toEqual([{ name: "broken", reason: "crashed", error: failure }]);
  });

  it("with nobody watching does not pass in silence: the error is raised", () => {
    const { scheduler, system } = stage();
    spawnNotebook(system).ref.cast(crash);
    expect(() => scheduler.runUntilIdle()).toThrow(failure);
  });
});

describe("the metrics of a system", () => {
  it("tell depth, waits and handling of each living actor", () => {
    const { clock, scheduler, system } = stage();
    const { ref } = spawnNotebook(system);
    ref.cast("waits 30 ms");
    clock.advance(10);
    ref.cast(() => clock.advance(7)); // Waits 20 ms, takes 7.
    expect(system.metrics()).toMatchObject([{ state: "ready", depth: 2, depthMax: 2, waitMs: 10 }]);
    clock.advance(20);
    scheduler.runUntilIdle();
    expect(system.metrics()).toEqual([
      {
        name: "notebook",
        state: "idle",
        depth: 0,
        depthMax: 2,
        handled: 2,
        waitMs: 50,
        handlingMs: 7,
        restarts: 0,
      },
    ]);
  });

  it("forget an actor that has ended", () => {
    const { system } = stage();
    const { ref } = spawnNotebook(system);
    spawnNotebook(system, "stays");
    ref.stop();
    expect(system.metrics().map(({ name }) => name)).toEqual(["stays"]);
  });
});
