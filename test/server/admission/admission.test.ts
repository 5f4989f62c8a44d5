/** How somebody gets in: every step, every way it can go, and what has become of it in the end. */

import { describe, expect, it } from "vitest";
import type { Failure } from "../../../src/actor/answer.ts";
import type { AccountId, Command } from "../../../src/bank/ledger.ts";
import {
  beginAdmission,
  continueAdmission,
  type Admission,
  type AdmissionOutcome,
  type Wish,
} from "../../../src/server/admission/admission.ts";
import type { Standing } from "../../../src/bank/standing.ts";
import type { Errand, ErrandResult } from "../../../src/server/errands.ts";
import type { LedgerReply } from "../../../src/workers/ledger.ts";
import { CUSTOMER, ORDINARY } from "../../ordinary.ts";

const TERMINAL = "lobby";
const SIGN_UPS_MAX = 200;
const account = 1 as AccountId;
const vault = 2 as AccountId;

const WISHES = {
  signUp: { type: "sign_up", username: "alice", password: "new" },
  logIn: { type: "log_in", username: "alice", password: "given" },
  change: {
    ...{ type: "change_password", username: "alice", account },
    ...{ password: "given", newPassword: "new" },
  },
} as const satisfies Record<string, Wish>;

type Result = ErrandResult<null>;

const TURN: Result = { type: "turn", granted: true };
const NO_TURN: Result = { type: "turn", granted: false };
const HASHED: Result = { type: "password_hashed", hash: "new hash" };
const RIGHT: Result = { type: "password_checked", valid: true };
const WRONG: Result = { type: "password_checked", valid: false };
const POOL_FAILED: Result = { type: "password_failed" };
const replied = (reply: LedgerReply): Result => ({
  ...{ type: "answered", answer: { ok: true, reply }, about: null },
});
const failed = (failure: Failure): Result => ({
  ...{ type: "answered", answer: { ok: false, failure }, about: null },
});
const BEGUN = replied({ type: "login_begun", passwordHash: "old hash", standing: ORDINARY });
const LOGGED_IN = replied({ type: "logged_in", account, vault, ...CUSTOMER });
const LOGIN_FAILED = replied({ type: "login_failed" });
const SIGNED_UP = replied({ type: "signed_up" });
const DONE = replied({ type: "done" });
const FULL = replied({ type: "read_only" });
const taken = replied({ type: "rejected", rejection: "username_taken" });
const locked = replied({ type: "rejected", rejection: "locked" });
const throttled = replied({ type: "rejected", rejection: "throttled" });
const tooMany = replied({ type: "rejected", rejection: "too_many_attempts" });
const unknown = replied({ type: "rejected", rejection: "unknown_account" });

const ask = (command: Command): Errand<"admission"> => ({
  ...{ type: "ask_ledger", command, who: "alice", about: "admission" },
});
const attempt = { username: "alice", terminal: TERMINAL };
const BEGIN = ask({ type: "begin_login", ...attempt });
const endLogin = (outcome: "wrong_password" | "not_checked") =>
  ask({ type: "end_login", ...attempt, outcome });
const AUTHENTICATED = ask({
  ...{ type: "end_login", ...attempt, outcome: "authenticated", checkedHash: "old hash" },
});
const purpose = "change_password";
const BEGIN_CHANGE = ask({ type: "begin_login", ...attempt, purpose });
const endChange = (outcome: "wrong_password" | "not_checked") =>
  ask({ type: "end_login", ...attempt, outcome, purpose });
/** Of a try that the ledger may hold as pending: it is told of the end again. */
const settle = (outcome: "wrong_password" | "not_checked"): Errand<"admission"> => ({
  ...{ type: "settle_login", command: { type: "end_login", ...attempt, outcome } },
});
const settleChange = (outcome: "wrong_password" | "not_checked"): Errand<"admission"> => ({
  ...{ type: "settle_login", command: { type: "end_login", ...attempt, outcome, purpose } },
});
const later = (
  errands: readonly Errand<"admission">[],
  outcome: "wrong_password" | "not_checked",
  told = settle,
): Errand<"admission">[] => [...errands.slice(0, -1), told(outcome), END];
const COUNT = ask({ type: "begin_sign_up", source: TERMINAL, signUpsMax: SIGN_UPS_MAX });
const SIGN_UP = ask({ type: "sign_up", username: "alice", passwordHash: "new hash" });
const CHANGE = ask({
  ...{ type: "change_password", account, terminal: TERMINAL, passwordHash: "new hash" },
  checkedHash: "old hash",
});
const TAKE: Errand<"admission"> = { type: "take_turn" };
const END: Errand<"admission"> = { type: "end_turn" };
const HASH: Errand<"admission"> = { type: "hash_password", password: "new", username: "alice" };
const CHECK: Errand<"admission"> = {
  ...{ type: "check_password", password: "given", hash: "old hash" },
};
/** The work of a check, for a try that is refused anyway. */
const FEIGN: Errand<"admission"> = { type: "feign_check", password: "given" };

type Row = [results: Result[], outcome: AdmissionOutcome["type"], errands: Errand<"admission">[]];

/** Lets an admission have its results, one after the other. */
function walk(wish: Wish, results: readonly Result[]) {
  const begun = beginAdmission(wish, { terminal: TERMINAL, signUpsMax: SIGN_UPS_MAX });
  const errands = [...begun.errands];
  let admission: Admission | null = begun.admission;
  let outcome: AdmissionOutcome | null = null;
  for (const result of results) {
    if (admission === null) throw new Error("the admission has ended already");
    const step = continueAdmission(admission, result);
    errands.push(...step.errands);
    admission = "admission" in step ? step.admission : null;
    if ("outcome" in step) outcome = step.outcome;
  }
  return { admission, outcome, errands };
}

const namesOf = (results: readonly Result[]): string =>
  results
    .map((result) => {
      if (result.type !== "answered") return JSON.stringify(result);
      const { answer } = result;
      return answer.ok ? JSON.stringify(answer.reply) : answer.failure;
    })
    .join(" ");

function tell(wish: Wish, rows: readonly Row[]): void {
  it.for(rows.map((row) => [namesOf(row[0]), ...row] as const))(
    "after %s",
    ([, results, outcome, errands]) => {
      const ended = walk(wish, results);
      expect(ended).toMatchObject({ admission: null, outcome: { type: outcome } });
      expect(ended.errands).toEqual(errands);
    },
  );
}

describe("a sign-up", () => {
  const counted = [TAKE, COUNT, END];
  const asked = [TAKE, COUNT, HASH, SIGN_UP, END];
  tell(WISHES.signUp, [
    [[NO_TURN], "busy", [TAKE]],
    [[TURN, throttled], "throttled", counted],
    [[TURN, FULL], "read_only", counted],
    [[TURN, failed("busy")], "busy", counted],
    [[TURN, failed("died")], "busy", counted],
    [[TURN, DONE, POOL_FAILED], "busy", [TAKE, COUNT, HASH, END]],
    [[TURN, DONE, HASHED, SIGNED_UP], "signed_up", asked],
    [[TURN, DONE, HASHED, taken], "username_taken", asked],
    [[TURN, DONE, HASHED, FULL], "read_only", asked],
    [[TURN, DONE, HASHED, failed("busy")], "busy", asked],
    [[TURN, DONE, HASHED, failed("draining")], "busy", asked],
    [[TURN, DONE, HASHED, failed("timed_out")], "unknown", asked],
    [[TURN, DONE, HASHED, failed("died")], "unknown", asked],
  ]);
});

describe("a login", () => {
  const begun = [TAKE, BEGIN, END];
  const feigned = [TAKE, BEGIN, FEIGN, END];
  const right = [TAKE, BEGIN, CHECK, AUTHENTICATED, END];
  const wrong = [TAKE, BEGIN, CHECK, endLogin("wrong_password"), END];
  const unchecked = [TAKE, BEGIN, CHECK, endLogin("not_checked"), END];
  tell(WISHES.logIn, [
    [[NO_TURN], "busy", [TAKE]],
    [[TURN, locked, WRONG], "locked", feigned],
    [[TURN, throttled, WRONG], "locked", feigned],
    [[TURN, locked, POOL_FAILED], "busy", feigned],
    [[TURN, tooMany], "busy", begun],
    [[TURN, FULL], "read_only", begun],
    [[TURN, failed("busy")], "busy", begun],
    [[TURN, failed("died")], "busy", begun],
    [[TURN, failed("timed_out")], "busy", [TAKE, BEGIN, settle("not_checked"), END]],
    [[TURN, BEGUN, RIGHT, LOGGED_IN], "logged_in", right],
    [[TURN, BEGUN, RIGHT, unknown], "failed", right],
    [[TURN, BEGUN, RIGHT, LOGIN_FAILED], "failed", right], // It has another password by now.
    [[TURN, BEGUN, RIGHT, FULL], "read_only", right],
    [[TURN, BEGUN, RIGHT, failed("busy")], "busy", later(right, "not_checked")],
    [[TURN, BEGUN, RIGHT, failed("draining")], "busy", right],
    [[TURN, BEGUN, RIGHT, failed("died")], "unknown", right],
    [[TURN, BEGUN, WRONG, LOGIN_FAILED], "failed", wrong],
    [[TURN, BEGUN, WRONG, failed("busy")], "busy", later(wrong, "wrong_password")],
    [[TURN, BEGUN, WRONG, failed("timed_out")], "busy", wrong],
    [[TURN, BEGUN, POOL_FAILED, LOGIN_FAILED], "busy", unchecked],
    [[TURN, BEGUN, POOL_FAILED, failed("timed_out")], "busy", unchecked],
    [[TURN, BEGUN, POOL_FAILED, failed("busy")], "busy", later(unchecked, "not_checked")],
  ]);

  it("says whose account it is, and whose cash", () => {
    const { outcome } = walk(WISHES.logIn, [TURN, BEGUN, RIGHT, LOGGED_IN]);
    const roles = ["customer"];
    expect(outcome).toEqual({
      ...{ type: "logged_in", account, vault, roles, hasFactor: false, isFit: false },
    });
  });

  it.for([true, undefined] as const)(
    "of an operator asks whether the password is fit for one, and tells: %s",
    (isFit) => {
      const standing: Standing = { ...ORDINARY, roles: ["teller"] };
      const found: Result = { type: "password_checked", valid: true, ...(isFit && { isFit }) };
      const { outcome, errands } = walk(WISHES.logIn, [
        TURN,
        replied({ type: "login_begun", passwordHash: "old hash", standing }),
        ...[found, LOGGED_IN],
      ]);
      expect(outcome).toMatchObject({ type: "logged_in", isFit: isFit === true });
      const judgedFor = { username: "alice", hasFactor: false };
      expect(errands).toContainEqual({ ...CHECK, judgedFor });
    },
  );

  it("checks a password even for a name that nobody has", () => {
    const { errands } = walk(WISHES.logIn, [
      TURN,
      replied({ type: "login_begun", passwordHash: null, standing: ORDINARY }),
    ]);
    expect(errands.at(-1)).toEqual({ type: "check_password", password: "given", hash: null });
  });
});

describe("row 30", () => {
  const kindsOf = (wish: Wish, results: readonly Result[]) =>
    walk(wish, results).errands.map(({ type }) => type);

  it("a login does the same for a name that nobody has as for a wrong password", () => {
    const begun = (passwordHash: string | null): Result =>
      replied({ type: "login_begun", passwordHash, standing: ORDINARY });
    const rest = [WRONG, LOGIN_FAILED];
    const known = kindsOf(WISHES.logIn, [TURN, begun("old hash"), ...rest]);
    expect(kindsOf(WISHES.logIn, [TURN, begun(null), ...rest])).toEqual(known);
    expect(known.filter((kind) => kind === "check_password")).toHaveLength(1);
  });

  it("a sign-up has made the hash before it learns whether the name is taken", () => {
    const hashed: Result = { type: "password_hashed", hash: "new hash" };
    const refused = replied({ type: "rejected", rejection: "username_taken" });
    const free = kindsOf(WISHES.signUp, [TURN, DONE, hashed, replied({ type: "signed_up" })]);
    expect(kindsOf(WISHES.signUp, [TURN, DONE, hashed, refused])).toEqual(free);
    expect(free.indexOf("hash_password")).toBeLessThan(free.lastIndexOf("ask_ledger"));
  });
});

describe("a change of password", () => {
  const begun = [TAKE, BEGIN_CHANGE, END];
  const changed = [TAKE, BEGIN_CHANGE, CHECK, HASH, CHANGE, END];
  const wrong = [TAKE, BEGIN_CHANGE, CHECK, endChange("wrong_password"), END];
  tell(WISHES.change, [
    [[NO_TURN], "busy", [TAKE]],
    [[TURN, locked, WRONG], "locked", [TAKE, BEGIN_CHANGE, FEIGN, END]],
    [[TURN, tooMany], "busy", begun],
    [[TURN, FULL], "read_only", begun],
    [[TURN, failed("draining")], "busy", begun],
    [[TURN, BEGUN, WRONG, LOGIN_FAILED], "failed", wrong],
    [
      [TURN, BEGUN, POOL_FAILED, LOGIN_FAILED],
      "busy",
      [TAKE, BEGIN_CHANGE, CHECK, endChange("not_checked"), END],
    ],
    [
      [TURN, BEGUN, RIGHT, POOL_FAILED, LOGIN_FAILED],
      "busy",
      [TAKE, BEGIN_CHANGE, CHECK, HASH, endChange("not_checked"), END],
    ],
    [[TURN, BEGUN, RIGHT, HASHED, DONE], "password_changed", changed],
    [[TURN, BEGUN, RIGHT, HASHED, unknown], "failed", changed],
    [[TURN, BEGUN, RIGHT, HASHED, LOGIN_FAILED], "failed", changed],
    [[TURN, BEGUN, RIGHT, HASHED, FULL], "read_only", changed],
    [
      [TURN, BEGUN, RIGHT, HASHED, failed("busy")],
      "busy",
      later(changed, "not_checked", settleChange),
    ],
    [[TURN, BEGUN, RIGHT, HASHED, failed("timed_out")], "unknown", changed],
  ]);
});

describe("with a second factor", () => {
  const factor = { sealedSecret: "sealed", lastStep: 0, recoveryHashes: [] };
  const begun = replied({
    ...{ type: "login_begun", passwordHash: "old hash", standing: { ...ORDINARY, factor } },
  });
  const FACTOR_BEGUN = replied({ type: "factor_begun", account, factor });
  const WRONG_CODE: Result = { type: "code_checked", proof: null };
  const RIGHT_CODE: Result = { type: "code_checked", proof: { type: "step", step: 7 } };
  const PROVEN = replied({ type: "factor_ended", proven: true });
  const SHORT: Result = { type: "password_refused", refusal: "too_short", charsMin: 15 };
  const kindsOf = (wish: Wish, results: readonly Result[]): string[] =>
    walk(wish, results).errands.map((errand) =>
      errand.type === "ask_ledger" ? errand.command.type : errand.type,
    );
  const logIn: Wish = { ...WISHES.logIn, code: "123456" };
  const change: Wish = { ...WISHES.change, code: "123456" };
  const remove: Wish = { ...WISHES.logIn, type: "remove_factor", code: "123456" };

  it("a new password is hashed before the code is used up for it", () => {
    const kinds = kindsOf(change, [
      ...[TURN, begun, RIGHT, HASHED, FACTOR_BEGUN, RIGHT_CODE, PROVEN, DONE],
    ]);
    expect(kinds).toEqual([
      ...["take_turn", "begin_login", "check_password", "hash_password"],
      ...["begin_factor", "check_code", "end_factor", "change_password", "end_turn"],
    ]);
  });

  it("a new password that is refused uses up no code", () => {
    const results = [TURN, begun, RIGHT, SHORT, LOGIN_FAILED];
    expect(walk(change, results).outcome).toMatchObject({ type: "bad_password" });
    expect(kindsOf(change, results)).not.toContain("begin_factor");
  });

  it("a new password is not even hashed where the code is missing", () => {
    const results = [TURN, begun, RIGHT, LOGIN_FAILED];
    expect(walk(WISHES.change, results).outcome).toEqual({ type: "code_required" });
    expect(kindsOf(WISHES.change, results)).not.toContain("hash_password");
  });

  it("a factor stays beside a password that is too short alone, and no code is used up", () => {
    const results = [TURN, begun, RIGHT, SHORT, LOGIN_FAILED];
    expect(walk(remove, results).outcome).toMatchObject({ type: "bad_password" });
    expect(kindsOf(remove, results)).not.toContain("begin_factor");
  });

  it("a factor is removed from a password that is long enough", () => {
    const measured: Result = { type: "password_measured" };
    const kinds = kindsOf(remove, [
      ...[TURN, begun, RIGHT, measured, FACTOR_BEGUN, RIGHT_CODE, PROVEN, LOGGED_IN, DONE],
    ]);
    expect(kinds).toEqual([
      ...["take_turn", "begin_login", "check_password", "measure_password", "begin_factor"],
      ...["check_code", "end_factor", "end_login", "remove_factor", "end_turn"],
    ]);
  });

  // What the ledger may hold as pending is ended once more, as with a login.
  it.for([
    ["begun late", [failed("timed_out")], "not_checked"],
    ["wrong, and not heard", [FACTOR_BEGUN, WRONG_CODE, failed("busy")], "wrong_code"],
    ["right, and not heard", [FACTOR_BEGUN, RIGHT_CODE, failed("busy")], "not_checked"],
  ] as const)("the try of a code that is %s ends later", ([, results, outcome]) => {
    const { outcome: told, errands } = walk(logIn, [TURN, begun, RIGHT, ...results, LOGIN_FAILED]);
    expect(told).toEqual({ type: "busy" });
    const command = { type: "end_factor", username: "alice", outcome };
    expect(errands).toContainEqual({ type: "settle_login", command });
  });
});

describe("a result that a step did not send out for", () => {
  it.for([
    ["waiting_turn", WISHES.logIn, [], HASHED],
    ["beginning", WISHES.logIn, [TURN], RIGHT],
    ["checking", WISHES.logIn, [TURN, BEGUN], TURN],
    ["feigning", WISHES.logIn, [TURN, locked], TURN],
    ["counting", WISHES.signUp, [TURN], RIGHT],
    ["hashing", WISHES.signUp, [TURN, DONE], RIGHT],
    ["storing", WISHES.signUp, [TURN, DONE, HASHED], RIGHT],
  ] as const)("is a bug while %s", ([step, wish, results, result]) => {
    const { admission } = walk(wish, results);
    expect(admission?.step).toBe(step);
    expect(() => continueAdmission(admission!, result)).toThrow(step);
  });
});
