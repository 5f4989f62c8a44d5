/** `secure-atm admin`: what operators do, over the modern protocol and under their own login. */

import { InvalidArgumentError, Option, type Command } from "commander";
import { parseDollars, type Cents } from "../bank/money.ts";
import { ROLES, type Role } from "../bank/standing.ts";
import { nodeCiphers } from "../ciphers/node.ts";
import { OperatorClient } from "../client/operator-client.ts";
import { encodeBase64Url } from "../protocol/base64url.ts";
import { METHOD_CODECS } from "../protocol/method-codecs.ts";
import type { Params, Result } from "../protocol/methods.ts";
import type { OperatorMethod } from "../protocol/operator-methods.ts";
import { initAdministrator, type InitFlags } from "./admin-init.ts";
import { adminLines } from "./admin-texts.ts";
import { knownBanksFile, trustedKey, type TrustFlags } from "./atm-command-bank.ts";
import { failureOf } from "./atm-command-failure.ts";
import { fetchPassword } from "./atm-command-password.ts";
import { openTerminal, type Terminal } from "./atm-command-terminal.ts";
import { examples } from "./examples.ts";
import { CommandFailed, EXIT } from "./exit.ts";
import { BANK_PORT, dataOption, parseAddress, wholeNumber } from "./options.ts";
import { dialer, readTls, withTlsOptions, type TlsFlags } from "./tls-options.ts";

type Flags = TrustFlags &
  TlsFlags & { user: string; passwordFile?: string; code?: string; json: boolean };

const KEY_BYTES = 16;

export function addAdminCommands(root: Command): void {
  const admin = root.command("admin").description("operate the bank: users, roles, adjustments");
  admin
    .command("init")
    .description("make the first administrator of a bank that is not running")
    .requiredOption("--user <name>", "the administrator's name")
    .option("--password-file <file>", "their password, 15 characters or more; - for the input")
    .addOption(dataOption())
    .addOption(
      new Option("--bcrypt-cost <number>", "work for the password, 2^n rounds")
        .default(12)
        .argParser(wholeNumber(4, 20))
        .env("BANK_BCRYPT_COST"),
    )
    .option("--json", "as one JSON object", false)
    .addHelpText("before", examples("admin init --user ada --data data"))
    .action((flags: InitFlags) => initAdministrator(flags));

  subcommand(admin, "users [after]", "list the users, behind a name if one is given")
    .option("--limit <number>", "how many", wholeNumber(1, 50), 20)
    .addHelpText("before", examples("admin users --user ada --data data"))
    .action((after: string | undefined, flags: Flags & { limit: number }) =>
      operate(flags, "admin.users", {
        limit: flags.limit,
        ...(after !== undefined && { after }),
      }),
    );
  named(admin, "show", "show one user and their balance", "admin.show");
  named(admin, "unlock", "forget wrong passwords: ends a lockout", "admin.unlock");
  named(admin, "disable", "switch an account off", "admin.disable");
  named(admin, "enable", "switch an account on again", "admin.enable");
  named(admin, "reset-factor", "take a lost second factor away", "admin.resetFactor");
  subcommand(admin, "roles <name> <roles...>", `give a user roles: ${ROLES.join(", ")}`)
    .addHelpText("before", examples("admin roles bob teller --user ada --data data"))
    .action((username: string, words: string[], flags: Flags) =>
      operate(flags, "admin.setRoles", { username, roles: words.map(parseRole) }),
    );
  subcommand(admin, "adjust <name> <dollars> <reason>", "credit or debit an account; -5 debits")
    .option("--key <key>", "the key of an adjustment whose outcome is unknown")
    .addHelpText("before", examples('admin adjust bob 12.50 "a lost note" --user ada --data data'))
    .action((username: string, amount: string, reason: string, flags: Flags & { key?: string }) => {
      const idempotencyKey = flags.key ?? encodeBase64Url(nodeCiphers.randomBytes(KEY_BYTES));
      const key = idempotencyKey.replaceAll("=", "");
      const params = { username, amount: signedAmount(amount), reason, idempotencyKey: key };
      return operate(flags, "admin.adjust", params);
    });
  subcommand(admin, "proposals", "list the adjustments that wait for a second person")
    .addHelpText("before", examples("admin proposals --user ada --data data"))
    .action((flags: Flags) => operate(flags, "admin.proposals", {}));
  proposed(admin, "approve", "make a proposed adjustment of another operator", "admin.approve");
  proposed(admin, "reject", "drop a proposed adjustment", "admin.reject");
}

function named(
  admin: Command,
  name: string,
  text: string,
  method: OperatorMethod & `admin.${"show" | "unlock" | "disable" | "enable" | "resetFactor"}`,
): void {
  subcommand(admin, `${name} <name>`, text)
    .addHelpText("before", examples(`admin ${name} bob --user ada --data data`))
    .action((username: string, flags: Flags) => operate(flags, method, { username }));
}

function proposed(
  admin: Command,
  name: string,
  text: string,
  method: "admin.approve" | "admin.reject",
): void {
  subcommand(admin, `${name} <proposal>`, text)
    .addHelpText("before", examples(`admin ${name} 3 --user ada --data data`))
    .action((proposal: string, flags: Flags) => operate(flags, method, { proposal }));
}

function subcommand(admin: Command, usage: string, text: string): Command {
  const command = admin
    .command(usage)
    .description(text)
    .requiredOption("--user <name>", "the operator who logs in")
    .option("--password-file <file>", "their password; else ATM_PASSWORD, or it is asked for")
    .option("--code <code>", "the code of their second factor")
    .addOption(
      new Option("--bank <host:port>", "where the bank is")
        .default({ host: "127.0.0.1", port: BANK_PORT }, `127.0.0.1:${BANK_PORT}`)
        .argParser(parseAddress)
        .env("ATM_BANK"),
    )
    .addOption(new Option("--bank-key <hex>", "the bank's public key").env("ATM_BANK_KEY"))
    .option("--data <dir>", "the folder of a bank of this machine, whose key is taken")
    .addOption(
      new Option("--known-banks <file>", "the keys of banks that are trusted")
        .default(knownBanksFile(), "~/.secure-atm/known-banks.json")
        .env("ATM_KNOWN_BANKS"),
    )
    .option("--trust-new", "remember the bank's key, if none is remembered", false)
    .option("--json", "as one JSON object", false);
  return withTlsOptions(command);
}

async function operate<M extends OperatorMethod>(
  flags: Flags,
  method: M,
  params: Params<M>,
): Promise<void> {
  const terminal = openTerminal();
  try {
    const result = await asked(flags, method, params, terminal);
    const json = JSON.stringify({
      ...{ ok: true, command: method },
      result: METHOD_CODECS[method].encodeResult(result),
    });
    for (const line of flags.json ? [json] : adminLines(method, result)) terminal.print(line);
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    const { code, ...told } = failure;
    const json = JSON.stringify({ ok: false, command: method, error: told });
    if (flags.json) terminal.print(json);
    throw new CommandFailed(code, failure.message + retryHint(failure.kind, params));
  } finally {
    terminal.close();
  }
}

async function asked<M extends OperatorMethod>(
  flags: Flags,
  method: M,
  params: Params<M>,
  terminal: Terminal,
): Promise<Result<M>> {
  const dial = dialer({ ...flags.bank, ...readTls(flags) });
  const key = await trustedKey(flags, terminal.isInteractive ? terminal.ask : null);
  const password = await fetchPassword("own", flags.passwordFile, terminal);
  const client = await OperatorClient.connect(dial, nodeCiphers, key);
  try {
    await client.logIn(flags.user, password, flags.code);
    const result = await client.call(method, params);
    await client.logOut();
    return result;
  } finally {
    client.close();
  }
}

/** A line that is lost leaves it open whether an adjustment was made: its key finds out. */
const retryHint = (kind: string, params: object): string =>
  kind === "line_lost" && "idempotencyKey" in params
    ? ` Ask again with --key ${String(params.idempotencyKey)}`
    : "";

function parseRole(word: string): Role {
  const role = ROLES.find((known) => known === word);
  if (role !== undefined) return role;
  throw new CommandFailed(EXIT.usage, `There is no role ${word}: try ${ROLES.join(", ")}.`);
}

/** `12`, `12.50`, `-5`. @throws InvalidArgumentError */
function signedAmount(text: string): Cents {
  const amount = parseDollars(text.replace(/^(-?)\$?/, "$1$$"));
  if (amount !== null && amount !== 0) return amount;
  const message = `${text} is no amount of dollars, such as 12, 12.50 or -5.`;
  throw new InvalidArgumentError(message);
}
