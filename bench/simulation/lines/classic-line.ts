/** A customer's line to the bank over the classic protocol. */

import { setTimeout as delay } from "node:timers/promises";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { ClassicClient } from "../../../src/client/classic-client.ts";
import { SERVICE_BUSY, type Reply } from "../../../src/protocol/classic-replies.ts";
import type { Answer } from "../answers.ts";
import type { Change } from "../deeds.ts";
import { lost, type Bank, type BankLine, type Credentials } from "./bank-line.ts";
import { TappedLine } from "./tapped-line.ts";

/** How long a bank that has said its last word takes to hang up, at most. */
const GOODBYE_MS = 1_000;

export async function openClassicLine(bank: Bank, terminal: number): Promise<BankLine> {
  const tap = new TappedLine(await bank.dial(terminal));
  const client = new ClassicClient(tap, nodeCiphers);
  return {
    signUp: (who) => signUp(client, who),
    logIn: (who) => logIn(client, who),
    change: (change) => answered(askForChange(client, change), tap),
    balance: () => answered(client.balance(), tap),
    cutAt: (moment) => tap.cutAt(moment),
    async leave() {
      client.close();
      await tap.ended;
      return { type: "left" };
    },
    close: () => client.close(),
  };
}

async function signUp(client: ClassicClient, who: Credentials): Promise<Answer> {
  try {
    const reply = await client.signUp(who.username, who.password);
    if (reply.type === "refused") return refusalOf(reply.text, true);
    return reply.type === "signed_up"
      ? { type: reply.type }
      : { type: "refused", reason: reply.type };
  } catch (error) {
    return lost(error);
  }
}

async function logIn(client: ClassicClient, who: Credentials): Promise<Answer> {
  try {
    const reply = await client.logIn(who.username, who.password);
    if (reply.type === "refused") return refusalOf(reply.text, false);
    if (reply.type === "authenticated") return { type: "logged_in" };
    return { type: "refused", reason: reply.type };
  } catch (error) {
    return lost(error);
  }
}

const refusalOf = (text: string, inDoubt: boolean): Answer =>
  text.startsWith(SERVICE_BUSY)
    ? { type: "busy", reason: text.slice(SERVICE_BUSY.length), inDoubt }
    : { type: "refused", reason: text };

function askForChange(client: ClassicClient, { wish }: Change): Promise<Reply> {
  switch (wish.kind) {
    case "deposit":
      return client.deposit(wish.amount);
    case "withdraw":
      return client.withdraw(wish.amount);
    case "transfer":
      throw new Error("the classic protocol has no transfers");
  }
}

/**
 * A bank that hangs up says why first, which may cross a request: that was not answered, then. The
 * end of the line shows it, not the words, which are for people.
 */
async function answered(asked: Promise<Reply>, tap: TappedLine): Promise<Answer> {
  try {
    const reply = await asked;
    if (reply.type !== "invalid_request" || !(await endsSoon(tap))) return answerOf(reply);
    return { type: "lost", detail: reply.detail, inDoubt: true };
  } catch (error) {
    return lost(error);
  }
}

async function endsSoon(tap: TappedLine): Promise<boolean> {
  const ended = new AbortController();
  const over = tap.ended.then(() => true);
  const late = delay(GOODBYE_MS, false, { signal: ended.signal }).catch(() => true);
  try {
    return await Promise.race([over, late]);
  } finally {
    ended.abort();
  }
}

/** That a bank was busy leaves a change in doubt: only its words tell, and words are for people. */
function answerOf(reply: Reply): Answer {
  switch (reply.type) {
    case "deposited":
    case "withdrew":
      return { type: "done", transaction: null, balance: reply.balance };
    case "balance":
      return { type: "balance", balance: reply.balance };
    case "busy":
      return { type: "busy", reason: reply.detail, inDoubt: true };
    case "insufficient_funds":
    case "mac_failed":
      return { type: "refused", reason: reply.type };
    case "invalid_request":
    case "replay_rejected":
      return { type: "refused", reason: `${reply.type}: ${reply.detail}` };
  }
}
