/**
 * `secure-atm admin init`: the first administrator of a bank. There is no account and no password
 * that a bank comes with; whoever owns its folder makes the first operator, while it is stopped.
 */

import { mkdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { THE_OWNER } from "../bank/audit-vocabulary.ts";
import { checkPassword, checkUsername } from "../bank/credentials.ts";
import { administratorsOf } from "../bank/operations.ts";
import { OPERATOR_PASSWORD_MINIMUM } from "../bank/password-policy.ts";
import { passwordText } from "../client/password-texts.ts";
import { openKeyRing } from "../server/keys/key-ring.ts";
import { Ledger } from "../workers/ledger.ts";
import { judgePassword } from "../workers/new-password.ts";
import { hashPassword } from "../workers/passwords.ts";
import { openSqliteStore } from "../workers/sqlite-store.ts";
import { fetchPassword } from "./atm-command-password.ts";
import { openTerminal } from "./atm-command-terminal.ts";
import { CommandFailed, EXIT, explained } from "./exit.ts";

export type InitFlags = {
  user: string;
  passwordFile?: string;
  data: string;
  bcryptCost: number;
  json: boolean;
};

const WHO = { who: THE_OWNER, origin: "command line" };

export async function initAdministrator(flags: InitFlags): Promise<void> {
  const { user: username } = flags;
  if (checkUsername(username) !== null) {
    throw new CommandFailed(EXIT.usage, `${username} cannot be a user name.`);
  }
  const password = await newPassword(flags);
  try {
    makeAdministrator(flags, password);
  } catch (error) {
    throw explained(error, 0);
  }
  const told = flags.json
    ? JSON.stringify({ ok: true, command: "admin.init", result: { username } })
    : `${username} is the bank's administrator. Start the bank, then: secure-atm admin users`;
  process.stdout.write(`${told}\n`);
}

async function newPassword({ passwordFile, user }: InitFlags): Promise<string> {
  const terminal = openTerminal();
  try {
    const password =
      passwordFile === "-"
        ? readFileSync(process.stdin.fd, "utf8").replace(/\r?\n$/, "")
        : await fetchPassword("own", passwordFile, terminal);
    const reason = checkPassword(password) ?? (await faultOf(password, user));
    if (reason === null) return password;
    const { text, advice } = passwordText(reason, OPERATOR_PASSWORD_MINIMUM.alone, "password");
    throw new CommandFailed(EXIT.usage, `${text}. ${advice}`.trim());
  } finally {
    terminal.close();
  }
}

/** The bank asks the same of every operator, at each login. */
const faultOf = (password: string, username: string) =>
  judgePassword({ password, username, hasFactor: false, minimum: OPERATOR_PASSWORD_MINIMUM });

/** Through the ledger itself, whose store locks the folder: a running bank is left alone. */
function makeAdministrator({ data, user: username, bcryptCost }: InitFlags, password: string) {
  const folder = resolve(data);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { peppers } = openKeyRing(folder);
  const store = openSqliteStore({ folder });
  const ledger = new Ledger(store);
  try {
    const books = store.load();
    if (administratorsOf(books).length > 0) {
      throw new CommandFailed(EXIT.failure, `The bank in ${folder} has an administrator.`);
    }
    if (books.customers.has(username)) {
      throw new CommandFailed(EXIT.failure, `There is a user ${username}: choose another name.`);
    }
    const passwordHash = hashPassword({ password, peppers, cost: bcryptCost });
    signUpAdministrator(ledger, { username, passwordHash });
  } finally {
    ledger.close();
  }
}

/** Both or neither: they are one batch. @throws CommandFailed where the store has no room. */
export function signUpAdministrator(
  ledger: Ledger,
  { username, passwordHash }: { username: string; passwordHash: string },
): void {
  const replies = ledger.commit(
    [
      { type: "command", command: { type: "sign_up", username, passwordHash }, ...WHO },
      { type: "command", command: { type: "appoint", username }, ...WHO },
    ],
    Date.now(),
  );
  if (replies[0]?.type === "signed_up" && replies[1]?.type === "done") return;
  const reason = "The disk is full, or the bank's share of it: there is no administrator.";
  throw new CommandFailed(EXIT.environment, reason);
}
