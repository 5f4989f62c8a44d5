/** The stream cut and joined in every way that TCP may cut and join it, and in ways it may not. */

import { describe, expect, it } from "vitest";
import { encodeHello } from "../../src/protocol/classic.ts";
import { MESSAGE_BYTES_MAX } from "../../src/protocol/object-splitter.ts";
import { startTestBank } from "../test-bank.ts";
import { readBooks } from "./books.ts";
import { ForgedSession, PASSWORD } from "./forged-session.ts";
import { RawLine } from "./raw-line.ts";

const DEPOSIT = '{"action": "deposit", "amount": 1}';
const RUBBISH = [
  ["", "garbage"],
  ["garbage", ""],
  ["[", "]"],
  ["\0\0\u0001\u0020", ""],
] as const;
const TOO_LONG = "Invalid request: a message has at most 4096 bytes";
const NO_OBJECT = "Invalid request: a message starts with a brace, and nothing follows its end";

describe("D6", () => {
  it("two messages in one write are both done", async () => {
    const session = await ForgedSession.open(await startTestBank(), "alice");
    await session.line.send(Buffer.concat([session.seal(DEPOSIT), session.seal(DEPOSIT)]));
    expect(await session.reply()).toBe("Deposited $1. New Balance: $1");
    expect(await session.reply()).toBe("Deposited $1. New Balance: $2");
  });

  it("a message cut in two, at every one of its bytes, is done once each time", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    const { length } = session.seal(DEPOSIT);
    for (let cut = 1; cut < length; cut++) {
      await session.line.sendCut(session.seal(DEPOSIT), [cut]);
      expect(await session.reply()).toBe(`Deposited $1. New Balance: $${cut}`);
    }
    expect(await session.balance()).toBe(`Current Balance: $${length - 1}`);
  });

  it("a message that arrives byte by byte is done once", async () => {
    const session = await ForgedSession.open(await startTestBank(), "alice");
    const message = session.seal(DEPOSIT);
    await session.line.sendCut(message, [...message.keys()].slice(1));
    expect(await session.reply()).toBe("Deposited $1. New Balance: $1");
    expect(await session.balance()).toBe("Current Balance: $1");
  });

  it("a greeting that is cut at every byte signs up and logs in", async () => {
    const bank = await startTestBank();
    const line = await RawLine.open(bank.bank.port);
    const greeting = encodeHello({ action: "signup", username: "alice", password: PASSWORD });
    await line.sendCut(greeting, [...greeting.keys()].slice(1));
    expect(await line.recvText()).toBe("Signup Successful");
    const session = await ForgedSession.over(line, "alice");
    expect(await session.balance()).toBe("Current Balance: $0");
  });

  it("a thousand messages in one write are all done, each once and in order", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    const messages = Array.from({ length: 1_000 }, () => session.seal(DEPOSIT));
    const isSent = session.line.send(Buffer.concat(messages));
    for (let balance = 1; balance <= 1_000; balance++) {
      expect(await session.reply()).toBe(`Deposited $1. New Balance: $${balance}`);
    }
    await isSent;
    const books = readBooks(bank.folder);
    expect(books.balances).toEqual({ alice: 100_000 });
    expect(books.audited).toBe(1_000);
  });

  it("a message of 4,096 bytes is taken, one of 4,097 refused and the session ended", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    const padded = (bytes: number): string => {
      const message = Buffer.from(session.seal(DEPOSIT)).toString();
      return message.replace("}", " ".repeat(bytes - message.length) + "}");
    };
    expect(await session.ask(padded(MESSAGE_BYTES_MAX))).toBe("Deposited $1. New Balance: $1");
    expect(await session.ask(padded(MESSAGE_BYTES_MAX + 1))).toBe(TOO_LONG);
    expect((await session.line.rest()).length).toBe(0);

    const next = await ForgedSession.again(bank, "alice");
    expect(await next.balance()).toBe("Current Balance: $1");
    expect(bank.audit().filter(({ outcome }) => outcome === "message_too_long")).toHaveLength(1);
  });

  it("a megabyte without an end is refused before login too, and not kept", async () => {
    const bank = await startTestBank();
    const line = await RawLine.open(bank.bank.port);
    await line.send(`{"action": "signup", "username": "${"a".repeat(1_000_000)}`);
    expect(await line.restText()).toBe(TOO_LONG);
  });

  it("half a message and a hang-up is nothing at all", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    await session.line.send(session.seal(DEPOSIT).subarray(0, -1));
    session.line.endSending();
    await session.line.rest();
    const next = await ForgedSession.again(bank, "alice");
    expect(await next.balance()).toBe("Current Balance: $0");
  });

  it("a whole message and a hang-up is done, and still answered", async () => {
    const session = await ForgedSession.open(await startTestBank(), "alice");
    await session.line.send(session.seal(DEPOSIT));
    session.line.endSending();
    expect(await session.reply()).toBe("Deposited $1. New Balance: $1");
  });

  it("a deposit with rubbish around it is refused and ends the session", async () => {
    const bank = await startTestBank();
    await ForgedSession.open(bank, "alice");
    for (const [before, after] of RUBBISH) {
      const session = await ForgedSession.again(bank, "alice");
      const deposit = Buffer.from(session.seal(DEPOSIT)).toString();
      expect(await session.ask(`${before}${deposit}${after}`)).toBe(NO_OBJECT);
      expect((await session.line.rest()).length).toBe(0);
    }
    expect(readBooks(bank.folder).transactions).toBe(0);
  });
});
