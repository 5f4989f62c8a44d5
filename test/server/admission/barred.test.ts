/** Whoever is barred is refused by the ledger alone: nothing before it tells a right password. */

import { expect, it } from "vitest";
import { ROLES, type Standing } from "../../../src/bank/standing.ts";
import { beginAdmission, continueAdmission } from "../../../src/server/admission/admission.ts";
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

it.for(cases)("%j logs in %j: the password is checked, and the ledger asked", ([standing, how]) => {
  const wish = { type: "log_in", username: "alice", password: "given", ...how } as const;
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
    [expect.objectContaining({ command: expect.objectContaining({ outcome: "authenticated" }) })],
  ]);
});
