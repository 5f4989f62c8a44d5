/** Nothing tells whoever is in a barred account, or tries it, that a password is right. */

import { expect, it } from "vitest";
import type { Answer } from "../../../src/actor/answer.ts";
import { ROLES, type Standing } from "../../../src/bank/standing.ts";
import {
  beginAdmission,
  continueAdmission,
  type Wish,
} from "../../../src/server/admission/admission.ts";
import type { Errand, ErrandResult } from "../../../src/server/errands.ts";
import type { LedgerReply } from "../../../src/workers/ledger.ts";
import { ORDINARY } from "../../ordinary.ts";

const FACTOR = { sealedSecret: "sealed", lastStep: 0, recoveryHashes: [] };
const BARS = [{ disabled: true }, { locked: true }] as const;
/** A protocol with codes, and one without a place for them. */
const LOG_INS = [{}, { code: null }] as const;

const cases = BARS.flatMap((bar) =>
  LOG_INS.flatMap((how) =>
    ROLES.flatMap((role) =>
      [null, FACTOR].map((factor) => [{ ...ORDINARY, ...bar, roles: [role], factor }, how]),
    ),
  ),
) as [Standing, (typeof LOG_INS)[number]][];

it.for(cases)("%j logs in %j: the password is checked, and counted", ([standing, how]) => {
  const wish = { type: "log_in", username: "alice", password: "given", ...how } as const;
  const outcome = standing.disabled ? "disabled" : "locked";
  let { admission } = beginAdmission(wish, { terminal: "lobby", signUpsMax: 1 });
  const answer = { ok: true, reply: { type: "login_begun", passwordHash: "hash", standing } };
  const results = [
    { type: "turn", granted: true },
    { type: "answered", answer, about: null },
    { type: "password_checked", valid: true },
  ] as const;
  const asked = results.map((result) => {
    const step = continueAdmission(admission, result as Parameters<typeof continueAdmission>[1]);
    if (!("admission" in step)) throw new Error(`it ended as ${step.outcome.type}`);
    ({ admission } = step);
    return step.errands;
  });
  expect(asked.slice(1)).toEqual([
    [{ type: "check_password", password: "given", hash: "hash" }],
    [expect.objectContaining({ command: expect.objectContaining({ outcome }) })],
  ]);
});

const ways = [
  { type: "log_in", username: "alice", password: "given" },
  { type: "change_password", username: "alice", account: 1, password: "given", newPassword: "x" },
  { type: "remove_factor", username: "alice", password: "given", code: "123456" },
  { type: "begin_factor", username: "alice", password: "given" },
  { type: "confirm", username: "alice", password: "given" },
] as readonly Wish[];
/** What the ledger says of the end of the try, and what the client is told. */
const ENDS = [
  [{ ok: true, reply: { type: "login_failed" } }, ["end_turn", "failed"]],
  [{ ok: true, reply: { type: "read_only" } }, ["end_turn", "failed"]],
  [{ ok: false, failure: "busy" }, ["settle_login", "end_turn", "busy"]],
  [{ ok: false, failure: "timed_out" }, ["end_turn", "busy"]],
  [{ ok: false, failure: "died" }, ["end_turn", "busy"]],
] as const satisfies [Answer<LedgerReply>, string[]][];
const barred = ways.flatMap((wish) =>
  BARS.flatMap((bar) =>
    [null, FACTOR].flatMap((factor) =>
      ENDS.map(([end, told]) => [wish, { ...ORDINARY, ...bar, factor }, end, told] as const),
    ),
  ),
);

it.for(barred)("%j of somebody who is %j: right or wrong, after %j it is the same", (asked) => {
  const [wish, standing, end, told] = asked;
  const [right, wrong] = [true, false].map((valid) => wayOf(wish, standing, valid, end));
  expect(right).toEqual(wrong);
  expect(right).toEqual(["take_turn", "begin_login", "check_password", "end_login", ...told]);
});

/** What is sent out for, and what has become of it in the end. */
function wayOf(wish: Wish, standing: Standing, valid: boolean, end: Answer<LedgerReply>): string[] {
  const begun = beginAdmission(wish, { terminal: "lobby", signUpsMax: 1 });
  let { admission } = begun;
  const way = begun.errands.map(wordOf);
  for (const result of [
    { type: "turn", granted: true },
    replied({ type: "login_begun", passwordHash: "hash", standing }),
    { type: "password_checked", valid },
    { type: "answered", answer: end, about: null },
  ] as const satisfies ErrandResult<null>[]) {
    const step = continueAdmission(admission, result);
    way.push(...step.errands.map(wordOf));
    if ("outcome" in step) return [...way, step.outcome.type];
    ({ admission } = step);
  }
  throw new Error(`it has not ended: ${way.join(", ")}`);
}

const wordOf = (errand: Errand<"admission">): string =>
  errand.type === "ask_ledger" ? errand.command.type : errand.type;

function replied(reply: LedgerReply): ErrandResult<null> & { type: "answered" } {
  return { type: "answered", answer: { ok: true, reply }, about: null };
}
