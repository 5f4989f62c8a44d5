/** Letters to the ledger and back mean on the other thread what they meant on this one. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccountId, Command } from "../../src/bank/ledger.ts";
import type { Cents } from "../../src/bank/money.ts";
import {
  packReply,
  packRequest,
  unpackReply,
  unpackRequest,
  type LedgerReply,
  type LedgerRequest,
} from "../../src/protocol/ledger-letters.ts";

const account = fc.nat().map((id) => id as AccountId);
const amount = fc.maxSafeInteger().map((value) => value as Cents);
const text = fc.string({ maxLength: 20 });

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    type: fc.constantFrom("deposit" as const, "withdraw" as const),
    ...{ account, vault: account, amount },
  }),
  fc.record({
    type: fc.constant("transfer" as const),
    ...{ account, to: text, amount, memo: fc.option(text) },
  }),
  fc.record({ type: fc.constant("balance" as const), account }),
  fc.record({ type: fc.constant("begin_login" as const), username: text, terminal: text }),
);
const request: fc.Arbitrary<LedgerRequest> = fc.oneof(
  fc.record(
    {
      type: fc.constant("command" as const),
      command,
      who: text,
      origin: text,
      idempotencyKey: text,
    },
    { requiredKeys: ["type", "command", "who", "origin"] },
  ),
  fc.constant<LedgerRequest>({
    ...{ type: "note", who: "alice", action: "logout", outcome: "ok", origin: "here" },
  }),
);
const reply: fc.Arbitrary<LedgerReply> = fc.oneof(
  fc.record({
    type: fc.constant("posted" as const),
    ...{ transaction: fc.nat(), amount, balance: amount },
    credited: fc.option(fc.record({ account, balance: amount })),
  }),
  fc.record({ type: fc.constant("balance_read" as const), balance: amount }),
  fc.constant<LedgerReply>({ type: "rejected", rejection: "insufficient_funds" }),
  fc.constant<LedgerReply>({ type: "read_only" }),
);

describe("a letter that is packed, cloned and unpacked", () => {
  it("is the request that it was", () => {
    fc.assert(
      fc.property(request, (sent) => {
        expect(unpackRequest(structuredClone(packRequest(sent)))).toStrictEqual(plain(sent));
      }),
    );
  });

  it("is the reply that it was", () => {
    fc.assert(
      fc.property(reply, (sent) => {
        expect(unpackReply(structuredClone(packReply(sent)))).toStrictEqual(plain(sent));
      }),
    );
  });

  it("is an array of scalars where it moves or tells money, and else as it was", () => {
    const isFlat = (packed: unknown): boolean =>
      Array.isArray(packed) && packed.every((value) => value === null || typeof value !== "object");
    fc.assert(
      fc.property(request, (sent) => {
        const isMoney = sent.type === "command" && sent.command.type !== "begin_login";
        const packed = packRequest(sent);
        if (isMoney) expect(isFlat(packed)).toBe(true);
        else expect(packed).toBe(sent);
      }),
    );
  });
});

/** fast-check's records have no prototype. */
const plain = <T>(value: T): T => structuredClone(value);
