/** MACs and tokens that somebody without the keys would send. */

import { describe, expect, it } from "vitest";
import { encodeEnvelope } from "../../src/protocol/classic.ts";
import { startTestBank } from "../test-bank.ts";
import { ForgedSession } from "./forged-session.ts";

const DEPOSIT = '{"action": "deposit", "amount": 100}';
const FAILED = "MAC verification failed";

describe("D24", () => {
  it("three bad MACs are answered, put on record and end the session", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    const payload = session.token(DEPOSIT);
    for (const mac of ["0".repeat(64), "f".repeat(64), session.mac(`${payload}=`)]) {
      expect(await session.ask(encodeEnvelope({ payload, mac }))).toBe(FAILED);
    }
    expect((await session.line.rest()).length).toBe(0);
    await expect
      .poll(() => bank.audit().filter(({ outcome }) => outcome === "mac_failed"))
      .toMatchObject([{ who: "alice" }, { who: "alice" }, { who: "alice" }]);
    const next = await ForgedSession.again(bank, "alice");
    expect(await next.balance()).toBe("Current Balance: $0");
  });

  it("good messages between them do not buy a forger more tries", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect(await session.balance()).toBe("Current Balance: $0");
      const forged = encodeEnvelope({ payload: session.token(DEPOSIT), mac: "0".repeat(64) });
      expect(await session.ask(forged)).toBe(FAILED);
    }
    expect((await session.line.rest()).length).toBe(0);
  });

  it("what is sent behind the third is not done, though it is authentic", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    const forged = encodeEnvelope({ payload: session.token(DEPOSIT), mac: "0".repeat(64) });
    await session.line.send(Buffer.concat([forged, forged, forged, session.seal(DEPOSIT)]));
    for (let attempt = 1; attempt <= 3; attempt++) expect(await session.reply()).toBe(FAILED);
    expect((await session.line.rest()).length).toBe(0);
    expect(bank.audit().filter(({ action }) => action === "deposit")).toEqual([]);
  });

  it("a MAC that is wrong in any one digit is answered like any other", async () => {
    const bank = await startTestBank();
    await ForgedSession.open(bank, "alice");
    for (const at of [0, 1, 31, 32, 62, 63]) {
      const session = await ForgedSession.again(bank, "alice");
      const payload = session.token(DEPOSIT);
      const digits = [...session.mac(payload)];
      digits[at] = digits[at] === "0" ? "1" : "0";
      expect(await session.ask(encodeEnvelope({ payload, mac: digits.join("") }))).toBe(FAILED);
    }
  });

  it("a true MAC over a broken token gets one text, whatever broke: it is no oracle", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    const token = session.token(DEPOSIT);
    const bytes = Buffer.from(token, "base64url");
    const replies = new Set<string>();
    // The version, the time, the IV, each block of the ciphertext, and the token's own HMAC.
    for (const at of [0, 8, 9, 24, 25, 40, 41, 56, bytes.length - 32, bytes.length - 1]) {
      const broken = Buffer.from(bytes);
      broken[at]! ^= 1;
      replies.add(await session.ask(session.wrap(base64Url(broken))));
    }
    for (const cut of [0, 4, 100, token.length - 4]) {
      replies.add(await session.ask(session.wrap(token.slice(0, cut))));
    }
    expect([...replies]).toEqual(["Invalid request: the token is not authentic"]);
    expect(await session.balance()).toBe("Current Balance: $0");
  });
});

function base64Url(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
