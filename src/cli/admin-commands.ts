/** `secure-atm admin`: what operators do, over the modern protocol and under their own login. */

import { Option, type Command } from "commander";
import { parseDollars, type Cents } from "../bank/money.ts";
import { ROLES, type Role } from "../bank/standing.ts";
import { nodeCiphers } from "../ciphers/node.ts";
import { encodeBase64Url } from "../protocol/base64url.ts";
import type { OperatorMethod } from "../protocol/operator-methods.ts";
import { initAdministrator, type InitFlags } from "./admin-init.ts";
import { operate, type OperatorFlags } from "./admin-session.ts";
import { knownBanksFile } from "./atm-command-bank.ts";
import { codeFlag } from "./atm-command-code.ts";
import { examples } from "./examples.ts";
import { CommandFailed, EXIT } from "./exit.ts";
import { bankOption, dataOption, wholeNumber } from "./options.ts";
import { withTlsOptions } from "./tls-options.ts";

type Flags = OperatorFlags;
type PageFlags = Flags & { limit: number; before?: string };

const KEY_BYTES = 16;
const PAGE_MAX = 50;
const PAGE = 20;

const LOCKING = `
A locked account takes no login until unlock: to whoever tries, their password is wrong. Its
sessions go on (end-session ends one), and it is paid to. A disabled one has no session left, and
moves no money either.
`;

export function addAdminCommands(root: Command): void {
  const admin = root
    .command("admin")
    .description("operate the bank: users, roles, sessions, adjustments, audit")
    .addHelpText(
      "before",
      examples(
        "admin init --user ada --data data",
        "admin users --user ada --data data",
        "admin lock bob --user ada --data data",
      ),
    );
  addInit(admin);
  subcommand(admin, "users [after]", "list the users, behind a name if one is given")
    .option("--limit <number>", "how many", wholeNumber(1, PAGE_MAX), PAGE)
    .addHelpText("before", examples("admin users --user ada --data data"))
    .action((after: string | undefined, { limit, ...flags }: PageFlags) =>
      operate(flags, "admin.users", { limit, ...(after !== undefined && { after }) }),
    );
  named(admin, "show", "show one user and their balance", "admin.show");
  named(admin, "lock", "let nobody log in to an account, until unlock", "admin.lock", LOCKING);
  named(admin, "unlock", "end a lock, or a lockout by guesses", "admin.unlock", LOCKING);
  named(admin, "disable", "switch an account off", "admin.disable", LOCKING);
  named(admin, "enable", "switch an account on again", "admin.enable");
  named(admin, "reset-factor", "take a lost second factor away", "admin.resetFactor");
  subcommand(admin, "roles <name> <roles...>", `give a user roles: ${ROLES.join(", ")}`)
    .addHelpText("before", examples("admin roles bob teller --user ada --data data"))
    .action((username: string, words: string[], flags: Flags) =>
      operate(flags, "admin.setRoles", { username, roles: words.map(parseRole) }),
    );
  paged(admin, "sessions [name]", "list who is logged in, the latest first")
    .addHelpText("before", examples("admin sessions bob --user ada --data data"))
    .action((username: string | undefined, { limit, before, ...flags }: PageFlags) =>
      operate(flags, "admin.sessions", {
        ...{ limit, ...(before !== undefined && { before }) },
        ...(username !== undefined && { username }),
      }),
    );
  subcommand(admin, "end-session <id>", "end somebody's session")
    .addHelpText("before", examples(`admin end-session ${"0a".repeat(16)} --user ada --data data`))
    .action((session: string, flags: Flags) => operate(flags, "admin.endSession", { session }));
  addAdjustments(admin);
  paged(admin, "audit", "list the audit, the latest first; that you did is on record too")
    .addHelpText("before", examples("admin audit --limit 50 --user ada --data data"))
    .action(({ limit, before, ...flags }: PageFlags) =>
      operate(flags, "audit.list", { limit, ...(before !== undefined && { before }) }),
    );
}

function addInit(admin: Command): void {
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
}

function addAdjustments(admin: Command): void {
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

type NamedMethod = OperatorMethod &
  `admin.${"show" | "lock" | "unlock" | "disable" | "enable" | "resetFactor"}`;

function named(admin: Command, name: string, text: string, method: NamedMethod, more = ""): void {
  subcommand(admin, `${name} <name>`, text)
    .addHelpText("before", examples(`admin ${name} bob --user ada --data data`))
    .addHelpText("after", more)
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

const paged = (admin: Command, usage: string, text: string): Command =>
  subcommand(admin, usage, text)
    .option("--limit <number>", "how many", wholeNumber(1, PAGE_MAX), PAGE)
    .option("--before <number>", "begin behind the one with this number");

function subcommand(admin: Command, usage: string, text: string): Command {
  const command = admin
    .command(usage)
    .description(text)
    .requiredOption("--user <name>", "the operator who logs in")
    .option("--password-file <file>", "their password; else ATM_PASSWORD, or it is asked for")
    .option("--code <code>", "the code of their second factor; else it is asked for", codeFlag)
    .addOption(bankOption())
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

function parseRole(word: string): Role {
  const role = ROLES.find((known) => known === word);
  if (role !== undefined) return role;
  throw new CommandFailed(EXIT.usage, `There is no role ${word}: try ${ROLES.join(", ")}.`);
}

/** `12`, `12.50`, `-5`. @throws CommandFailed */
function signedAmount(text: string): Cents {
  const amount = parseDollars(text.replace(/^(-?)\$?/, "$1$$"));
  if (amount !== null && amount !== 0) return amount;
  const message = `${text} is no amount of dollars, such as 12, 12.50 or -5.`;
  throw new CommandFailed(EXIT.usage, message);
}
