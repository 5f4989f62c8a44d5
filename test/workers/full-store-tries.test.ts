/** Tries of passwords and codes that the store has no room for, at their end. */

import { describe, expect, it } from "vitest";
import type { CodeOutcome } from "../../src/bank/factor-rules.ts";
import type { AccountId, Command } from "../../src/bank/ledger.ts";
import { LOGIN_FAILURES_MAX } from "../../src/bank/lockout.ts";
import type { LedgerRequest } from "../../src/workers/ledger.ts";
import { StoreFull } from "../../src/workers/store.ts";
import { openLedger } from "./faulty-store.ts";

const ALICE = 1 as AccountId;

const request = (command: Command): LedgerRequest => ({
  ...{ type: "command", command, who: "alice", origin: "127.0.0.1:5" },
});
const signUp = request({ type: "sign_up", username: "alice", passwordHash: "hash" });
const begin = request({ type: "begin_login", username: "alice", terminal: "t" });
const enrol = request({
  ...{ type: "enrol_factor", username: "alice", sealedSecret: "sealed", step: 7 },
  recoveryHashes: [],
});
const beginCode = request({ type: "begin_factor", username: "alice" });
const endCode = (outcome: CodeOutcome) =>
  request({ type: "end_factor", username: "alice", outcome });
const changePassword = request({
  ...{ type: "change_password", account: ALICE, terminal: "t" },
  ...{ passwordHash: "new", checkedHash: "hash", factorProven: true },
});

function openWithFactor() {
  const opened = openLedger();
  opened.ledger.commit([signUp, enrol], 1_000);
  return opened;
}

describe("at a full store", () => {
  it.for([
    ["a change of password", begin, changePassword],
    ["a code that was right", beginCode, endCode({ type: "step", step: 8 })],
    ["a code that was not checked", beginCode, endCode("not_checked")],
  ] as const)("%s gives its place back", ([, beginning, ending]) => {
    const { ledger, store } = openWithFactor();
    for (let n = 0; n < LOGIN_FAILURES_MAX; n++) ledger.commit([beginning], 2_000);
    store.fault = new StoreFull();
    for (let n = 0; n < LOGIN_FAILURES_MAX; n++) ledger.commit([ending], 2_000);
    store.fault = null;
    const replies = ledger.commit([beginning, endCode({ type: "step", step: 8 })], 4_000);
    expect(replies[0]?.type).toMatch(/_begun$/);
    expect(replies[1]).toEqual({ type: "factor_ended", proven: true }); // It was not used up.
    ledger.close();
  });

  it("a wrong code counts all the same", () => {
    const { ledger, store } = openWithFactor();
    for (let n = 0; n < LOGIN_FAILURES_MAX; n++) ledger.commit([beginCode], 2_000);
    store.fault = new StoreFull();
    for (let n = 0; n < LOGIN_FAILURES_MAX; n++) ledger.commit([endCode("wrong_code")], 2_000);
    store.fault = null;
    expect(ledger.commit([beginCode], 4_000)).toEqual([{ type: "rejected", rejection: "locked" }]);
    ledger.close();
  });
});
