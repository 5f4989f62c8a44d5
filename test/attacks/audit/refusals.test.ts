/** Rows 61 and 62: who is not heard out: too much at once, too often, or too weak. */

import { expect, it } from "vitest";
import { cents } from "../../../src/bank/money.ts";
import { LOGIN_FAILURES_MAX } from "../../../src/bank/lockout.ts";
import { encodeHello } from "../../../src/protocol/classic.ts";
import { startTestBank } from "../../test-bank.ts";
import { startOperatedBank } from "../operators.ts";
import { RawLine } from "../raw-line.ts";
import { PASSWORD, countOfRight, dial, refused, type Event } from "./provoke.ts";
import { expectEveryRowToFit, expectFilesToFit } from "./row-schema.ts";

/** A check takes a fifth of a second, so that as many as may be wrong are tried at once. */
const SLOW_PASSWORDS = 12;
/** The administrator was made a while before. */
const INIT_MS_MAX = 60_000;

it("row 61: one try more than may be wrong at once is one row, beside theirs", async () => {
  const startedAt = Date.now();
  const bank = await startTestBank({ bcryptCost: SLOW_PASSWORDS });
  await bank.client().signUp("alice", PASSWORD);
  const lines: RawLine[] = [];
  for (let n = 0; n <= LOGIN_FAILURES_MAX; n++) lines.push(await RawLine.open(bank.bank.port));
  const hello = encodeHello({ action: "login", username: "alice", password: "a guess" });
  const guess = async (line: RawLine): Promise<string> => {
    await line.send(hello);
    return line.recvText();
  };
  const failed = Array.from({ length: LOGIN_FAILURES_MAX }, () => "alice: login: failed");
  const events: Event[] = [
    ["guesses at once", () => Promise.all(lines.map(guess)), TOO_MANY, ...failed],
  ];
  expect(await countOfRight(bank, events)).toBe(events.length);
  await bank.bank.stop();
  expectEveryRowToFit(bank.wholeAudit(), startedAt);
  expectFilesToFit(bank.folder, bank.wholeAudit());
});

const TOO_MANY = "alice: login: too_many_attempts";

it("row 61: a sign-up more than a source may have is one row, by either protocol", async () => {
  const startedAt = Date.now();
  // The second is the marker's.
  const bank = await startTestBank({ signUpsMax: 2 });
  const stranger = await dial(bank);
  await stranger.signUp("alice", PASSWORD);
  const events: Event[] = [
    [
      "one of the modern protocol",
      () => refused(stranger.signUp("bob", PASSWORD), "throttled"),
      "bob: signup: throttled",
    ],
    [
      "one of the classic protocol",
      () => bank.client().signUp("carol", PASSWORD),
      "carol: signup: throttled",
    ],
  ];
  expect(await countOfRight(bank, events)).toBe(events.length);
  await bank.bank.stop();
  expectEveryRowToFit(bank.wholeAudit(), startedAt);
  expectFilesToFit(bank.folder, bank.wholeAudit());
});

it("row 61: what a role permits and a weak password does not is one row", async () => {
  const startedAt = Date.now();
  const bank = await startOperatedBank({ passwords: "demo" });
  await (await bank.dial()).signUp("eve", "eight ch");
  await bank.ada.call("admin.setRoles", { username: "eve", roles: ["administrator"] });
  const eve = await bank.dial();
  await eve.logIn("eve", "eight ch");
  const weak = (call: Promise<unknown>): Promise<void> => refused(call, "weak_password");
  const ada = { username: "ada" };
  const events: Event[] = [
    ...(["admin.users", "admin.sessions", "audit.list"] as const).map((method): Event => [
      method,
      () => weak(eve.call(method, { limit: 1 })),
      `eve: ${method}: weak_password`,
    ]),
    [
      "admin.proposals",
      () => weak(eve.call("admin.proposals", {})),
      "eve: admin.proposals: weak_password",
    ],
    ...([...ON_USER, "admin.show"] as const).map((method): Event => [
      method,
      () => weak(eve.call(method, ada)),
      `eve: ${method}: weak_password (ada)`,
    ]),
    [
      "admin.setRoles",
      () => weak(eve.call("admin.setRoles", { ...ada, roles: ["customer"] })),
      "eve: admin.setRoles: weak_password (ada customer)",
    ],
    [
      "admin.adjust",
      () => weak(eve.call("admin.adjust", ADJUSTMENT)),
      "eve: admin.adjust: weak_password (ada)",
    ],
    [
      "admin.endSession",
      () => weak(eve.call("admin.endSession", { session: "0".repeat(32) })),
      "eve: admin.endSession: weak_password (session …)",
    ],
    ...(["admin.approve", "admin.reject"] as const).map((method): Event => [
      method,
      () => weak(eve.call(method, { proposal: "7" })),
      `eve: ${method}: weak_password (proposal 7)`,
    ]),
  ];
  expect(await countOfRight(bank, events)).toBe(events.length);
  await bank.bank.stop();
  expectEveryRowToFit(bank.wholeAudit(), startedAt - INIT_MS_MAX);
  expectFilesToFit(bank.folder, bank.wholeAudit());
});

const ADJUSTMENT = {
  ...{ username: "ada", amount: cents(100), reason: "a lost note", idempotencyKey: "key" },
};

const ON_USER = [
  ...(["admin.lock", "admin.unlock", "admin.disable", "admin.enable"] as const),
  "admin.resetFactor",
] as const;
