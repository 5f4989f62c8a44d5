/** Messages sent once more, played to the other side, or out of their time. */

import { describe, expect, it } from "vitest";
import { dollars } from "../../src/bank/money.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { ClassicClient } from "../../src/client/classic-client.ts";
import { TcpTransport } from "../../src/client/tcp-transport.ts";
import {
  TOKEN_LIFETIME_SECONDS,
  TOKEN_SKEW_SECONDS,
  parseEnvelope,
} from "../../src/protocol/classic.ts";
import { startTestBank } from "../test-bank.ts";
import { ForgedSession, PASSWORD, nowSeconds } from "./forged-session.ts";
import { startRelay, type Meddling } from "./relay.ts";

const YEAR = 365 * 86_400;
/** How far a forger's clock may be off, in seconds, and what the bank says to it. */
const AGES = [
  [-56 * YEAR, "the token is too old"],
  [-YEAR, "the token is too old"],
  [-TOKEN_LIFETIME_SECONDS - 5, "the token is too old"],
  [TOKEN_SKEW_SECONDS + 30, "the token is from the future"],
  [YEAR, "the token is from the future"],
  [2 ** 33 * 1_000, "the token is from the future"],
] as const;
const DEPOSIT = '{"action": "deposit", "amount": 100}';

describe("D4", () => {
  it("a deposit sent three times moves money once, and two refusals are on record", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    const message = session.seal(DEPOSIT);
    expect(await session.ask(message)).toBe("Deposited $100. New Balance: $100");
    expect(await session.ask(message)).toMatch(/^Replay rejected/);
    expect(await session.ask(message)).toMatch(/^Replay rejected/);
    expect(await session.balance()).toBe("Current Balance: $100");

    const refusals = bank.audit().filter(({ outcome }) => outcome === "replay_rejected");
    expect(refusals).toMatchObject([{ who: "alice" }, { who: "alice" }]);
  });

  it("three copies in one write are no different", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    const message = session.seal(DEPOSIT);
    await session.line.send(Buffer.concat([message, message, message]));
    const replies = [await session.reply(), await session.reply(), await session.reply()];
    expect(replies.filter((reply) => reply.startsWith("Replay rejected"))).toHaveLength(2);
    expect(await session.balance()).toBe("Current Balance: $100");
  });

  it("the same token in another envelope is still the same message", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    const payload = session.token(DEPOSIT);
    await session.ask(session.wrap(payload));
    const other = `{ "mac":"${session.mac(payload)}",\n "payload":"${payload}" }`;
    expect(await session.ask(other)).toMatch(/^Replay rejected/);
    expect(await session.balance()).toBe("Current Balance: $100");
  });

  it("a message of one session means nothing in the next, of the same customer", async () => {
    const bank = await startTestBank();
    const first = await ForgedSession.open(bank, "alice");
    const message = first.seal(DEPOSIT);
    await first.ask(message);
    const second = await ForgedSession.again(bank, "alice");
    expect(await second.ask(message)).toBe("MAC verification failed");
    expect(await second.balance()).toBe("Current Balance: $100");
  });
});

describe("D5", () => {
  it("the bank's own token is refused as a request, even with a true MAC", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    await session.deposit(100);
    await session.line.send(session.seal('{"action": "balance"}'));
    const token = await session.replyToken();
    expect(await session.ask(session.wrap(token))).toMatch(/^Invalid request/);
    expect(await session.balance()).toBe("Current Balance: $100");
  });

  it("a bridge that plays an older reply is found out: a lost line", async () => {
    let older: Buffer | null = null;
    let isPlaying = false;
    const { alice } = await customerThrough({
      toClient(piece) {
        older ??= piece;
        return isPlaying ? older : piece;
      },
    });
    expect(await alice.balance()).toMatchObject({ balance: 0 });
    isPlaying = true;
    await expect(alice.deposit(dollars(100))).rejects.toMatchObject({
      ...{ name: "LineLost", inDoubt: true },
    });
  });

  it("a bridge that reflects a request as the reply is found out: a lost line", async () => {
    const { alice, bank } = await customerThrough({
      toBank(piece, { sayToClient }) {
        sayToClient(Buffer.from(parseEnvelope(piece).payload));
        return Buffer.alloc(0);
      },
    });
    await expect(alice.deposit(dollars(100))).rejects.toMatchObject({ name: "LineLost" });
    expect(bank.audit().filter(({ action }) => action === "deposit")).toEqual([]);
  });

  it("a bridge that reflects a reply to the bank only makes it refuse", async () => {
    const { alice, bank } = await customerThrough({
      toClient(piece, { sayToBank }) {
        const mac = "0".repeat(64);
        sayToBank(Buffer.from(`{"payload": "${piece.toString("latin1")}", "mac": "${mac}"}`));
        return piece;
      },
    });
    expect(await alice.deposit(dollars(100))).toMatchObject({ balance: dollars(100) });
    await expect.poll(() => bank.audit().map(({ outcome }) => outcome)).toContain("mac_failed");
    const watcher = bank.client();
    await watcher.logIn("alice", PASSWORD);
    expect(await watcher.balance()).toMatchObject({ balance: dollars(100) });
  });
});

describe("D35", () => {
  it("a token out of its time is refused, whatever keys it was sealed with", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    for (const [age, refusal] of AGES) {
      const reply = await session.ask(session.seal(DEPOSIT, nowSeconds() + age));
      expect([`${age} s`, reply]).toEqual([`${age} s`, `Replay rejected: ${refusal}`]);
    }
    expect(await session.balance()).toBe("Current Balance: $0");
    const outcomes = bank.audit().map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === "replay_rejected")).toHaveLength(AGES.length);
  });
});

/** A customer who has logged in through a relay that starts to meddle only then. */
async function customerThrough(meddling: Meddling) {
  const bank = await startTestBank();
  let isLoggedIn = false;
  const port = await startRelay(bank.bank.port, {
    toBank: (piece, line) => (isLoggedIn ? (meddling.toBank?.(piece, line) ?? piece) : piece),
    toClient: (piece, line) => (isLoggedIn ? (meddling.toClient?.(piece, line) ?? piece) : piece),
  });
  const alice = new ClassicClient(new TcpTransport("127.0.0.1", port), nodeCiphers);
  await alice.signUp("alice", PASSWORD);
  expect(await alice.logIn("alice", PASSWORD)).toEqual({ type: "authenticated" });
  isLoggedIn = true;
  return { alice, bank };
}
