/** A line that is cut at each moment, over both protocols, and what the bank then has. */

import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { dollars } from "../../src/bank/money.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { formatReply, type Reply } from "../../src/protocol/classic-replies.ts";
import { sealReply } from "../../src/protocol/classic.ts";
import { decodeHex } from "../../src/protocol/hex.ts";
import { deriveSessionKeys } from "../../src/protocol/session-keys.ts";
import type { Change } from "../../bench/simulation/deeds.ts";
import type { Bank, BankLine } from "../../bench/simulation/lines/bank-line.ts";
import { openClassicLine } from "../../bench/simulation/lines/classic-line.ts";
import { openModernLine } from "../../bench/simulation/lines/modern-line.ts";
import { startTestBank, type TestBank } from "../test-bank.ts";

const WHO = { username: "ann", password: "a good password" };
const CHANGE: Change = { serial: 1, wish: { kind: "deposit", amount: dollars(5) } };

const OPENERS = { classic: openClassicLine, modern: openModernLine };

const bankOf = ({ bank: { port, publicKey } }: TestBank): Bank => ({
  key: decodeHex(publicKey),
  dial: () => Promise.resolve(connect({ host: "127.0.0.1", port, noDelay: true })),
});

async function openLine(protocol: keyof typeof OPENERS, bank: Bank): Promise<BankLine> {
  const line = await OPENERS[protocol](bank, 1);
  if ("type" in line) throw new Error(`there is no line: ${line.type}`);
  return line;
}

describe.for(["classic", "modern"] as const)("a %s line", (protocol) => {
  it.for([
    ["torn", 0],
    ["unheard", 5],
  ] as const)("that is cut %s leaves a doubt, and $%i", async ([moment, balance]) => {
    const bank = bankOf(await startTestBank());
    const line = await openLine(protocol, bank);
    expect(await line.signUp(WHO)).toEqual({ type: "signed_up" });
    expect(await line.logIn(WHO)).toEqual({ type: "logged_in" });
    line.cutAt(moment);
    expect(await line.change(CHANGE)).toMatchObject({ type: "lost", inDoubt: true });

    const next = await openLine(protocol, bank);
    expect(await next.logIn(WHO)).toEqual({ type: "logged_in" });
    expect(await next.balance()).toEqual({ type: "balance", balance: dollars(balance) });
    expect(await next.leave()).toEqual({ type: "left" });
  });

  it("that nobody cuts moves money, and refuses in one word", async () => {
    const bank = bankOf(await startTestBank());
    const line = await openLine(protocol, bank);
    await line.signUp(WHO);
    expect(await line.signUp(WHO)).toEqual({ type: "refused", reason: "username_taken" });
    const wrong = { ...WHO, password: "no" };
    expect(await line.logIn(wrong)).toEqual({ type: "refused", reason: "authentication_failed" });
    await line.logIn(WHO);
    expect(await line.change(CHANGE)).toMatchObject({ type: "done", balance: dollars(5) });
    const withdrawal: Change = { serial: 2, wish: { kind: "withdraw", amount: dollars(6) } };
    expect(await line.change(withdrawal)).toEqual({
      ...{ type: "refused", reason: "insufficient_funds" },
    });
    line.close();
  });
});

describe("the last word of a bank that hangs up", () => {
  const detail = "the bank waited too long for a request";
  const masterSecret = new Uint8Array(32).fill(7);
  const keys = deriveSessionKeys(nodeCiphers, masterSecret);
  const seal = (reply: Reply): string =>
    sealReply(nodeCiphers, keys, formatReply(reply), Math.floor(Date.now() / 1_000));

  /** Somebody logged in at a bank that says this to whatever is asked. */
  async function lineWith(say: (socket: Socket) => void): Promise<BankLine> {
    const server = createServer((socket) => {
      socket.once("data", () => {
        socket.write(Buffer.concat([Buffer.from("Authenticated"), masterSecret]));
        socket.once("data", () => say(socket));
      });
    });
    server.listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const dial = () => Promise.resolve(connect({ host: "127.0.0.1", port, noDelay: true }));
    const line = await openClassicLine({ key: new Uint8Array(32), dial }, 1);
    onTestFinished(() => line.close());
    expect(await line.logIn(WHO)).toEqual({ type: "logged_in" });
    return line;
  }

  it("is no answer to the request that it crosses", async () => {
    const line = await lineWith((socket) => socket.end(seal({ type: "invalid_request", detail })));
    expect(await line.change(CHANGE)).toEqual({ type: "lost", detail, inDoubt: true });
  });

  it("is an answer, if the bank does not hang up", async () => {
    const line = await lineWith((socket) =>
      socket.write(seal({ type: "invalid_request", detail: "no such action" })),
    );
    const reason = "invalid_request: no such action";
    expect(await line.change(CHANGE)).toEqual({ type: "refused", reason });
  });
});
