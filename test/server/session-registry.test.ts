/** The registry of sessions: who is listed, who is ended, and what remains of whoever has left. */

import { describe, expect, it } from "vitest";
import type { AccountId } from "../../src/bank/ledger.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { SessionRegistry, type Seat, type Seated } from "../../src/server/session-registry.ts";

const ALICE = 1 as AccountId;
const BOB = 2 as AccountId;

const seated = (account: AccountId, protocol: Seated["protocol"] = "modern"): Seated => ({
  ...{ account, username: account === ALICE ? "alice" : "bob", roles: ["customer"] },
  ...{ terminal: "lobby", protocol, startedAt: 1_000 },
});

const BY_ADA = { by: "ada" };

const registry = () => new SessionRegistry<string>((length) => nodeCiphers.randomBytes(length));

/** A seat that keeps what happens to it. */
function seat(happened: string[], name: string): Seat<string> {
  return {
    idleMs: () => 7,
    endElsewhere: (by) => void happened.push(`${name} ended by ${by}`),
    hear: (news) => void happened.push(`${name} heard ${news}`),
  };
}

describe("the sessions of an account", () => {
  it("are listed, of both protocols, the oldest first and nobody else's", () => {
    const sessions = registry();
    const first = sessions.enter(seated(ALICE, "classic"), { ...seat([], "first"), hear: null });
    const second = sessions.enter(seated(ALICE), seat([], "second"));
    sessions.enter(seated(BOB), seat([], "bob"));
    expect(sessions.list(ALICE).map(({ id, protocol }) => [id, protocol])).toEqual([
      [first.id, "classic"],
      [second.id, "modern"],
    ]);
    expect(sessions.list(ALICE)[0]!.idleMs()).toBe(7);
    expect(sessions.list().map(({ username }) => username)).toEqual(["alice", "alice", "bob"]);
  });

  it("come in pages, the latest first, of all or of one user", () => {
    const sessions = registry();
    for (const account of [ALICE, BOB, ALICE, ALICE, BOB]) {
      sessions.enter(seated(account), seat([], "somebody"));
    }
    const pageOf = (before: number, limit: number, username?: string) => {
      const query = { before, limit, ...(username !== undefined && { username }) };
      const { entries, isLast } = sessions.page(query);
      return [entries.map(({ number }) => number), isLast];
    };
    expect(pageOf(Number.POSITIVE_INFINITY, 2)).toEqual([[5, 4], false]);
    expect(pageOf(4, 3)).toEqual([[3, 2, 1], true]);
    expect(pageOf(Number.POSITIVE_INFINITY, 2, "alice")).toEqual([[4, 3], false]);
    expect(pageOf(3, 2, "alice")).toEqual([[1], true]);
    expect(pageOf(1, 2)).toEqual([[], true]);
  });

  it("are ended all, or all but one", () => {
    const happened: string[] = [];
    const sessions = registry();
    const first = sessions.enter(seated(ALICE), seat(happened, "first"));
    sessions.enter(seated(ALICE), seat(happened, "second"));
    sessions.enter(seated(BOB), seat(happened, "bob"));
    expect(sessions.endAll(ALICE, { by: "alice", except: first.id })).toBe(1);
    expect(sessions.endAll(ALICE, BY_ADA)).toBe(2);
    expect(happened).toEqual([
      ...["second ended by alice", "first ended by ada", "second ended by ada"],
    ]);
  });

  it("are ended one by one: by anybody's id, or by an account's own alone", () => {
    const happened: string[] = [];
    const sessions = registry();
    const { id } = sessions.enter(seated(ALICE), seat(happened, "alice"));
    expect(sessions.end(id, { by: "bob", account: BOB })).toBe(false);
    expect(sessions.end("0".repeat(32), BY_ADA)).toBe(false);
    expect(happened).toEqual([]);
    expect(sessions.end(id, { by: "alice", account: ALICE })).toBe(true);
    expect(sessions.end(id, BY_ADA)).toBe(true);
    expect(happened).toEqual(["alice ended by alice", "alice ended by ada"]);
  });

  it("hear news where they can, and leave nothing behind", () => {
    const happened: string[] = [];
    const sessions = registry();
    const deaf = sessions.enter(seated(ALICE, "classic"), {
      ...seat(happened, "deaf"),
      hear: null,
    });
    const heard = sessions.enter(seated(ALICE), seat(happened, "alice"));
    sessions.tell(ALICE, "news");
    heard.leave();
    heard.leave();
    deaf.leave();
    sessions.tell(ALICE, "more news");
    expect(happened).toEqual(["alice heard news"]);
    expect([sessions.size, sessions.endAll(ALICE, BY_ADA), sessions.end(heard.id, BY_ADA)]).toEqual(
      [0, 0, false],
    );
  });
});

it("no two sessions have the same id: 128 random bits, in hex", () => {
  const sessions = registry();
  const enter = () => sessions.enter(seated(ALICE), seat([], "alice")).id;
  const ids = Array.from({ length: 1_000 }, enter);
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});
