/** What the audit must say, and what nobody may make it say. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dollars } from "../../src/bank/money.ts";
import { encodeEnvelope } from "../../src/protocol/classic.ts";
import { PLAIN_FILE } from "../../src/workers/audit-log.ts";
import { startTestBank, type TestBank } from "../test-bank.ts";
import { ForgedSession, PASSWORD } from "./forged-session.ts";
import { RawLine } from "./raw-line.ts";

const FORGED = "x\tFORGED\n root\tdeposit\t2026-01-01 00:00:00\n";
const NAMES = [
  ["a tab and a line feed", FORGED],
  ["a carriage return", "root\rFORGED"],
  ["line separators", "root\u2028FORGED\u2029"],
  ["an escape sequence", "root\u001B[2K\u001B[1AFORGED"],
  ["backspaces", "root\b\b\b\bFORGED"],
  ["a NUL", "root\0FORGED"],
  ["text turned round", "root\u202EFORGED"],
  ["our own way of escaping", "root\\u{9}FORGED"],
] as const;
const TIME = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d";

describe("D15", () => {
  it("an action that holds lines is refused, and not a byte of it is on record", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    const reply = await session.ask(session.seal(JSON.stringify({ action: FORGED, amount: 1 })));
    expect(reply).toBe("Invalid request: there is no such action");
    await session.balance(); // The refusal's row is then in the store.
    const lines = await plainLines(bank);
    expect(lines.join()).not.toContain("FORGED");
    expect(lines.at(-2)).toMatch(new RegExp(`^alice\\trequest: unknown_action\\t${TIME}$`));
  });

  it("no name ends a line, adds a column or steers a terminal", async () => {
    const bank = await startTestBank();
    for (const [index, [what, name]] of NAMES.entries()) {
      const line = await RawLine.open(bank.bank.port);
      await line.send(JSON.stringify({ action: "signup", username: name, password: PASSWORD }));
      expect([what, await line.recvText()]).toEqual([
        what,
        expect.stringMatching(/^Invalid request/),
      ]);
      // A login takes any name, only to fail.
      await line.send(JSON.stringify({ action: "login", username: name, password: PASSWORD }));
      expect([what, await line.recvText()]).toEqual([what, "Authentication Failed"]);

      const lines = (await plainLines(bank)).slice(2 * index);
      expect([what, lines.length]).toEqual([what, 2]);
      expect([what, lines[1]]).toEqual([
        what,
        expect.stringMatching(new RegExp(`^[^\\t]*FORGED[^\\t]*\\tlogin: failed\\t${TIME}$`)),
      ]);
      expect([what, lines[1]?.replaceAll("\t", "")]).not.toEqual([
        what,
        expect.stringMatching(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u),
      ]);
      const entry = { who: name, action: "login", outcome: "failed" };
      expect([what, bank.audit().at(-1)]).toEqual([what, expect.objectContaining(entry)]);
    }
  });

  it("two names that differ only in what is escaped stay two names", async () => {
    const bank = await startTestBank();
    const line = await RawLine.open(bank.bank.port);
    for (const username of ["root\t", "root\\u{9}"]) {
      await line.send(JSON.stringify({ action: "login", username, password: PASSWORD }));
      await line.recv();
    }
    const names = (await plainLines(bank)).map((text) => text.split("\t")[0]);
    expect(new Set(names).size).toBe(2);
  });
});

describe("D16, D17, D18", () => {
  it("each event is exactly one row, refusals too, in the order of events", async () => {
    const bank = await startTestBank();
    const stranger = await RawLine.open(bank.bank.port);
    await stranger.send("{}");
    expect(await stranger.recvText()).toMatch(/^Invalid request/);
    const session = await ForgedSession.open(bank, "alice");
    const tries = await RawLine.open(bank.bank.port);
    for (const password of ["wrong", PASSWORD]) {
      const action = password === PASSWORD ? "signup" : "login";
      await tries.send(JSON.stringify({ action, username: "alice", password }));
      await tries.recv();
    }
    await session.balance();
    const message = session.seal('{"action": "deposit", "amount": 70}');
    await session.ask(message);
    await session.ask(message);
    await session.ask(session.seal('{"action": "withdraw", "amount": 30}'));
    await session.ask(session.seal('{"action": "withdraw", "amount": 41}'));
    await session.ask(encodeEnvelope({ payload: session.token("{}"), mac: "0".repeat(64) }));
    await session.ask(session.seal("{}"));
    await session.balance(); // The rows before this one are then in the store.

    const rows = bank.audit().map(({ who, action, outcome, amount, transaction }) => {
      return [who.replace(/:\d+$/, ""), action, outcome, amount, transaction];
    });
    expect(rows).toEqual([
      ["127.0.0.1", "request", "missing_field", null, null],
      ["alice", "signup", "ok", null, null],
      ["alice", "login", "ok", null, null],
      ["alice", "login", "failed", null, null],
      ["alice", "signup", "username_taken", null, null],
      ["alice", "balance", "ok", null, null],
      ["alice", "deposit", "ok", dollars(70), 1],
      ["alice", "request", "replay_rejected", null, null],
      ["alice", "withdraw", "ok", dollars(30), 2],
      ["alice", "withdraw", "insufficient_funds", dollars(41), null],
      ["alice", "request", "mac_failed", null, null],
      ["alice", "request", "missing_field", null, null],
      ["alice", "balance", "ok", null, null],
    ]);
  });

  it("a row has its place, its time in UTC and where it came from", async () => {
    const before = Date.now();
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    await session.deposit(5);
    const entries = bank.audit();
    expect(entries.map(({ sequence }) => sequence)).toEqual([2, 3, 4]); // Behind the start.
    for (const { at, origin } of entries) {
      expect(at).toBeGreaterThanOrEqual(before);
      expect(at).toBeLessThanOrEqual(Date.now());
      expect(origin).toMatch(/^127\.0\.0\.1:\d+$/);
    }
    const lines = await plainLines(bank);
    for (const [index, text] of lines.entries()) {
      const at = entries[index]?.at ?? 0;
      expect(text.split("\t")[2]).toBe(new Date(at).toISOString().slice(0, 19).replace("T", " "));
    }
  });

  it("a withdrawal that was refused cannot be taken for one that was done", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    await session.ask(session.seal('{"action": "withdraw", "amount": 1}'));
    const line = (await plainLines(bank)).at(-1);
    expect(line).toMatch(new RegExp(`^alice\\twithdraw: insufficient_funds\\t${TIME}$`));
  });
});

/** The plain audit file, once it holds all that the store holds. */
async function plainLines(bank: TestBank): Promise<string[]> {
  const read = (): string[] =>
    readFileSync(join(bank.folder, PLAIN_FILE), "utf8").split("\n").slice(0, -1);
  await expect.poll(() => read().length).toBe(bank.wholeAudit().length);
  return read().filter((line) => !line.startsWith("the bank\t"));
}
