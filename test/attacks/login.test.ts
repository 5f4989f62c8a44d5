/** Attacks on the way in: timing, guesses, truncated passwords, names that should not be. */

import { describe, expect, it } from "vitest";
import { AUTHENTICATED } from "../../src/protocol/classic-replies.ts";
import { encodeHello } from "../../src/protocol/classic.ts";
import { MASTER_SECRET_BYTES } from "../../src/protocol/session-keys.ts";
import { startTestBank } from "../test-bank.ts";
import { readBooks } from "./books.ts";
import { ForgedSession, PASSWORD } from "./forged-session.ts";
import { RawLine } from "./raw-line.ts";

const FAILED = "Authentication Failed";
const INVALID = /^Invalid request: /;

/** Where two passwords differ, and the two. */
const ALIKE = [
  ["behind its 72nd byte", `${"a".repeat(72)}X`, `${"a".repeat(72)}Y`],
  ["behind a NUL", "abc\0def", "abc\0deg"],
  ["in the last of 64 emoji", "🔑".repeat(64), `${"🔑".repeat(63)}🔒`],
  ["in whether there is a 64th emoji", "🔑".repeat(64), "🔑".repeat(63)],
  ["in the last of 128 characters", `${"a".repeat(127)}X`, `${"a".repeat(127)}Y`],
  ["in case", "Password one", "password one"],
  ["in a space at its end", "Password one", "Password one "],
  ["in how an accent is written", "caf\u00E9 1234", "cafe\u0301 1234"],
] as const;

/** As JSON, or as what only looks like it. */
const NO_NAMES = [
  ...["7", "null", "true", '["alice"]', '{"toString": "alice"}', "alice", "NaN", '"\\ud800"'],
  ...['""', '" "', '"alice "', '"al\\u0000ice"', '"al\\tice"', `"${"a".repeat(33)}"`],
  // Not in normal form, or with a character that nobody sees: two names would look the same.
  ...['"cafe\\u0301"', '"al\\u200bice"', '"alice\\ufe0f"', '"\\u3164"', '"al\\u202eice"'],
  ...['"../alice"', '"alice\'; DROP TABLE accounts;--"', '"<script>alert(1)</script>"'],
];
const NO_PASSWORDS = ["7", "null", "false", '""', '["a"]', '"\\udc00"', `"${"a".repeat(129)}"`];

describe("D7", () => {
  it("a client with a recv for the text and one for the secret fails 0 times of 200", async () => {
    const bank = await startTestBank();
    await ForgedSession.open(bank, "alice");
    const received: [text: string, secretBytes: number][] = [];
    const logIn = async (): Promise<void> => {
      const line = await RawLine.open(bank.bank.port);
      await line.send(encodeHello({ action: "login", username: "alice", password: PASSWORD }));
      received.push([await line.recvText(), (await line.recv()).length]);
      line.close();
    };
    for (let round = 0; round < 25; round++) await Promise.all(Array.from({ length: 8 }, logIn));
    expect(received).toEqual(
      Array.from({ length: 200 }, () => [AUTHENTICATED, MASTER_SECRET_BYTES]),
    );
  });
});

describe("D26", () => {
  it("a password that differs anywhere is another password", async () => {
    const bank = await startTestBank();
    const line = await RawLine.open(bank.bank.port);
    for (const [index, [where, right, wrong]] of ALIKE.entries()) {
      const username = `alice${index}`;
      expect([where, await greet(line, "signup", username, right)]).toEqual([
        where,
        "Signup Successful",
      ]);
      expect([where, await greet(line, "login", username, wrong)]).toEqual([where, FAILED]);
      const next = await RawLine.open(bank.bank.port);
      expect([where, await greet(next, "login", username, right)]).toEqual([where, AUTHENTICATED]);
    }
  });
});

describe("D27", () => {
  it("what is no user name, or no password, cannot sign up, and is told why", async () => {
    const bank = await startTestBank();
    const line = await RawLine.open(bank.bank.port);
    for (const username of NO_NAMES) {
      expect([username, await signUp(line, username, '"a good password"')]).toEqual([
        username,
        expect.stringMatching(INVALID),
      ]);
    }
    for (const password of NO_PASSWORDS) {
      expect([password, await signUp(line, '"alice"', password)]).toEqual([
        password,
        expect.stringMatching(INVALID),
      ]);
    }
    expect(readBooks(bank.folder).balances).toEqual({});
    expect(await signUp(line, '"alice"', '"a good password"')).toBe("Signup Successful");
  });

  it("names of a language's own things are names like any other", async () => {
    const bank = await startTestBank();
    for (const username of ["__proto__", "constructor", "toString", "hasOwnProperty", "7"]) {
      const session = await ForgedSession.open(bank, username);
      expect([username, await session.balance()]).toEqual([username, "Current Balance: $0"]);
      expect([username, await session.deposit(7)]).toEqual([
        username,
        "Deposited $7. New Balance: $7",
      ]);
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it("a greeting with fields too many, too few or twice is refused", async () => {
    const bank = await startTestBank();
    const line = await RawLine.open(bank.bank.port);
    const good = '"action": "signup", "username": "alice", "password": "a good password"';
    for (const fields of [
      `${good}, "role": "admin"`,
      `${good}, "__proto__": {"balance": 1000000}`,
      `${good}, "username": "bob"`,
      good.replace("signup", "SIGNUP"),
      good.replace('"action": "signup", ', ""),
      '"action": "signup", "username": "alice"',
      "",
    ]) {
      await line.send(`{${fields}}`);
      expect([fields, await line.recvText()]).toEqual([fields, expect.stringMatching(INVALID)]);
    }
    expect(readBooks(bank.folder).balances).toEqual({});
  });
});

async function greet(
  line: RawLine,
  action: "signup" | "login",
  username: string,
  password: string,
): Promise<string> {
  await line.send(encodeHello({ action, username, password }));
  return line.recvText();
}

/** @param username Like the password, as it stands in the message: any JSON, or none. */
async function signUp(line: RawLine, username: string, password: string): Promise<string> {
  await line.send(`{"action": "signup", "username": ${username}, "password": ${password}}`);
  return line.recvText();
}
