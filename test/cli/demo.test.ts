/** The demonstration's accounts, at banks that speak the modern protocol alone. */

import { describe, expect, it } from "vitest";
import { addDemoAccounts } from "../../src/cli/demo.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { ModernClient } from "../../src/client/modern-client.ts";
import { TcpTransport } from "../../src/client/tcp-transport.ts";
import { decodeHex } from "../../src/protocol/hex.ts";
import { startTestBank } from "../test-bank.ts";

const LINES = [
  "ada, password Analytical-1843, balance $1000",
  "grace, password Compiler-1952, balance $250",
];

async function modernBank(host: string) {
  const { bank } = await startTestBank({ host, classic: false });
  return { host: bank.host, port: bank.port, publicKey: decodeHex(bank.publicKey) };
}

describe("the demonstration's accounts", () => {
  it.for(["127.0.0.1", "::1"])("are made once at a bank on %s", async (host) => {
    const bank = await modernBank(host);
    expect(await addDemoAccounts(bank)).toEqual(LINES);
    expect(await addDemoAccounts(bank)).toEqual(LINES);
  });

  it("leave an account alone that somebody else has made", async () => {
    const bank = await modernBank("127.0.0.1");
    const dial = () => new TcpTransport(bank.host, bank.port);
    const customer = await ModernClient.connect(dial, nodeCiphers, bank.publicKey);
    await customer.signUp("ada", "a password of her own");
    customer.close();
    expect(await addDemoAccounts(bank)).toEqual(["ada is somebody's own account", LINES[1]]);
  });
});
