/** `secure-atm atm`: an ATM in the terminal, for people and for scripts. */

import { Option, type Command } from "commander";
import { fingerprintOf } from "../protocol/channel.ts";
import { nodeCiphers } from "../ciphers/node.ts";
import { knownBanksFile, trustedKey, type TrustFlags } from "./atm-command-bank.ts";
import { ClassicTeller } from "./atm-command-classic.ts";
import { CODE_QUESTION, askCode, codeFlag } from "./atm-command-code.ts";
import { Counter, converse, follow } from "./atm-command-counter.ts";
import { USAGES, parseWish, type Typed } from "./atm-command-line.ts";
import { newsLine, stateLine } from "./atm-command-news.ts";
import { ModernTeller, type Teller } from "./atm-command-teller.ts";
import { interruption, openTerminal, type Terminal } from "./atm-command-terminal.ts";
import { examples } from "./examples.ts";
import { CommandFailed, EXIT } from "./exit.ts";
import { bankOption } from "./options.ts";
import { dialer, readTls, withTlsOptions, type TlsFlags } from "./tls-options.ts";

type Flags = TrustFlags &
  TlsFlags & {
    user?: string;
    passwordFile?: string;
    code?: string;
    classic: boolean;
    json: boolean;
  };

export function addAtmCommand(root: Command): void {
  const atm = root
    .command("atm")
    .description("use the bank from the terminal, by hand or by script")
    .argument("[command...]", `one command, after --: ${Object.keys(USAGES).join(", ")}`)
    .addOption(bankOption())
    .addOption(new Option("--bank-key <hex>", "the bank's public key").env("ATM_BANK_KEY"))
    .option("--data <dir>", "the folder of a bank of this machine, whose key is taken")
    .addOption(
      new Option("--known-banks <file>", "the keys of banks that are trusted")
        .default(knownBanksFile(), "~/.secure-atm/known-banks.json")
        .env("ATM_KNOWN_BANKS"),
    )
    .option("--trust-new", "remember the bank's key, if none is remembered", false)
    .option("--user <name>", "log in as this customer first")
    .option("--password-file <file>", "their password; else ATM_PASSWORD, or it is asked for")
    .addOption(
      new Option("--code <code>", "of their second factor, for the first login; or it is asked for")
        .argParser(codeFlag)
        .env("ATM_CODE"),
    );
  withTlsOptions(atm)
    .option("--classic", "speak the classic protocol", false)
    .option("--json", "one JSON object a command", false)
    .addHelpText(
      "before",
      examples(
        "atm --data data",
        "atm --data data --user alice --password-file F -- deposit 20",
        "atm --bank-key 8f40… --trust-new",
      ),
    )
    .action((words: string[], flags: Flags) => runAtm(words, flags));
}

const ANOTHER_CODE = "It was wrong, or used before. Another: ";

async function runAtm(words: readonly string[], flags: Flags): Promise<void> {
  const only = words.length === 0 ? null : parseWish(words);
  const terminal = openTerminal();
  try {
    const teller = await hire(flags, terminal);
    // What is under way comes to an end then, and says whether it was done.
    terminal.interrupted.addEventListener("abort", () => teller.hangUp());
    try {
      await serve(new Counter(teller, terminal, flags), only, flags, terminal);
    } finally {
      await teller.close();
    }
    if (terminal.interrupted.aborted) throw interruption();
  } catch (error) {
    const isCut = terminal.interrupted.aborted && error instanceof CommandFailed;
    throw isCut ? new CommandFailed(EXIT.interrupted, error.message) : error;
  } finally {
    terminal.close();
  }
}

async function serve(
  counter: Counter,
  only: Typed | null,
  { user, passwordFile, json }: Flags,
  terminal: Terminal,
): Promise<void> {
  await counter.open();
  const admission = only?.type === "sign-up" || only?.type === "log-in";
  if (user !== undefined && !admission) {
    const file = passwordFile === undefined ? {} : { file: passwordFile };
    await counter.logIn({ type: "log-in", username: user, ...file });
  }
  if (only !== null) await counter.serve(only);
  else if (terminal.isInteractive && !json) await converse(counter, terminal);
  else await follow(counter, terminal);
}

async function hire(flags: Flags, terminal: Terminal): Promise<Teller> {
  const dial = dialer({ ...flags.bank, ...readTls(flags) });
  if (flags.classic) return new ClassicTeller(dial);
  const ask = terminal.isInteractive ? terminal.ask : null;
  const bankPublicKey = await trustedKey(flags, ask);
  const isTalking = terminal.isInteractive && !flags.json;
  if (isTalking) terminal.say(`The bank's key  ${fingerprintOf(nodeCiphers, bankPublicKey)}`);
  return new ModernTeller({
    ...{ dial, bankPublicKey },
    onNews: (news) => terminal.say(flags.json ? JSON.stringify(news) : newsLine(news)),
    onState(state) {
      const line = stateLine(state);
      // A script hears of a bank that is away from the command that needs it.
      if (line !== null && (isTalking || state.type !== "offline")) terminal.say(line);
    },
    askCode: (wasWrong) => askCode(terminal, wasWrong ? ANOTHER_CODE : CODE_QUESTION),
  });
}
