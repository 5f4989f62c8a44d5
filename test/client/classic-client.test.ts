/** The classic client against a bank that answers in pieces, late, twice, falsely or never. */
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { cents, dollars } from "../../src/bank/money.ts";
import { ClassicClient, QUIET_MS } from "../../src/client/classic-client.ts";
import { LineLost } from "../../src/client/line-lost.ts";
import { TcpTransport } from "../../src/client/tcp-transport.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import type { Reply } from "../../src/protocol/classic-replies.ts";
import { parseEnvelope, parseHello } from "../../src/protocol/classic.ts";
import { describe as textOf, PROTOCOL_ERROR_CODES } from "../../src/protocol/error.ts";
import { CIPHER_SETS, utf8 } from "../ciphers/cipher-sets.ts";
import { ManualTimers, MASTER_SECRET, ScriptedBank } from "./scripted-bank.ts";

const REPLY_TIMEOUT_MS = 30_000;
const START_MS = 1_700_000_000_000;
const DEPOSITED: Reply = { type: "deposited", amount: dollars(100), balance: dollars(250) };
const AUTHENTICATION = Uint8Array.from([...utf8("Authenticated"), ...MASTER_SECRET]);

function setUp(ciphers = nodeCiphers) {
  const clock = { nowMs: START_MS };
  const now = () => clock.nowMs;
  const bank = new ScriptedBank(ciphers, now);
  const timers = new ManualTimers();
  const client = new ClassicClient(bank, ciphers, { now, after: timers.after });
  return { bank, client, timers, clock };
}

async function loggedIn(ciphers = nodeCiphers) {
  const all = setUp(ciphers);
  const result = all.client.logIn("alice", "SecurePass123");
  await turn();
  all.bank.say(AUTHENTICATION);
  expect(await result).toEqual({ type: "authenticated" });
  return all;
}

/**
 * Until the client has sent what it was asked to: it waits its turn on the line, for microtasks.
 */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** How a request failed: the error, which must be a LineLost. */
async function lossOf(result: Promise<unknown>): Promise<LineLost> {
  const error = await result.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LineLost);
  return error as LineLost;
}

describe("before login", () => {
  it.for([
    ["Signup Successful", { type: "signed_up" }],
    ["Username already exists", { type: "username_taken" }],
    ...PROTOCOL_ERROR_CODES.map((code) => {
      const text = `Invalid request: ${textOf(code)}`;
      return [text, { type: "refused", text }] as const;
    }),
  ] as const)("a sign-up is answered by %j, in pieces of any size", async ([text, reply]) => {
    for (let size = 1; size <= text.length; size++) {
      const { bank, client, timers } = setUp();
      const result = client.signUp("alice", "SecurePass123");
      await turn();
      expect(parseHello(bank.sent[0]!)).toEqual({
        action: "signup",
        username: "alice",
        password: "SecurePass123",
      });
      bank.say(text, size);
      expect(await result).toEqual(reply);
      expect(timers.waiting).toEqual([]);
    }
  });

  it("a login takes the text and the secret joined, apart, and cut anywhere", async () => {
    for (let size = 1; size <= AUTHENTICATION.length; size++) {
      const { bank, client, timers } = setUp();
      const result = client.logIn("alice", "SecurePass123");
      await turn();
      bank.say(AUTHENTICATION, size);
      expect(await result).toEqual({ type: "authenticated" });
      expect(timers.waiting).toEqual([]);
    }
  });

  it("a login waits for the secret however quiet the line is", async () => {
    const { bank, client, timers } = setUp();
    const result = client.logIn("alice", "SecurePass123");
    await turn();
    bank.say("Authenticated");
    timers.expire(QUIET_MS);
    bank.say(MASTER_SECRET);
    expect(await result).toEqual({ type: "authenticated" });
  });

  it("a failed login leaves the line usable", async () => {
    const { bank, client } = setUp();
    const failed = client.logIn("alice", "wrong");
    await turn();
    bank.say("Authentication Failed", 3);
    expect(await failed).toEqual({ type: "authentication_failed" });
    const passed = client.logIn("alice", "SecurePass123");
    await turn();
    bank.say(AUTHENTICATION);
    expect(await passed).toEqual({ type: "authenticated" });
  });

  it("a refusal in unknown words ends when the line falls quiet", async () => {
    const { bank, client, timers } = setUp();
    const result = client.logIn("alice", "SecurePass123");
    await turn();
    bank.say("Service busy: come back ");
    bank.say("at noon", 1);
    timers.expire(QUIET_MS);
    expect(await result).toEqual({ type: "refused", text: "Service busy: come back at noon" });
  });

  it("a refusal in unknown words ends when the line does", async () => {
    const { bank, client } = setUp();
    const result = client.signUp("alice", "SecurePass123");
    await turn();
    bank.say("Service busy: come back at noon");
    bank.hangUp();
    expect(await result).toEqual({ type: "refused", text: "Service busy: come back at noon" });
  });

  it("a bank that refuses the line itself is heard", async () => {
    const { bank, client } = setUp();
    bank.say("Service busy: too many lines");
    bank.hangUp();
    const loss = await lossOf(client.logIn("alice", "SecurePass123"));
    expect(loss.end).toEqual({ kind: "refused", detail: "Service busy: too many lines" });
  });

  it.for(["Hello", "authenticated", "Signup Failed", "\0", "\u{ffff}"])(
    "an answer like %j ends the line",
    async (text) => {
      const { bank, client } = setUp();
      const result = client.logIn("alice", "SecurePass123");
      await turn();
      bank.say(text);
      expect((await lossOf(result)).inDoubt).toBe(false);
      expect(bank.closed).toBe(true);
    },
  );

  it("an answer to another question ends the line", async () => {
    const { bank, client } = setUp();
    const result = client.signUp("alice", "SecurePass123");
    await turn();
    bank.say(AUTHENTICATION);
    expect((await lossOf(result)).inDoubt).toBe(false);
  });

  it("money cannot be moved", async () => {
    const { bank, client } = setUp();
    await expect(client.deposit(dollars(1))).rejects.toThrow("log in first");
    expect(bank.sent).toEqual([]);
  });
});

describe.for(CIPHER_SETS)("a session on %s", ([, ciphers]) => {
  it("asks sealed, and takes the sealed reply in pieces of any size", async () => {
    const { bank, client, timers } = await loggedIn(ciphers);
    for (const size of [1, 2, 3, 5, 64, 1000]) {
      const deposit = client.deposit(dollars(100));
      await turn();
      expect(bank.request()).toEqual({ action: "deposit", amount: dollars(100) });
      bank.say(bank.seal(DEPOSITED), size);
      expect(await deposit).toEqual(DEPOSITED);
    }
    const withdrawal = client.withdraw(dollars(7));
    await turn();
    expect(bank.request()).toEqual({ action: "withdraw", amount: dollars(7) });
    bank.say(bank.seal({ type: "insufficient_funds" }));
    expect(await withdrawal).toEqual({ type: "insufficient_funds" });
    const inquiry = client.balance();
    await turn();
    expect(bank.request()).toEqual({ action: "balance" });
    bank.say(bank.seal({ type: "balance", balance: cents(25_050) }));
    expect(await inquiry).toEqual({ type: "balance", balance: cents(25_050) });
    expect(timers.waiting).toEqual([]);
  });
});

describe("a session", () => {
  it("has one request on the line at a time", async () => {
    const { bank, client } = await loggedIn();
    const results = [client.deposit(dollars(1)), client.withdraw(dollars(2)), client.balance()];
    const replies: Reply[] = [DEPOSITED, { type: "busy", detail: "x" }, { type: "mac_failed" }];
    for (const [index, reply] of replies.entries()) {
      await turn();
      expect(bank.sent).toHaveLength(index + 2); // The login went first.
      bank.say(bank.seal(reply));
    }
    expect(await Promise.all(results)).toEqual(replies);
  });

  it("ends with a reply that was given before", async () => {
    const { bank, client } = await loggedIn();
    const reply = bank.seal({ type: "balance", balance: dollars(0) });
    const first = client.balance();
    await turn();
    bank.say(reply);
    await first;
    const second = client.deposit(dollars(5));
    await turn();
    bank.say(reply);
    expect((await lossOf(second)).inDoubt).toBe(true);
    expect(bank.closed).toBe(true);
  });

  it("ends with its own request sent back", async () => {
    const { bank, client } = await loggedIn();
    const result = client.deposit(dollars(5));
    await turn();
    bank.say(parseEnvelope(bank.sent.at(-1)!).payload);
    expect((await lossOf(result)).inDoubt).toBe(true);
    expect(bank.closed).toBe(true);
  });

  it.for([
    ["a reply in clear", "Insufficient funds"],
    ["bytes that are no text", "\u{ffff}"],
    ["more than any reply", "A".repeat(4097)],
  ] as const)("ends with %s", async ([, text]) => {
    const { bank, client } = await loggedIn();
    const result = client.balance();
    await turn();
    bank.say(text);
    expect((await lossOf(result)).inDoubt).toBe(false);
    expect(bank.closed).toBe(true);
  });

  it("ends with a reply from another time", async () => {
    const { bank, client, clock } = await loggedIn();
    const result = client.balance();
    await turn();
    const reply = bank.seal(DEPOSITED);
    clock.nowMs += 61_000;
    bank.say(reply);
    expect((await lossOf(result)).message).toBe("the token is too old");
  });

  it("ends with a reply that nobody asked for, and does not take it for the next one", async () => {
    const { bank, client } = await loggedIn();
    bank.say(bank.seal(DEPOSITED));
    expect(bank.closed).toBe(true);
    expect((await lossOf(client.deposit(dollars(1)))).inDoubt).toBe(false);
    expect(bank.sent).toHaveLength(1);
  });

  it("hears why the bank ends it, in pieces of any size", async () => {
    const { bank, client } = await loggedIn();
    bank.say(bank.seal({ type: "invalid_request", detail: "the bank waited too long" }), 7);
    expect(bank.closed).toBe(true);
    const loss = await lossOf(client.balance());
    const detail = "Invalid request: the bank waited too long";
    expect(loss.end).toEqual({ kind: "refused", detail });
  });

  it("ends with bytes out of turn that are no token", async () => {
    const { bank, client } = await loggedIn();
    bank.say("Hello");
    expect(bank.closed).toBe(false); // It may be the beginning of one.
    bank.say("!");
    expect(bank.closed).toBe(true);
    expect((await lossOf(client.balance())).inDoubt).toBe(false);
  });

  it.for([
    ["deposit", true],
    ["withdraw", true],
    ["balance", false],
  ] as const)("that loses the line under a %s is in doubt: %s", async ([action, inDoubt]) => {
    const { bank, client } = await loggedIn();
    const result = action === "balance" ? client.balance() : client[action](dollars(5));
    const waiting = client.deposit(dollars(6)); // Never sent, so in no doubt.
    await turn();
    bank.say(bank.seal(DEPOSITED).slice(0, 40));
    bank.hangUp();
    const loss = await lossOf(result);
    expect(loss.inDoubt).toBe(inDoubt);
    expect(loss.end).toEqual({ kind: "closed", detail: "the bank hung up" });
    expect((await lossOf(waiting)).inDoubt).toBe(false);
    expect(bank.sent).toHaveLength(2);
  });

  it("gives up a reply that does not come, and sends nothing again", async () => {
    const { bank, client, timers } = await loggedIn();
    const result = client.withdraw(dollars(5));
    await turn();
    expect(timers.waiting).toEqual([REPLY_TIMEOUT_MS]);
    timers.expire(REPLY_TIMEOUT_MS);
    expect(await lossOf(result)).toMatchObject({ inDoubt: true, message: "no reply in time" });
    expect(bank.closed).toBe(true);
    expect(bank.sent).toHaveLength(2);
  });

  it("closes with whoever still waits told so", async () => {
    const { bank, client, timers } = await loggedIn();
    const result = client.deposit(dollars(5));
    await turn();
    client.close();
    client.close();
    expect((await lossOf(result)).inDoubt).toBe(true);
    expect(bank.closed).toBe(true);
    expect(timers.waiting).toEqual([]);
    expect((await lossOf(client.balance())).inDoubt).toBe(false);
  });

  it("refuses cents and a second login without a byte on the line, and goes on", async () => {
    const { bank, client } = await loggedIn();
    await expect(client.deposit(cents(150))).rejects.toThrow(RangeError);
    await expect(client.logIn("bob", "p")).rejects.toThrow("session already");
    expect(bank.sent).toHaveLength(1);
    const result = client.balance();
    await turn();
    bank.say(bank.seal({ type: "balance", balance: dollars(1) }));
    expect(await result).toEqual({ type: "balance", balance: dollars(1) });
  });
});

describe("over TCP", () => {
  it("speaks to a socket, and hears it close", async () => {
    const server = createServer((socket) => {
      socket.once("data", () => socket.end("Username already exists"));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const client = new ClassicClient(new TcpTransport("127.0.0.1", port), nodeCiphers);
    expect(await client.signUp("alice", "SecurePass123")).toEqual({ type: "username_taken" });
    expect((await lossOf(client.logIn("alice", "SecurePass123"))).end.kind).toBe("closed");
    await new Promise((resolve) => server.close(resolve));
    const late = new ClassicClient(new TcpTransport("127.0.0.1", port), nodeCiphers);
    const loss = await lossOf(late.logIn("alice", "SecurePass123"));
    expect(loss.end).toEqual({ kind: "unreachable", detail: "ECONNREFUSED" });
  });
});
