/** The accounts of `secure-atm start --demo`, made as any customer would make them. */

import { dollars, formatDollars, type Cents } from "../bank/money.ts";
import { nodeCiphers } from "../ciphers/node.ts";
import { ClassicClient } from "../client/classic-client.ts";
import { TcpTransport } from "../client/tcp-transport.ts";

const ACCOUNTS = [
  { username: "ada", password: "Analytical-1843", money: dollars(1_000) },
  { username: "grace", password: "Compiler-1952", money: dollars(250) },
] as const;

/** Makes the accounts that are missing. @returns a line on each, for the terminal. */
export async function addDemoAccounts(port: number): Promise<string[]> {
  const lines: string[] = [];
  for (const account of ACCOUNTS) {
    lines.push(await addAccount(port, account.username, account.password, account.money));
  }
  return lines;
}

async function addAccount(
  port: number,
  username: string,
  password: string,
  money: Cents,
): Promise<string> {
  const client = new ClassicClient(new TcpTransport("127.0.0.1", port), nodeCiphers);
  try {
    const signedUp = await client.signUp(username, password);
    const loggedIn = await client.logIn(username, password);
    if (loggedIn.type !== "authenticated") return `${username} is somebody's own account`;
    if (signedUp.type === "signed_up") await client.deposit(money);
    const reply = await client.balance();
    const balance = reply.type === "balance" ? formatDollars(reply.balance) : "unknown";
    return `${username}, password ${password}, balance ${balance}`;
  } finally {
    client.close();
  }
}
