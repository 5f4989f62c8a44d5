/** `secure-atm`, the one command: what it can do, and how it ends. */

import { Command, CommanderError, Option } from "commander";
import { addAdminCommands } from "./cli/admin-commands.ts";
import { addAtmCommand } from "./cli/atm-command.ts";
import { decryptAudit, listAudit, verifyAudit } from "./cli/audit-commands.ts";
import { addBackupCommands } from "./cli/backup-commands.ts";
import {
  runClient,
  runServer,
  runStart,
  type ClientFlags,
  type StartFlags,
} from "./cli/bank-commands.ts";
import { parseBankKey } from "./cli/bank-key.ts";
import { addCertCommands } from "./cli/cert-commands.ts";
import { examples } from "./cli/examples.ts";
import { CommandFailed, EXIT } from "./cli/exit.ts";
import { addIdentityCommands } from "./cli/identity-commands.ts";
import { addKeysCommands } from "./cli/keys-commands.ts";
import {
  DATA_FOLDER,
  VERSION,
  bankOption,
  dataOption,
  wholeNumber,
  withBankOptions,
  type BankFlags,
} from "./cli/options.ts";
import { guardProcess } from "./cli/process-guards.ts";
import { withTlsOptions } from "./cli/tls-options.ts";

const atmNumber = wholeNumber(1, 60_535);

function program(): Command {
  const root = new Command("secure-atm")
    .description("A bank that one command starts, with ATMs in the browser.")
    .version(VERSION)
    .showHelpAfterError("(--help shows what there is)")
    .addHelpText("before", examples("start", "start --demo", "server --port 7000", "client 2"));

  withTlsOptions(withBankOptions(root.command("start")))
    .description("run the bank and one ATM")
    .addOption(
      new Option("--atm <number>", "the ATM's number; its port is 5000 + number")
        .default(1)
        .argParser(atmNumber)
        .env("ATM_NUMBER"),
    )
    .option("--demo", "add two demonstration accounts with money and print their passwords", false)
    .addHelpText("before", examples("start", "start --demo --data /tmp/demo-bank"))
    .action((flags: StartFlags) => runStart(flags));

  withBankOptions(root.command("server"))
    .description("run the bank alone")
    .addHelpText("before", examples("server", "server --port 7000 --log json"))
    .action((flags: BankFlags) => runServer(flags));

  const client = root
    .command("client")
    .description("run one ATM, at port 5000 + number")
    .argument("[number]", "the ATM's number", atmNumber, 1)
    .addOption(bankOption())
    .addOption(
      new Option("--bank-key <hex>", "the bank's public key; before what --data says")
        .argParser(parseBankKey)
        .env("ATM_BANK_KEY"),
    )
    .addOption(
      new Option("--data <dir>", "the data folder of a bank on this machine, for its public key")
        .env("BANK_DATA")
        .default(DATA_FOLDER),
    )
    .addOption(
      new Option("--host <address>", "where to listen").env("ATM_HOST").default("127.0.0.1"),
    );
  withTlsOptions(client)
    .addHelpText(
      "before",
      examples(
        "client 2",
        "client 3 --bank 127.0.0.1:7000",
        "client 4 --bank bank.example:65432 --bank-key 8f40… --tls-ca ca.crt",
      ),
    )
    .action((number: number, flags: ClientFlags) => runClient(number, flags));

  addAtmCommand(root);
  addAuditCommands(root);
  addBackupCommands(root);
  addIdentityCommands(root);
  addKeysCommands(root);
  addCertCommands(root);
  addAdminCommands(root);
  return root;
}

function addAuditCommands(root: Command): void {
  const audit = root
    .command("audit")
    .description("read and check the audit")
    .addHelpText("before", examples("audit list", "audit decrypt", "audit verify"));
  audit
    .command("decrypt")
    .description("print the encrypted audit file in clear")
    .argument("[file]", "the file; audit_log.enc of the data folder unless told")
    .addOption(dataOption())
    .addHelpText("before", examples("audit decrypt", "audit decrypt old.enc --data /srv/bank"))
    .action((file: string | undefined, { data }: { data: string }) => decryptAudit(file, data));
  audit
    .command("list")
    .description("print every entry with all its fields: amount, outcome, origin")
    .addOption(dataOption())
    .option("--json", "one JSON object a line", false)
    .addHelpText("before", examples("audit list", "audit list --json"))
    .action(({ data, json }: { data: string; json: boolean }) => listAudit(data, json));
  audit
    .command("verify")
    .description("compare both audit files with the bank's store")
    .addOption(dataOption())
    .addHelpText("before", examples("audit verify"))
    .action(({ data }: { data: string }) => verifyAudit(data));
}

/** Commander's own errors are the user's; it has explained them already. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  if (error instanceof CommandFailed) {
    process.stderr.write(`${error.message}\n`);
    return error.code;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${detail}\n`);
  return EXIT.failure;
}

/** A reader that goes away, as in `secure-atm audit list | head`, is no failure of ours. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

guardProcess();
const root = program();
for (const command of [root, ...root.commands, ...root.commands.flatMap((c) => c.commands)]) {
  command.exitOverride();
}
try {
  await root.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
