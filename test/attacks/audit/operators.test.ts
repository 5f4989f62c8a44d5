/** Rows 61 and 62: what operators do, and what becomes of those whom they do it to. */

import { expect, it } from "vitest";
import { cents } from "../../../src/bank/money.ts";
import { OPERATOR_PASSWORD, initFolder, startOperatedBank } from "../operators.ts";
import { countOfRight, refused, rowOf, type Event } from "./provoke.ts";
import { expectEveryRowToFit, expectFilesToFit } from "./row-schema.ts";

const bob = { username: "bob" };

const adjust = (amount: number, key: string) => ({
  ...{ ...bob, amount: cents(amount * 100), reason: "a lost note", idempotencyKey: key },
});

it("row 61: the first administrator is in the audit", async () => {
  const folder = await initFolder();
  const bank = await startOperatedBank({ folder });
  const [signUp, init, start] = bank.wholeAudit();
  const owner = { who: "the owner", origin: "command line", outcome: "ok" };
  expect(signUp).toMatchObject({ ...owner, action: "signup", object: "ada" });
  expect(init).toMatchObject(owner);
  expect(rowOf(init!)).toBe("the owner: admin.init: ok (ada)");
  expect(start).toMatchObject({ who: "the bank", action: "start", outcome: "ok" });
});

it("row 61: what operators ask for is one row each, with whom it is about", async () => {
  const startedAt = Date.now();
  const bank = await startOperatedBank();
  const { ada, dial, hire } = bank;
  const eve = await hire("eve", ["administrator"]);
  const tess = await hire("tess", ["teller"]);
  const customer = await hire("bob", ["customer"]);
  const log = async (): Promise<void> => {
    await (await dial()).logIn("bob", OPERATOR_PASSWORD);
  };
  const tryToLogIn = async (kind: string): Promise<void> => {
    const client = await dial();
    await refused(client.logIn("bob", OPERATOR_PASSWORD), kind);
    await client.logOut();
  };
  const ended = "bob: session: ended_elsewhere (by ada)";
  const events: Event[] = [
    ["a list", () => ada.call("admin.users", { limit: 5 }), "ada: admin.users: ok"],
    ["a look", () => ada.call("admin.show", bob), "ada: admin.show: ok (bob)"],
    [
      "one at nobody",
      () => refused(ada.call("admin.show", { username: "x" }), "unknown_user"),
      "ada: admin.show: unknown_user (x)",
    ],
    [
      "what the role does not permit",
      () => refused(tess.call("admin.disable", bob), "not_permitted"),
      "tess: admin.disable: not_permitted (bob)",
    ],
    [
      "what nobody does to themselves",
      () => refused(ada.call("admin.disable", { username: "ada" }), "own_standing"),
      "ada: admin.disable: own_standing (ada)",
    ],
    ["an adjustment", () => tess.call("admin.adjust", adjust(9, "a")), ADJUSTED],
    ["the same again", () => tess.call("admin.adjust", adjust(9, "a"))],
    ["a proposal", () => ada.call("admin.adjust", adjust(1_001, "b")), PROPOSED],
    ["a list of them", () => ada.call("admin.proposals", {}), "ada: admin.proposals: ok"],
    [
      "an approval of one's own",
      () => refused(ada.call("admin.approve", { proposal: "1" }), "own_proposal"),
      "ada: admin.approve: own_proposal (proposal 1)",
    ],
    ["an approval", () => eve.call("admin.approve", { proposal: "1" }), APPROVED],
    ["another proposal", () => ada.call("admin.adjust", adjust(1_002, "c")), PROPOSED],
    ["a rejection", () => eve.call("admin.reject", { proposal: "2" }), REJECTED],
    [
      "a rejection of what is not there",
      () => refused(eve.call("admin.reject", { proposal: "9" }), "unknown_proposal"),
      "eve: admin.reject: unknown_proposal (proposal 9)",
    ],
    ["a list of sessions", () => ada.call("admin.sessions", { limit: 5 }), SESSIONS],
    [
      "an end of one",
      async () => {
        const { current } = await customer.sessions();
        await ada.call("admin.endSession", { session: current });
      },
      ...["ada: admin.endSession: ok (bob session …)", ended],
    ],
    ["a login", log, "bob: login: ok"],
    [
      "a change of roles",
      () => ada.call("admin.setRoles", { ...bob, roles: ["customer", "teller"] }),
      ...["ada: admin.setRoles: ok (bob customer+teller)", ended],
    ],
    ["a login with them", log, "bob: login: ok"],
    ["a locking", () => ada.call("admin.lock", bob), "ada: admin.lock: ok (bob)"],
    ["a login then", () => tryToLogIn("authentication_failed"), "bob: login: locked"],
    ["an unlocking", () => ada.call("admin.unlock", bob), "ada: admin.unlock: ok (bob)"],
    ["a switch off", () => ada.call("admin.disable", bob), "ada: admin.disable: ok (bob)", ended],
    ["a login then", () => tryToLogIn("authentication_failed"), "bob: login: disabled"],
    ["a switch on", () => ada.call("admin.enable", bob), "ada: admin.enable: ok (bob)"],
    [
      "a factor taken away",
      () => ada.call("admin.resetFactor", bob),
      "ada: admin.resetFactor: ok (bob)",
    ],
    ["a customer's balance", () => denied(ada.balance()), "ada: account.balance: not_permitted"],
    ["a customer's history", () => denied(ada.history()), "ada: account.history: not_permitted"],
    [
      "a customer's deposit",
      () => denied(ada.deposit(cents(1), "key")),
      "ada: account.deposit: not_permitted",
    ],
    [
      "a customer's withdrawal",
      () => denied(ada.withdraw(cents(1), "key")),
      "ada: account.withdraw: not_permitted",
    ],
    [
      "a customer's transfer",
      () => refused(ada.transfer({ to: "bob", amount: cents(1) }, "key"), "not_permitted"),
      "ada: account.transfer: not_permitted (bob)",
    ],
    ["a look at the audit", () => ada.call("audit.list", { limit: 1 }), "ada: audit.list: ok"],
    [
      "one that is not permitted",
      () => refused(tess.call("audit.list", { limit: 1 }), "not_permitted"),
      "tess: audit.list: not_permitted",
    ],
  ];
  expect(await countOfRight(bank, events)).toBe(events.length);
  await bank.bank.stop();
  expectEveryRowToFit(bank.wholeAudit(), startedAt - INIT_MS_MAX);
  expectFilesToFit(bank.folder, bank.wholeAudit());
});

const denied = (call: Promise<unknown>): Promise<void> => refused(call, "not_permitted");

/** The administrator was made a while before. */
const INIT_MS_MAX = 60_000;
const ADJUSTED = "tess: admin.adjust: ok (bob)";
const PROPOSED = "ada: admin.adjust: proposed (bob)";
const APPROVED = "eve: admin.approve: ok (proposal 1)";
const REJECTED = "eve: admin.reject: ok (proposal 2)";
const SESSIONS = "ada: admin.sessions: ok";
