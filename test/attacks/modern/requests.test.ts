/** Hostile requests in an authentic session: what they ask is refused, and the session lives on. */

import { describe, expect, it } from "vitest";
import { startTestBank } from "../../test-bank.ts";
import { eventOf, expectNothingMoved, snapshotOf } from "./customer.ts";
import { RawSession } from "./raw-session.ts";

const DEPOSIT = '"method":"account.deposit","params":{"amount":"100","idempotencyKey":"k"}';
const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const deposit = (params: string): string =>
  `{"jsonrpc":"2.0","id":1,"method":"account.deposit","params":${params}}`;
const transfer = (params: string): string =>
  `{"jsonrpc":"2.0","id":1,"method":"account.transfer","params":${params}}`;

const HOSTILE: readonly (readonly [attack: string, text: string, kind: string])[] = [
  ["no JSON", "deposit", "parse_error"],
  ["nothing", "", "parse_error"],
  ["half a request", `{"jsonrpc":"2.0","id":1,${DEPOSIT}`, "parse_error"],
  ["two requests", `{"jsonrpc":"2.0","id":1,${DEPOSIT}}{"jsonrpc":"2.0"}`, "parse_error"],
  ["bytes behind it", `{"jsonrpc":"2.0","id":1,${DEPOSIT}}\0`, "parse_error"],
  ["a byte order mark", `\ufeff{"jsonrpc":"2.0","id":1,${DEPOSIT}}`, "parse_error"],
  ["nesting of 9", `{"jsonrpc":"2.0","id":1,"method":"x","params":${nested(8)}}`, "parse_error"],
  ["nesting of 4,000", nested(4_000), "parse_error"],
  ["a key twice", `{"jsonrpc":"2.0","id":1,"id":2,${DEPOSIT}}`, "parse_error"],
  ["an amount twice", deposit('{"amount":"1","amount":"2","idempotencyKey":"k"}'), "parse_error"],
  ["a lone surrogate", `{"jsonrpc":"2.0","id":"\\ud800",${DEPOSIT}}`, "parse_error"],
  ["NaN", deposit('{"amount":NaN,"idempotencyKey":"k"}'), "parse_error"],
  ["a batch", `[{"jsonrpc":"2.0","id":1,${DEPOSIT}}]`, "invalid_request"],
  ["an empty batch", "[]", "invalid_request"],
  ["a text", '"deposit"', "invalid_request"],
  ["a notification", `{"jsonrpc":"2.0",${DEPOSIT}}`, "invalid_request"],
  ["an id of null", `{"jsonrpc":"2.0","id":null,${DEPOSIT}}`, "invalid_request"],
  ["an id that is none", `{"jsonrpc":"2.0","id":1.5,${DEPOSIT}}`, "invalid_request"],
  ["an id of 2^53", `{"jsonrpc":"2.0","id":9007199254740992,${DEPOSIT}}`, "invalid_request"],
  ["an id of 1e999", `{"jsonrpc":"2.0","id":1e999,${DEPOSIT}}`, "invalid_request"],
  ["an id of 65 units", `{"jsonrpc":"2.0","id":"${"i".repeat(65)}",${DEPOSIT}}`, "invalid_request"],
  ["JSON-RPC 1.0", `{"jsonrpc":"1.0","id":1,${DEPOSIT}}`, "invalid_request"],
  ["JSON-RPC 2 as a number", `{"jsonrpc":2.0,"id":1,${DEPOSIT}}`, "invalid_request"],
  ["no version", `{"id":1,${DEPOSIT}}`, "invalid_request"],
  ["a field too many", `{"jsonrpc":"2.0","id":1,"x":1,${DEPOSIT}}`, "invalid_request"],
  ["__proto__", `{"jsonrpc":"2.0","id":1,"__proto__":{"x":1},${DEPOSIT}}`, "invalid_request"],
  ["an answer", '{"jsonrpc":"2.0","id":1,"result":{}}', "invalid_request"],
  ["no such method", '{"jsonrpc":"2.0","id":1,"method":"account.steal"}', "unknown_method"],
  ["a method of the prototype", '{"jsonrpc":"2.0","id":1,"method":"toString"}', "unknown_method"],
  ["__proto__ as a method", '{"jsonrpc":"2.0","id":1,"method":"__proto__"}', "unknown_method"],
  ["params of null", deposit("null"), "invalid_params"],
  ["params in a list", deposit('["100","k"]'), "invalid_params"],
  ["no amount", deposit('{"idempotencyKey":"k"}'), "invalid_params"],
  ["no key", deposit('{"amount":"100"}'), "invalid_params"],
  ["an empty key", deposit('{"amount":"100","idempotencyKey":""}'), "invalid_params"],
  ["a number", deposit('{"amount":100,"idempotencyKey":"k"}'), "invalid_params"],
  ["a negative amount", deposit('{"amount":"-100","idempotencyKey":"k"}'), "invalid_params"],
  ["a fraction", deposit('{"amount":"1.5","idempotencyKey":"k"}'), "invalid_params"],
  ["a power of ten", deposit('{"amount":"1e2","idempotencyKey":"k"}'), "invalid_params"],
  ["a leading zero", deposit('{"amount":"0100","idempotencyKey":"k"}'), "invalid_params"],
  ["white space", deposit('{"amount":" 100","idempotencyKey":"k"}'), "invalid_params"],
  ["digits of another script", deposit('{"amount":"١٠٠","idempotencyKey":"k"}'), "invalid_params"],
  [
    "an account to act on",
    deposit('{"amount":"100","idempotencyKey":"k","account":2}'),
    "invalid_params",
  ],
  [
    "__proto__ in params",
    deposit('{"amount":"100","idempotencyKey":"k","__proto__":{}}'),
    "invalid_params",
  ],
  ["an amount of nothing", deposit('{"amount":"0","idempotencyKey":"k"}'), "amount_not_positive"],
  [
    "a cent above the limit",
    deposit('{"amount":"100000001","idempotencyKey":"k"}'),
    "amount_too_large",
  ],
  [
    "10^4000",
    deposit(`{"amount":"1${"0".repeat(4_000)}","idempotencyKey":"k"}`),
    "amount_too_large",
  ],
  [
    "a memo of two lines",
    transfer('{"to":"bob","amount":"1","idempotencyKey":"k","memo":"a\\nb"}'),
    "invalid_params",
  ],
  [
    "a page of nothing",
    '{"jsonrpc":"2.0","id":1,"method":"account.history","params":{"limit":0}}',
    "invalid_params",
  ],
];

describe("a hostile request", () => {
  it("of any kind is refused, noted once, and nothing happens", async () => {
    const bank = await startTestBank();
    const alice = await RawSession.customer(bank, "alice");
    await alice.ask("account.deposit", { amount: "100", idempotencyKey: "first" });
    const before = snapshotOf(bank);
    for (const [attack, text, kind] of HOSTILE) {
      expect([attack, await alice.kindOf(text)]).toEqual([attack, kind]);
    }
    expect((await alice.ask("account.balance")).result).toMatchObject({ balance: "100" });
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
    const events = HOSTILE.map(([, , kind]) => `request: ${kind}`);
    await expectNothingMoved(bank, before, events, 1);
  });

  it("with bytes that are no UTF-8 is no JSON", async () => {
    const bank = await startTestBank();
    const session = await RawSession.open(bank);
    expect(await session.kindOf(Uint8Array.of(0x22, 0xc0, 0xaf, 0x22))).toBe("parse_error");
    expect(await session.kindOf(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22))).toBe("parse_error");
    expect((await session.ask("session.info")).result).toMatchObject({ username: null });
  });

  it("is the last after a hundred: the bank hangs up", async () => {
    const bank = await startTestBank();
    const session = await RawSession.open(bank);
    const nonsense = Array.from({ length: 150 }, () => session.seal("{}"));
    await session.line.send(Buffer.concat(nonsense));
    const said = await session.hearOut();
    expect(said.map(({ error, params }) => error?.data.kind ?? params?.["reason"])).toEqual([
      ...Array.from({ length: 100 }, () => "invalid_request"),
      "breach",
    ]);
  });
});

describe("what a customer may not do", () => {
  it("is refused whatever the key, and stays refused under the same one", async () => {
    const bank = await startTestBank();
    const alice = await RawSession.customer(bank, "alice");
    await RawSession.customer(bank, "bob");
    await alice.ask("account.deposit", { amount: "100", idempotencyKey: "first" });
    const before = snapshotOf(bank);
    const attempts = [
      ["alice", "100", "own_account"],
      ["nobody", "100", "unknown_recipient"],
      ["Bob", "100", "unknown_recipient"],
      ["bob", "101", "insufficient_funds"],
    ] as const;
    for (const [index, [to, amount, kind]] of attempts.entries()) {
      const params = { to, amount, idempotencyKey: `key-${index}` };
      for (const time of ["first", "second"]) {
        const { error } = await alice.ask("account.transfer", params);
        expect([to, amount, time, error?.data.kind]).toEqual([to, amount, time, kind]);
      }
    }
    const events = attempts.map(([, , kind]) => `transfer: ${kind}`);
    await expectNothingMoved(bank, before, events, 2);
  });

  it("under a key that was used for another change, is refused, whatever differs", async () => {
    const bank = await startTestBank();
    const alice = await RawSession.customer(bank, "alice");
    for (const name of ["bob", "carol"]) await RawSession.customer(bank, name);
    await alice.ask("account.deposit", { amount: "1000", idempotencyKey: "cash" });
    const sent = { to: "bob", amount: "10", memo: "rent", idempotencyKey: "sent" };
    const first = await alice.ask("account.transfer", sent);
    const before = snapshotOf(bank);
    const changes = [
      ["account.deposit", { amount: "1001", idempotencyKey: "cash" }],
      ["account.withdraw", { amount: "1000", idempotencyKey: "cash" }],
      ["account.transfer", { ...sent, amount: "11" }],
      ["account.transfer", { ...sent, to: "carol" }],
      ["account.transfer", { ...sent, memo: "loan" }],
      ["account.transfer", { to: "bob", amount: "10", idempotencyKey: "sent" }],
    ] as const;
    for (const [method, params] of changes) {
      const { error } = await alice.ask(method, params);
      expect([params, error?.data.kind]).toEqual([params, "idempotency_conflict"]);
    }
    const again = await alice.ask("account.transfer", sent);
    expect(again.result).toEqual(first.result);
    const events = changes.map(([method]) => `${method.slice(8)}: idempotency_conflict`);
    await expectNothingMoved(bank, before, events, 3);
  });

  it("with another's key, is a change of its own: keys are each customer's", async () => {
    const bank = await startTestBank();
    const alice = await RawSession.customer(bank, "alice");
    const bob = await RawSession.customer(bank, "bob");
    const params = { amount: "100", idempotencyKey: "the-same" };
    expect((await alice.ask("account.deposit", params)).result).toMatchObject({ balance: "100" });
    expect((await bob.ask("account.deposit", params)).result).toMatchObject({ balance: "100" });
  });

  it("is to read another's history: the cursor of another's entry is refused", async () => {
    const bank = await startTestBank();
    const alice = await RawSession.customer(bank, "alice");
    const bob = await RawSession.customer(bank, "bob");
    const { result } = await alice.ask("account.deposit", { amount: "5", idempotencyKey: "a" });
    await bob.ask("account.deposit", { amount: "6", idempotencyKey: "b" });
    const before = { before: result!["transactionId"] };
    expect((await bob.ask("account.history", before)).error?.data.kind).toBe("invalid_params");
    for (const unknown of ["999", "9007199254740991"]) {
      const { error } = await bob.ask("account.history", { before: unknown });
      expect([unknown, error?.data.kind]).toEqual([unknown, "invalid_params"]);
    }
    const { entries } = (await bob.ask("account.history")).result as { entries: unknown[] };
    expect(entries).toMatchObject([{ amount: "6" }]);
  });

  it("is anything at all before a login, or after a logout", async () => {
    const bank = await startTestBank();
    const alice = await RawSession.customer(bank, "alice");
    const stranger = await RawSession.open(bank);
    const wish = { amount: "5", idempotencyKey: "a" };
    const { error } = await stranger.ask("account.deposit", wish);
    expect(error?.data.kind).toBe("not_logged_in");
    const late = [alice.request("auth.logout"), alice.request("account.deposit", wish)];
    await alice.line.send(Buffer.concat(late));
    const said = await alice.hearOut();
    expect(said.at(-1)).toMatchObject({ params: { reason: "logout" } });
    expect(said.filter(({ result }) => result?.["transactionId"] !== undefined)).toEqual([]);
    expect(bank.audit().map(eventOf)).not.toContain("deposit: ok");
  });
});
