/** The log: the original's lines word for word, one for each event, whatever is in it. */

import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openLog, type LogEvent, type LogFormat } from "../../src/server/log.ts";

const PEER = "127.0.0.1:50000";
const reported = (action: string, outcome = "ok", who = "alice"): LogEvent => ({
  ...{ type: "reported", peer: PEER, action, who, outcome },
});

function written(format: LogFormat, ...events: LogEvent[]): string[] {
  const writes: string[] = [];
  const log = openLog(format, { write: (text) => writes.push(text) });
  for (const event of events) log.write(event);
  log.flush();
  return writes;
}

const text = (event: LogEvent): string => written("text", event).join("");

describe("a line of text", () => {
  it.for<[string, LogEvent]>([
    ["[LISTENING] on 127.0.0.1:65432", { type: "listening", address: "127.0.0.1:65432" }],
    [`[CONNECTED] ${PEER}`, { type: "connected", peer: PEER }],
    [`[DISCONNECTED] ${PEER}`, { type: "disconnected", peer: PEER }],
    [`${PEER}: Signup successful for username 'alice'`, reported("signup")],
    [`${PEER}: Login successful for username 'alice'`, reported("login")],
    [`${PEER}: Deposit successful`, reported("deposit")],
    [`${PEER}: Withdrawal successful`, reported("withdraw")],
    [`${PEER}: Balance inquiry successful`, reported("balance")],
    [`${PEER}: Login refused for username 'alice': failed`, reported("login", "failed")],
    [`${PEER}: Withdrawal refused: insufficient_funds`, reported("withdraw", "insufficient_funds")],
    [`${PEER}: Transfer successful`, reported("transfer")],
    [`${PEER}: session: cut`, reported("session", "cut")],
    [`${PEER}: request: mac_failed`, reported("request", "mac_failed")],
    ["[ALARM] the disk is full", { type: "alarm", message: "the disk is full" }],
    ["good to know", { type: "told", message: "good to know" }],
  ])("is: %s", ([line, event]) => {
    expect(text(event)).toBe(`${line}\n`);
  });

  it("is one, whatever a peer chose for a name", () => {
    const line = text(reported("login", "failed", "x'\n[ALARM] \u001b[2J\u202e"));
    expect(line).toBe(
      `${PEER}: Login refused for username 'x'\\u{a}[ALARM] \\u{1b}[2J\\u{202e}': failed\n`,
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        const lines = text(reported("signup", "ok", name)) + text({ type: "alarm", message: name });
        expect(lines).toMatch(/^[^\p{Cc}]*\n[^\p{Cc}]*\n$/u);
      }),
    );
  });
});

describe("a line of JSON", () => {
  it("holds the event, its time and its level", () => {
    const [lines = ""] = written("json", reported("login", "failed", "x\ny"), {
      ...{ type: "alarm", message: "the disk is full" },
    });
    const events = lines.trimEnd().split("\n");
    expect(events.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        ...{ level: 30, time: expect.any(Number), type: "reported", peer: PEER },
        ...{ action: "login", who: "x\ny", outcome: "failed" },
      },
      { level: 50, time: expect.any(Number), type: "alarm", message: "the disk is full" },
    ]);
  });
});

describe("writing", () => {
  it("is once for all lines of a turn of the event loop", async () => {
    const writes: string[] = [];
    const log = openLog("text", { write: (lines) => writes.push(lines) });
    log.write({ type: "connected", peer: "a" });
    log.write({ type: "connected", peer: "b" });
    expect(writes).toEqual([]);
    await turn();
    log.write({ type: "connected", peer: "c" });
    await turn();
    log.flush();
    expect(writes).toEqual(["[CONNECTED] a\n[CONNECTED] b\n", "[CONNECTED] c\n"]);
  });

  it("is nothing when it is off", () => {
    expect(written("off", { type: "alarm", message: "fire" })).toEqual([]);
  });
});
