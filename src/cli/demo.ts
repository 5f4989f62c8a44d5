/** The accounts of `secure-atm start --demo`, made as any customer would make them. */

import { dollars, formatDollars, type Cents } from "../bank/money.ts";
import { nodeCiphers } from "../ciphers/node.ts";
import { ModernClient } from "../client/modern-client.ts";
import { Refused } from "../client/modern-errors.ts";
import type { BankAddress } from "../client/bank-socket.ts";
import { dialer } from "./tls-options.ts";

const ACCOUNTS = [
  { username: "ada", password: "Analytical-1843", money: dollars(1_000) },
  { username: "grace", password: "Compiler-1952", money: dollars(250) },
] as const;

type DemoAccount = { username: string; password: string; money: Cents };
type DemoBank = BankAddress & { publicKey: Uint8Array };

/** Makes the accounts that are missing. @returns a line on each, for the terminal. */
export async function addDemoAccounts(bank: DemoBank): Promise<string[]> {
  const lines: string[] = [];
  for (const account of ACCOUNTS) lines.push(await addAccount(bank, account));
  return lines;
}

async function addAccount(
  { publicKey, ...address }: DemoBank,
  { username, password, money }: DemoAccount,
): Promise<string> {
  const client = await ModernClient.connect(dialer(address), nodeCiphers, publicKey);
  try {
    const isNew = await unlessRefused("username_taken", client.signUp(username, password));
    if (!(await unlessRefused("authentication_failed", client.logIn(username, password)))) {
      return `${username} is somebody's own account`;
    }
    if (isNew) await client.deposit(money, `demo-${username}`);
    const { balance } = await client.balance();
    await client.logOut();
    return `${username}, password ${password}, balance ${formatDollars(balance)}`;
  } finally {
    client.close();
  }
}

/** Whether it was done: with false, the bank has refused it for the reason that is expected. */
async function unlessRefused(kind: Refused["kind"], call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof Refused && error.kind === kind) return false;
    throw error;
  }
}
