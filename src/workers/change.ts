/** Changes of balances: the commands that a client may ask for again under the same key. */

import type { AccountId, Command, Posted } from "../bank/ledger.ts";
import type { Adjustment, Operate } from "../bank/operations.ts";

export type Change =
  | (Command & { type: "deposit" | "withdraw" | "transfer" })
  | (Operate & { operation: Adjustment });

export const isChange = (command: Command): command is Change =>
  command.type === "deposit" ||
  command.type === "withdraw" ||
  command.type === "transfer" ||
  (command.type === "operate" && command.operation.type === "adjust");

/** Whose key it is: that of the account that asks. */
export const askerOf = (change: Change): AccountId =>
  change.type === "operate" ? change.operator : change.account;

/** What a change asks for, apart from who asks and where: a retry may come from another ATM. */
export function contentOf(command: Command): string {
  switch (command.type) {
    case "deposit":
    case "withdraw":
      return `${command.type} ${command.amount}`;
    case "transfer":
      return contentOfTransfer(command);
    case "operate": {
      const { operation } = command;
      if (operation.type !== "adjust") return operation.type;
      const { username, amount, reason } = operation;
      return `adjust ${amount} ${JSON.stringify([username, reason])}`;
    }
    default:
      return command.type;
  }
}

/** Of a change that was made: what its posting says. @param to The name of the credited account. */
export const contentOfPosting = ({ kind, amount, memo }: Posted, to: string): string =>
  kind === "transfer" ? contentOfTransfer({ amount, to, memo }) : `${kind} ${amount}`;

type Transfer = Pick<Command & { type: "transfer" }, "amount" | "to" | "memo">;

const contentOfTransfer = ({ amount, to, memo }: Transfer): string =>
  `transfer ${amount} ${JSON.stringify([to, memo])}`;
