/** A session over lines that break, against banks that the test plays by hand, in time by hand. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cents } from "../../src/bank/money.ts";
import { backOffMs } from "../../src/client/back-off.ts";
import type { SessionState } from "../../src/client/modern-session.ts";
import { encodeFrame } from "../../src/protocol/frames.ts";
import type { ScriptedModernBank } from "./scripted-modern-bank.ts";
import {
  ADA,
  answering,
  away,
  cutting,
  errorOf,
  forging,
  hangingUp,
  MOVED,
  settled,
  silent,
  stage,
  taking,
  UNREACHABLE,
  type Script,
} from "./session-stage.ts";

const typesOf = (states: SessionState[]) => states.map(({ type }) => type);

describe("a change whose line is lost", () => {
  it("is asked for again under the same key, after a new login, and has one outcome", async () => {
    const { session, states, banks, inTime, keys } = stage(cutting, answering);
    await session.logIn(ADA.username, ADA.password);
    const moved = await inTime(session.deposit(cents(2_000)));
    expect(moved).toEqual(MOVED);
    expect(keys()).toHaveLength(2);
    expect(keys()[0]).toEqual(keys()[1]);
    expect(keys()[0]?.idempotencyKey).toMatch(/^[\w-]{22}$/);
    expect(banks[1]?.calls[0]?.call).toEqual({ method: "auth.login", params: ADA });
    expect(typesOf(states)).toEqual(["connecting", "secured", "connecting", "checking", "secured"]);
    expect(states[3]).toEqual({
      type: "checking",
      idempotencyKeys: [keys()[0]?.idempotencyKey],
    });
  });

  it("is done once for each of many that were under way", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 16 }), async (count) => {
        const scene = stage(silent, answering);
        await scene.session.logIn(ADA.username, ADA.password);
        const deposits = Array.from({ length: count }, () => scene.session.deposit(cents(1)));
        await settled();
        scene.banks[0]?.hangUp();
        await scene.inTime(Promise.all(deposits));
        const asked = scene.keys().map(({ idempotencyKey }) => idempotencyKey);
        expect(asked).toHaveLength(2 * count);
        expect(new Set(asked).size).toBe(count);
        expect(scene.banks).toHaveLength(2);
      }),
      { numRuns: 10 },
    );
  });

  it("is unknown, with its key, when the bank stays away", async () => {
    const { session, states, inTime, keys } = stage(cutting, away);
    await session.logIn(ADA.username, ADA.password);
    const error = await inTime(errorOf(session.deposit(cents(2_000), "my-key")));
    expect(error).toMatchObject({ name: "OutcomeUnknown", idempotencyKey: "my-key" });
    expect((error as Error).cause).toMatchObject({ name: "LineLost", end: UNREACHABLE });
    expect(keys()).toHaveLength(1);
    expect(session.state).toEqual({ type: "offline" });
    expect(typesOf(states)).toContain("checking");
  });

  it("can be asked for later, with the key", async () => {
    const scripts = [cutting, ...Array<Script>(8).fill(away), answering];
    const { session, inTime } = stage(...scripts);
    await session.logIn(ADA.username, ADA.password);
    await inTime(errorOf(session.deposit(cents(2_000), "my-key")));
    expect(await inTime(session.deposit(cents(2_000), "my-key"))).toEqual(MOVED);
  });

  it("outlives a bank that hangs up while it stops and starts", async () => {
    const scripts = [cutting, hangingUp, away, away, hangingUp, hangingUp, away, answering];
    const { session, inTime } = stage(...scripts);
    await session.logIn(ADA.username, ADA.password);
    expect(await inTime(session.deposit(cents(2_000)))).toEqual(MOVED);
  });

  it("is not made by a question, or by a change that was never sent", async () => {
    const { session, states, inTime, keys } = stage(cutting, hangingUp, answering);
    await session.logIn(ADA.username, ADA.password);
    await inTime(session.balance());
    await inTime(session.deposit(cents(2_000)));
    expect(keys()).toHaveLength(1);
    expect(typesOf(states)).not.toContain("checking");
  });
});

describe("a refusal", () => {
  it.for(["timed_out", "internal"] as const)("%s is asked about on the same line", async (kind) => {
    let times = 0;
    const { session, banks, inTime, keys } = stage(
      taking((bank, id, call) => {
        times += 1;
        if (times < 3) bank.refuse(id, kind);
        else if (call.method === "account.deposit") bank.answer(id, call.method, MOVED);
      }),
    );
    await session.logIn(ADA.username, ADA.password);
    expect(await inTime(session.deposit(cents(2_000), "k"))).toEqual(MOVED);
    expect(keys().map(({ idempotencyKey }) => idempotencyKey)).toEqual(["k", "k", "k"]);
    expect(banks).toHaveLength(1);
  });

  it.for(["busy", "draining", "read_only", "insufficient_funds"] as const)(
    "%s is told at once: nothing was done",
    async (kind) => {
      const { session, keys } = stage(taking((bank, id) => bank.refuse(id, kind)));
      await session.logIn(ADA.username, ADA.password);
      const error = await errorOf(session.deposit(cents(2_000)));
      expect(error).toMatchObject({ name: "Refused", kind });
      expect(keys()).toHaveLength(1);
    },
  );

  it.for(["busy", "read_only", "too_many_in_flight"] as const)(
    "%s says nothing of a change that is in doubt already",
    async (kind) => {
      const busy = taking((bank, id) => bank.refuse(id, kind));
      const { session, inTime } = stage(cutting, busy);
      await session.logIn(ADA.username, ADA.password);
      const error = await inTime(errorOf(session.deposit(cents(2_000), "k")));
      expect(error).toMatchObject({ name: "OutcomeUnknown", idempotencyKey: "k" });
    },
  );

  it("of the change itself settles one that was in doubt", async () => {
    const poor = taking((bank, id) => bank.refuse(id, "insufficient_funds"));
    const { session, inTime } = stage(cutting, poor);
    await session.logIn(ADA.username, ADA.password);
    const error = await inTime(errorOf(session.deposit(cents(2_000))));
    expect(error).toMatchObject({ name: "Refused", kind: "insufficient_funds" });
    expect(session.state.type).toBe("secured");
  });
});

describe("a session ends", () => {
  it.for([
    ["bank's key is forged", forging, "forged"],
    ["bank goes on hanging up", hangingUp, "hung_up"],
  ] as const)("loudly when the %s on reconnecting", async ([, script, evidence]) => {
    const { session, banks, inTime } = stage(cutting, script);
    await session.logIn(ADA.username, ADA.password);
    const error = await inTime(errorOf(session.deposit(cents(2_000), "k")));
    expect(error).toMatchObject({ name: "OutcomeUnknown", idempotencyKey: "k" });
    expect((error as Error).cause).toMatchObject({ name: "BankNotAuthentic", evidence });
    expect(session.state).toEqual({
      type: "ended",
      over: { type: "bank_not_authentic", evidence },
    });
    const tries = banks.length;
    expect(tries).toBe(evidence === "forged" ? 2 : 4);
    expect(await errorOf(session.connect())).toMatchObject({ name: "BankNotAuthentic" });
    expect(banks).toHaveLength(tries);
  });

  it("at once when the first bank is not the one that is pinned", async () => {
    const { session, banks } = stage(hangingUp);
    expect(await errorOf(session.connect())).toMatchObject({ name: "BankNotAuthentic" });
    expect(banks).toHaveLength(1);
    expect(session.state.type).toBe("ended");
  });

  it.for([
    ["are gone", null],
    ["are another's", { username: "eve", password: ADA.password }],
  ] as const)("when the credentials %s: nobody is logged in again", async ([, credentials]) => {
    const { session, lent, banks, inTime } = stage(cutting, answering);
    await session.logIn(ADA.username, ADA.password);
    lent.credentials = credentials;
    const error = await inTime(errorOf(session.deposit(cents(2_000))));
    expect(error).toMatchObject({ name: "OutcomeUnknown" });
    expect(session.state).toEqual({ type: "ended", over: { type: "credentials_needed" } });
    expect(banks[1]?.calls).toEqual([]);
  });

  it("when the bank does not take them any more", async () => {
    const refusing: Script = (bank) => {
      bank.onCall = (id) => bank.refuse(id, "authentication_failed");
    };
    const { session, banks, inTime } = stage(cutting, refusing);
    await session.logIn(ADA.username, ADA.password);
    await inTime(errorOf(session.balance()));
    const over = { type: "login_refused", kind: "authentication_failed" };
    expect(session.state).toEqual({ type: "ended", over });
    expect(banks).toHaveLength(2);
  });

  it.for(["idle", "logout", "breach", "ended_elsewhere"] as const)(
    "when the bank says so: %s",
    async (reason) => {
      const { session, banks, clock } = stage(silent);
      await session.logIn(ADA.username, ADA.password);
      banks[0]?.notify({ method: "session.closed", params: { reason } });
      await settled();
      expect(session.state).toEqual({ type: "ended", over: { type: "closed_by_bank", reason } });
      expect(await errorOf(session.balance())).toMatchObject({ name: "SessionEnded" });
      expect(banks).toHaveLength(1);
      expect(clock.pending).toBe(0);
    },
  );

  it("when somebody meddles with the line", async () => {
    const { session, banks } = stage(silent);
    await session.logIn(ADA.username, ADA.password);
    banks[0]?.onBytes(encodeFrame(new Uint8Array(50)));
    expect(session.state).toMatchObject({ type: "ended", over: { type: "breach" } });
  });

  it("when its user closes it, also between two tries", async () => {
    const { session, banks, clock, inTime } = stage(cutting, away);
    await session.logIn(ADA.username, ADA.password);
    const failing = errorOf(session.deposit(cents(2_000), "k"));
    await settled();
    session.close();
    expect(await inTime(failing)).toMatchObject({ name: "OutcomeUnknown" });
    expect(banks).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  it("with a logout, whose line need not live for it", async () => {
    const { session, inTime } = stage(cutting, away);
    await session.logIn(ADA.username, ADA.password);
    await inTime(session.logOut());
    expect(session.state).toEqual({ type: "ended", over: { type: "closed_here" } });
  });
});

describe("a line that is lost while nothing is asked", () => {
  it.for([
    ["by a cut", (bank: ScriptedModernBank) => bank.hangUp()],
    [
      "by a bank that is about to stop",
      (bank: ScriptedModernBank) =>
        bank.notify({ method: "session.closed", params: { reason: "draining" } }),
    ],
  ] as const)("%s, is replaced, for the sake of news", async ([, lose]) => {
    const { session, banks, states, clock } = stage(silent, away, away, silent);
    await session.logIn(ADA.username, ADA.password);
    lose(banks[0]!);
    for (let second = 0; second < 5; second += 1) {
      await settled();
      clock.advance(1_000);
    }
    await settled();
    expect(banks).toHaveLength(4);
    expect(banks[3]?.calls[0]?.call.method).toBe("auth.login");
    expect(typesOf(states)).toEqual(["connecting", "secured", "connecting", "secured"]);
  });

  it.for([
    ["by a cut", (bank: ScriptedModernBank) => bank.hangUp()],
    [
      "by a bank that has waited for a login",
      (bank: ScriptedModernBank) =>
        bank.notify({ method: "session.closed", params: { reason: "idle" } }),
    ],
  ] as const)("%s, is not replaced before a call, where nobody is logged in", async ([, lose]) => {
    const { session, banks, clock } = stage(answering);
    await session.connect();
    lose(banks[0]!);
    expect(session.state).toEqual({ type: "offline" });
    expect(clock.pending).toBe(0);
    await session.logIn(ADA.username, ADA.password);
    expect(banks).toHaveLength(2);
  });
});

describe("the wait before a try", () => {
  it("doubles up to a bound, spread over its upper half", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(255), (tries, byte) => {
        const most = Math.min(250 * 2 ** (tries - 1), 5_000);
        const wait = backOffMs(tries, byte / 256);
        expect(wait).toBeGreaterThanOrEqual(most / 2);
        expect(wait).toBeLessThan(most);
      }),
    );
  });
});
