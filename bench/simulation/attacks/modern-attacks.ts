/** Attacks over the modern protocol, and guesses over either. */

import type { Cents } from "../../../src/bank/money.ts";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { LineLost } from "../../../src/client/line-lost.ts";
import { ModernClient } from "../../../src/client/modern-client.ts";
import { BankNotAuthentic, Refused } from "../../../src/client/modern-errors.ts";
import type { SessionEnd } from "../../../src/client/modern-errors.ts";
import { keyOf, type Change } from "../deeds.ts";
import type { Attack } from "../habits/attackers.ts";
import { openClassicLine } from "../lines/classic-line.ts";
import { openModernLine } from "../lines/modern-line.ts";
import { TappedLine } from "../lines/tapped-line.ts";
import type { Means, Outcome } from "./attacker.ts";
import { NO_ANSWER, NOT_SERVED } from "./classic-attacks.ts";

/** How long a bank has to say what it thinks of an attack. */
const PATIENCE_MS = 5_000;

type ModernSession = { client: ModernClient; tap: TappedLine };

/** Tries one password of somebody else's, from the attacker's own ATM. */
export async function guess(
  { protocol, victim, password }: Attack & { type: "guess" },
  { attacker, bank }: Means,
): Promise<Outcome> {
  const open = protocol === "classic" ? openClassicLine : openModernLine;
  const line = await open(bank, attacker.terminal);
  const answer = "type" in line ? line : await line.logIn({ username: victim, password });
  if ("close" in line) line.close();
  switch (answer.type) {
    case "logged_in":
      return { result: "logged in", gained: true };
    case "refused":
      return { result: answer.reason, gained: false };
    default:
      return NOT_SERVED;
  }
}

export async function replayModern(
  { amount }: Attack & { type: "replay" },
  means: Means,
): Promise<Outcome> {
  const session = await modernSession(means);
  if (session === null) return NOT_SERVED;
  const { client, tap } = session;
  const wish = { kind: "deposit", amount } as const;
  const change: Change = { serial: means.nextSerial(), wish };
  try {
    const { transactionId, balance } = await client.deposit(amount, keyOf(change));
    const transaction = Number(transactionId);
    means.hear({ type: "acknowledged", change, transaction, balance });
  } catch (error) {
    // A bank that refused what it may have done all the same is rare enough to call it doubt too.
    means.hear({ type: "in_doubt", change });
    if (error instanceof LineLost || error instanceof Refused) return NOT_SERVED;
    throw error;
  }
  tap.inject(tap.sent);
  await Promise.race([tap.ended, means.pace.rest(PATIENCE_MS)]);
  if (client.end === null) {
    client.close();
    return NO_ANSWER;
  }
  return { result: resultOf(client.end), gained: false };
}

export async function forgeModern(
  { action, amount }: Attack & { type: "forge" },
  means: Means,
): Promise<Outcome> {
  const session = await modernSession(means);
  if (session === null) return NOT_SERVED;
  const { client } = session;
  const idempotencyKey = `forged-${amount.replaceAll(/[^a-z0-9-]/g, "_")}`;
  // What no honest client would let through: the codec writes it as it is.
  const forged = { amount: Number(amount) as Cents, idempotencyKey };
  try {
    await client.call(`account.${action}`, forged);
    return { result: "done", gained: true };
  } catch (error) {
    if (error instanceof Refused) return { result: error.kind, gained: false };
    if (error instanceof LineLost) return NOT_SERVED;
    throw error;
  } finally {
    client.close();
  }
}

/** As `classicSession`. */
async function modernSession({ attacker, bank }: Means): Promise<ModernSession | null> {
  const { username, password } = attacker.who;
  const tap = new TappedLine(await bank.dial(attacker.terminal));
  try {
    const client = await ModernClient.connect(() => tap, nodeCiphers, bank.key);
    await client.signUp(username, password).catch(unlessTaken);
    await client.logIn(username, password);
    return { client, tap };
  } catch (error) {
    tap.close();
    const isExpected =
      error instanceof Refused || error instanceof LineLost || error instanceof BankNotAuthentic;
    if (!isExpected) throw error;
    return null;
  }
}

function unlessTaken(error: unknown): void {
  if (!(error instanceof Refused && error.kind === "username_taken")) throw error;
}

const resultOf = (end: SessionEnd): string =>
  end.type === "closed_by_bank" ? `the bank ended the session: ${end.reason}` : end.type;
