/** A customer's line to the bank over the modern protocol. */

import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { ModernClient } from "../../../src/client/modern-client.ts";
import { BankNotAuthentic, Refused } from "../../../src/client/modern-errors.ts";
import type { Moved } from "../../../src/protocol/methods.ts";
import type { Answer } from "../answers.ts";
import { keyOf, type Change } from "../deeds.ts";
import { lost, type Bank, type BankLine } from "./bank-line.ts";
import { TappedLine } from "./tapped-line.ts";

/** @returns a line, or the answer that there is none. */
export async function openModernLine(bank: Bank, terminal: number): Promise<BankLine | Answer> {
  const tap = new TappedLine(await bank.dial(terminal));
  try {
    const client = await ModernClient.connect(() => tap, nodeCiphers, bank.key);
    return lineOver(client, tap);
  } catch (error) {
    return notConnected(error);
  }
}

const lineOver = (client: ModernClient, tap: TappedLine): BankLine => ({
  signUp: ({ username, password }) =>
    client.signUp(username, password).then(() => ({ type: "signed_up" }), notDone),
  logIn: ({ username, password }) =>
    client.logIn(username, password).then(() => ({ type: "logged_in" }), notDone),
  change: (change) => askForChange(client, change).then(answerOf, notDone),
  balance: () =>
    client.balance().then(({ balance }): Answer => ({ type: "balance", balance }), notDone),
  cutAt: (moment) => tap.cutAt(moment),
  async leave() {
    try {
      await client.logOut();
    } catch (error) {
      notDone(error); // However it ended, the session has.
    }
    client.close();
    await tap.ended;
    return { type: "left" };
  },
  close: () => client.close(),
});

function askForChange(client: ModernClient, change: Change): Promise<Moved> {
  const { wish } = change;
  const key = keyOf(change);
  switch (wish.kind) {
    case "deposit":
      return client.deposit(wish.amount, key);
    case "withdraw":
      return client.withdraw(wish.amount, key);
    case "transfer":
      return client.transfer({ to: wish.to, amount: wish.amount, memo: wish.memo }, key);
  }
}

const answerOf = ({ transactionId, balance }: Moved): Answer => ({
  ...{ type: "done", transaction: Number(transactionId), balance },
});

/** @throws what is neither a refusal nor a lost line. */
function notDone(error: unknown): Answer {
  if (!(error instanceof Refused)) return lost(error);
  const { kind, retry } = error;
  if (retry === "never") return { type: "refused", reason: kind };
  return { type: "busy", reason: kind, inDoubt: retry === "same_key" };
}

/** A bank that dies in a handshake hangs up; one that is forged is another matter. */
function notConnected(error: unknown): Answer {
  if (!(error instanceof BankNotAuthentic)) return lost(error);
  if (error.evidence === "forged") return { type: "refused", reason: "not_authentic" };
  return { type: "lost", detail: "closed in the handshake", inDoubt: false };
}
