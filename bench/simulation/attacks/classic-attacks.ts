/**
 * Attacks within a session of the classic protocol. The attacker is the session's own customer, and
 * knows its keys: it has heard the Master Secret on the wire, as anybody on the way could.
 */

import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { ClassicClient } from "../../../src/client/classic-client.ts";
import { LineLost } from "../../../src/client/line-lost.ts";
import { encodeEnvelope } from "../../../src/protocol/classic.ts";
import { IV_BYTES, sealToken } from "../../../src/protocol/fernet.ts";
import { encodeHex } from "../../../src/protocol/hex.ts";
import { MASTER_SECRET_BYTES, deriveSessionKeys } from "../../../src/protocol/session-keys.ts";
import type { SessionKeys } from "../../../src/protocol/session-keys.ts";
import type { Change } from "../deeds.ts";
import type { Attack } from "../habits/attackers.ts";
import { TappedLine } from "../lines/tapped-line.ts";
import type { Means, Outcome } from "./attacker.ts";

/** How long a bank has to say what it thinks of an attack. */
const PATIENCE_MS = 5_000;

export type ClassicSession = { client: ClassicClient; tap: TappedLine; keys: SessionKeys };

/** Logs the attacker in to its own account, made if there is none; null if the bank is too busy. */
export async function classicSession({ attacker, bank }: Means): Promise<ClassicSession | null> {
  const { username, password } = attacker.who;
  const tap = new TappedLine(await bank.dial(attacker.terminal));
  const client = new ClassicClient(tap, nodeCiphers);
  try {
    await client.signUp(username, password);
    const { type } = await client.logIn(username, password);
    if (type !== "authenticated") {
      client.close();
      return null;
    }
  } catch (error) {
    if (!(error instanceof LineLost)) throw error;
    return null;
  }
  const secret = tap.heard.slice(-MASTER_SECRET_BYTES);
  return { client, tap, keys: deriveSessionKeys(nodeCiphers, secret) };
}

/** Seals any text as a request, with the session's true keys. */
export function sealAny(keys: SessionKeys, plaintext: string): Uint8Array {
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const iv = nodeCiphers.randomBytes(IV_BYTES);
  const payload = sealToken(keys.fernet, new TextEncoder().encode(plaintext), nowSeconds, iv);
  const mac = encodeHex(keys.mac.sign(new TextEncoder().encode(payload)));
  return encodeEnvelope({ payload, mac });
}

export async function replayClassic(
  { amount }: Attack & { type: "replay" },
  means: Means,
): Promise<Outcome> {
  const session = await classicSession(means);
  if (session === null) return NOT_SERVED;
  const { client, tap } = session;
  const wish = { kind: "deposit", amount } as const;
  const change: Change = { serial: means.nextSerial(), wish };
  try {
    const reply = await client.deposit(amount);
    if (reply.type === "deposited") {
      const { balance } = reply;
      means.hear({ type: "acknowledged", change, transaction: null, balance });
    } else {
      means.hear({ type: "in_doubt", change });
    }
  } catch (error) {
    if (!(error instanceof LineLost)) throw error;
    if (error.inDoubt) means.hear({ type: "in_doubt", change });
    return NOT_SERVED;
  }
  return injected(session, tap.sent, means);
}

export async function forgeClassic(
  { action, amount }: Attack & { type: "forge" },
  means: Means,
): Promise<Outcome> {
  const session = await classicSession(means);
  if (session === null) return NOT_SERVED;
  const request = sealAny(session.keys, `{"action": "${action}", "amount": ${amount}}`);
  return injected(session, request, means);
}

export const NOT_SERVED: Outcome = { result: "the bank had no time", gained: false };
/** As when the simulation ends meanwhile. The books still tell whether anything was gained. */
export const NO_ANSWER: Outcome = { result: "no answer", gained: false };

/**
 * Puts a request on the line behind its client's back. The client takes any reply to it as the
 * bank's last word, and tells it to whoever asks next.
 */
async function injected(
  { client, tap }: ClassicSession,
  request: Uint8Array,
  { pace }: Means,
): Promise<Outcome> {
  tap.inject(request);
  await Promise.race([tap.ended, pace.rest(PATIENCE_MS)]);
  if (!tap.isOver) {
    client.close();
    return NO_ANSWER;
  }
  const word = await client.balance().then(
    () => "a balance",
    (error: unknown) => (error instanceof LineLost ? error.end.detail : String(error)),
  );
  return { result: word, gained: /^(Deposited|Withdrew)/.test(word) };
}
