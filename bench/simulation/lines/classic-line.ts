/** A customer's line to the bank over the classic protocol. */

import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { ClassicClient } from "../../../src/client/classic-client.ts";
import { SERVICE_BUSY, type Reply } from "../../../src/protocol/classic.ts";
import type { Answer } from "../answers.ts";
import type { Change } from "../deeds.ts";
import { lost, type Bank, type BankLine, type Credentials } from "./bank-line.ts";
import { TappedLine } from "./tapped-line.ts";

export async function openClassicLine(bank: Bank, terminal: number): Promise<BankLine> {
  const tap = new TappedLine(await bank.dial(terminal));
  const client = new ClassicClient(tap, nodeCiphers);
  return {
    signUp: (who) => signUp(client, who),
    logIn: (who) => logIn(client, who),
    change: (change) => askForChange(client, change),
    balance: () => client.balance().then(answerOf, lost),
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

function askForChange(client: ClassicClient, { wish }: Change): Promise<Answer> {
  switch (wish.kind) {
    case "deposit":
      return client.deposit(wish.amount).then(answerOf, lost);
    case "withdraw":
      return client.withdraw(wish.amount).then(answerOf, lost);
    case "transfer":
      throw new Error("the classic protocol has no transfers");
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
