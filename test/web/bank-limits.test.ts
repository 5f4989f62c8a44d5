/** What the page asks a bank before there is anybody to log in. */

import { expect, it } from "vitest";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { BankNotAuthentic } from "../../src/client/modern-errors.ts";
import { TcpTransport } from "../../src/client/tcp-transport.ts";
import { decodeHex } from "../../src/protocol/hex.ts";
import { bankLimits } from "../../web/atm/bank-limits.ts";
import { startTestBank } from "../test-bank.ts";

it("the bank of the pinned key tells it, on a line that leaves nothing behind", async () => {
  const { bank, audit, client } = await startTestBank({ passwords: "strict" });
  const dial = () => new TcpTransport("127.0.0.1", bank.port);
  const before = audit().length;
  const limits = await bankLimits(nodeCiphers, dial, decodeHex(bank.publicKey));
  expect(limits.passwordCharsMin).toEqual({ alone: 15, withFactor: 8 });
  await expect.poll(() => bank.metrics().acceptor.serving).toBe(0);
  await client().signUp("alice", "seven brass lanterns hum");
  const since = audit().slice(before);
  expect(since.map(({ action, who }) => [action, who])).toEqual([["signup", "alice"]]);
});

it("no other bank is heard", async () => {
  const { bank } = await startTestBank({ passwords: "strict" });
  const dial = () => new TcpTransport("127.0.0.1", bank.port);
  const { publicKey } = nodeCiphers.generateKeyPair();
  await expect(bankLimits(nodeCiphers, dial, publicKey)).rejects.toThrow(BankNotAuthentic);
});
