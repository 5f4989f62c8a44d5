/** How long a session lasts, with time by hand and real lines, and when it is told of its end. */

import { describe, expect, it } from "vitest";
import { LIMITS, openStage } from "./classic/connection-stage.ts";
import {
  LOGIN,
  aWhile,
  closedFor,
  deposit,
  notesIn,
  openAlice,
} from "./modern/connection-stage.ts";

const MINUTE = 60_000;
const SECOND = 1_000;

const warning = (limit: "idle" | "absolute", seconds: number) => ({
  ...{ method: "session.expiring", params: { seconds, limit } },
});

describe("row 39: a session without a request", () => {
  it("works after 14:59, though nobody swept", async () => {
    const { stage, alice } = await openAlice();
    stage.clock.advance(15 * MINUTE - SECOND);
    await alice.line.send(alice.request("account.deposit", deposit("100")));
    expect(await alice.hear()).toMatchObject(warning("idle", 1));
    expect(await alice.hear()).toMatchObject({ result: { balance: "100" } });
    await alice.ask("auth.logout");
    await alice.hearOut();
  });

  it("is refused after 15:01, though nobody swept", async () => {
    const { stage, alice } = await openAlice();
    stage.clock.advance(15 * MINUTE + SECOND);
    await alice.line.send(alice.request("account.deposit", deposit("100")));
    expect((await alice.hearOut()).at(-1)).toMatchObject(closedFor("idle"));
    expect(notesIn(stage, "deposit")).toEqual([]);
  });

  it("is told a minute before its end, once, and a request puts the end off", async () => {
    const { stage, alice, connection } = await openAlice();
    const sweepAfter = (ms: number): void => {
      stage.clock.advance(ms);
      connection.sweep(stage.clock.monotonic());
    };
    sweepAfter(14 * MINUTE);
    sweepAfter(SECOND);
    expect(await alice.hear()).toMatchObject(warning("idle", 60));
    expect(await alice.ask("session.info")).toMatchObject({ result: { username: "alice" } });
    sweepAfter(14 * MINUTE);
    expect(await alice.hear()).toMatchObject(warning("idle", 60));
    sweepAfter(MINUTE);
    expect((await alice.hearOut()).at(-1)).toMatchObject(closedFor("idle"));
  });

  it("is over by the classic protocol too", async () => {
    const stage = openStage();
    const { peer } = await stage.connect();
    await peer.becomeCustomer();
    stage.clock.advance(15 * MINUTE + SECOND);
    peer.request({ action: "deposit", amount: 100 } as Parameters<typeof peer.request>[0]);
    expect(await peer.replies(1)).toEqual([
      "Invalid request: the bank waited too long for a request",
    ]);
  });
});

describe("row 39: a session that never rests", () => {
  it("is told a minute before its longest time, and ends then", async () => {
    const { stage, alice, connection } = await openAlice();
    for (let left = LIMITS.sessionMs; left > 10 * MINUTE; left -= 10 * MINUTE) {
      stage.clock.advance(10 * MINUTE);
      expect(await alice.ask("session.info")).toMatchObject({ result: { username: "alice" } });
    }
    stage.clock.advance(9 * MINUTE);
    connection.sweep(stage.clock.monotonic());
    connection.sweep(stage.clock.monotonic());
    expect(await alice.hear()).toMatchObject(warning("absolute", 60));
    expect(await alice.ask("session.info")).toMatchObject({ result: { username: "alice" } });
    stage.clock.advance(MINUTE);
    await alice.line.send(alice.request("account.deposit", deposit("100")));
    expect((await alice.hearOut()).at(-1)).toMatchObject(closedFor("expired"));
    expect(notesIn(stage)).toEqual(["timed_out_session"]);
    expect(notesIn(stage, "deposit")).toEqual([]);
  });

  it("gets the answer that is due at its end, though it cannot ask for more", async () => {
    const { stage, alice, connection } = await openAlice();
    stage.holdLedger();
    await alice.line.send(alice.request("account.deposit", deposit("100")));
    while (stage.held.length === 0) await aWhile();
    stage.clock.advance(LIMITS.sessionMs);
    connection.sweep(stage.clock.monotonic());
    connection.sweep(stage.clock.monotonic());
    stage.answer();
    const said = (await alice.hearOut()).filter(({ method }) => method !== "session.expiring");
    expect(said.at(-1)).toMatchObject(closedFor("expired"));
  });
});

describe("row 43: a password that was confirmed", () => {
  it("lets large sums go for five minutes, and no longer", async () => {
    const { stage, alice } = await openAlice();
    const large = (key: string) => ({ amount: "1000001", idempotencyKey: key });
    const confirmed = { result: { seconds: 300 } };
    const refused = { error: { data: { kind: "confirmation_required" } } };
    await alice.ask("account.deposit", deposit("5000000"));
    expect(await alice.ask("account.withdraw", large("1"))).toMatchObject(refused);
    for (const [key, balance] of [
      ["2", "3999999"],
      ["3", "2999998"],
    ] as const) {
      expect(await alice.ask("auth.confirm", { password: LOGIN.password })).toMatchObject(
        confirmed,
      );
      stage.clock.advance(5 * MINUTE - 1);
      expect(await alice.ask("account.withdraw", large(key))).toMatchObject({
        result: { balance },
      });
      stage.clock.advance(1);
      expect(await alice.ask("account.withdraw", large(`${key}-late`))).toMatchObject(refused);
    }
  });
});

describe("a classic session that is ended elsewhere", () => {
  it("is told so in a token, and hung up on", async () => {
    const stage = openStage();
    const { connection, peer } = await stage.connect();
    await peer.becomeCustomer();
    connection.endElsewhere("alice");
    expect(await peer.replies(1)).toEqual(["Invalid request: this session was ended elsewhere"]);
    await peer.hearOut();
    expect(stage.context.sessions.list()).toEqual([]);
  });
});
