/** Changes of balances: the commands that a client may ask for again under the same key. */

import type { Command } from "../bank/ledger.ts";

export type Change = Command & { type: "deposit" | "withdraw" | "transfer" };

export const isChange = (command: Command): command is Change =>
  command.type === "deposit" || command.type === "withdraw" || command.type === "transfer";

/** What a change asks for, apart from who asks and where: a retry may come from another ATM. */
export function contentOf(command: Command): string {
  switch (command.type) {
    case "deposit":
    case "withdraw":
      return `${command.type} ${command.amount}`;
    case "transfer":
      return `transfer ${command.amount} ${JSON.stringify([command.to, command.memo])}`;
    default:
      return command.type;
  }
}
