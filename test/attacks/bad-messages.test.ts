/**
 * The fifty bad messages of test/vectors against a live session: what is wrong with the envelope is
 * done anew to a message under the session's own keys, what is wrong within is sealed under them.
 * Each is refused, moves no money, and leaves the session alive where the protocol says so.
 */

import { describe, expect, it } from "vitest";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { openToken } from "../../src/protocol/fernet.ts";
import { deriveSessionKeys } from "../../src/protocol/session-keys.ts";
import { fromHex } from "../ciphers/cipher-sets.ts";
import { readVectors } from "../ciphers/vectors.ts";
import { startTestBank, type TestBank } from "../test-bank.ts";
import { readBooks } from "./books.ts";
import { ForgedSession } from "./forged-session.ts";

type Vectors = {
  sessions: { masterSecretHex: string; messages: { payload: string; mac: string }[] }[];
  rejects: { desc: string; session: number; wire: string }[];
};
const { sessions, rejects } = readVectors<Vectors>("seed_interop/session_vectors.json");

const WITHIN = "authenticated but bad: ";
const DEPOSIT = '{"action": "deposit", "amount": 100}';
const BAD_MAC = "MAC verification failed";
const INVALID = /^Invalid request: /;

/** A deposit under the live session's keys, to be spoilt. */
type Good = { payload: string; mac: string; session: ForgedSession };

const envelope = (payload: unknown, mac: unknown): string => JSON.stringify({ payload, mac });
const foreign = sessions[1]!.messages[1]!;

/** The envelope's faults, by the vectors' names for them. */
const ENVELOPES = [
  [
    "mac: last hex digit changed",
    ({ payload, mac }: Good) =>
      envelope(payload, mac.slice(0, -1) + (mac.endsWith("0") ? "1" : "0")),
    BAD_MAC,
  ],
  ["mac: upper case hex", (good: Good) => envelope(good.payload, upperCase(good)), BAD_MAC],
  [
    "mac: truncated to 63 digits",
    ({ payload, mac }: Good) => envelope(payload, mac.slice(1)),
    BAD_MAC,
  ],
  ["mac: one digit too many", ({ payload, mac }: Good) => envelope(payload, `${mac}0`), BAD_MAC],
  ["mac: empty string", ({ payload }: Good) => envelope(payload, ""), BAD_MAC],
  ["mac: null", ({ payload }: Good) => envelope(payload, null), BAD_MAC],
  ["mac: number 0", ({ payload }: Good) => envelope(payload, 0), BAD_MAC],
  ["mac: missing", ({ payload }: Good) => JSON.stringify({ payload }), INVALID],
  [
    "mac: array holding the right text",
    ({ payload, mac }: Good) => envelope(payload, [mac]),
    INVALID,
  ],
  [
    "payload: one ciphertext character changed",
    ({ payload, mac }: Good) => envelope(swappedAt(payload, 50), mac),
    BAD_MAC,
  ],
  ["payload: missing", ({ mac }: Good) => JSON.stringify({ mac }), INVALID],
  ["payload: empty", ({ mac }: Good) => envelope("", mac), BAD_MAC],
  ["payload and mac of another session", () => envelope(foreign.payload, foreign.mac), BAD_MAC],
  [
    "mac of another message of the same session",
    ({ payload, session }: Good) => envelope(payload, session.mac(session.token(DEPOSIT))),
    BAD_MAC,
  ],
  [
    "trailing bytes after the JSON object",
    ({ payload, mac }: Good) => `${envelope(payload, mac)}x`,
    INVALID,
  ],
  [
    "duplicate payload key",
    ({ payload, mac, session }: Good) =>
      `{"payload": "${payload}", "mac": "${mac}", "payload": "${session.token(DEPOSIT)}"}`,
    INVALID,
  ],
] as const;

/** After this one nobody could say where the next message begins. */
const LAST_WORD = "trailing bytes after the JSON object";

describe("D6–D14, D27: the fifty bad messages", () => {
  it("are all attacked with", () => {
    const names = rejects.map(({ desc }) => desc);
    expect(names).toHaveLength(50);
    expect(names.filter((name) => !name.startsWith(WITHIN))).toEqual(
      ENVELOPES.map(([name]) => name),
    );
  });

  it("are refused where the envelope is bad, and only a lost stream ends the session", async () => {
    const bank = await startTestBank();
    await (await ForgedSession.open(bank, "alice")).deposit(100);
    for (const [name, spoil, text] of ENVELOPES) {
      // Three bad MACs would end a session, so each fault gets one of its own.
      const session = await ForgedSession.again(bank, "alice");
      const payload = session.token(DEPOSIT);
      const message = spoil({ payload, mac: session.mac(payload), session });
      expect([name, await session.ask(message)]).toEqual([name, expect.stringMatching(text)]);
      if (name === LAST_WORD) expect([name, (await session.line.rest()).length]).toEqual([name, 0]);
      else expect([name, await session.balance()]).toEqual([name, "Current Balance: $100"]);
    }
    expectOneDeposit(bank);
  });

  it("are refused where what is sealed is bad, and the session lives on", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    await session.deposit(100);
    for (const reject of rejects.filter(({ desc }) => desc.startsWith(WITHIN))) {
      const reply = await session.ask(session.seal(plaintextOf(reject)));
      expect([reject.desc, reply]).toEqual([reject.desc, expect.stringMatching(INVALID)]);
      expect([reject.desc, await session.balance()]).toEqual([
        reject.desc,
        "Current Balance: $100",
      ]);
    }
    expectOneDeposit(bank);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

function expectOneDeposit(bank: TestBank): void {
  const { balances, transactions } = readBooks(bank.folder);
  expect({ balances, transactions }).toEqual({ balances: { alice: 10_000 }, transactions: 1 });
}

function plaintextOf({ session, wire }: Vectors["rejects"][number]): Uint8Array {
  const { payload } = JSON.parse(wire) as { payload: string };
  const keys = deriveSessionKeys(nodeCiphers, fromHex(sessions[session]!.masterSecretHex));
  const forever = Number.MAX_SAFE_INTEGER;
  return openToken(keys.fernet, payload, 0, forever, forever).plaintext;
}

/** A MAC without a letter has no upper case: about one in 10^13 has none. */
const upperCase = ({ mac }: Good): string => mac.toUpperCase();

function swappedAt(text: string, at: number): string {
  return text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
}
