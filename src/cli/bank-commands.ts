/** `secure-atm start`, `server` and `client`: the commands that run until they are stopped. */

import { networkInterfaces } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PortInUse, startAtm, type Atm, type AtmOptions } from "../client/atm.ts";
import { addressText } from "../server/address.ts";
import { startBank, type Bank } from "../server/bank.ts";
import { decodeHex } from "../protocol/hex.ts";
import { openLog } from "../server/log.ts";
import { isLoopback } from "../server/loopback.ts";
import { followBankKey } from "./bank-key.ts";
import { addDemoAccounts } from "./demo.ts";
import { CommandFailed, EXIT, explained } from "./exit.ts";
import { BANK_PORT, bankOptionsOf, type BankFlags } from "./options.ts";
import { talkToParent } from "./parent-line.ts";
import { untilSignalled } from "./shutdown.ts";
import { readTls, type TlsFlags } from "./tls-options.ts";

/** The page is built into dist/web; this file runs as src/cli/… or within dist/main.js. */
const WEB_ROOT = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../../dist/web" : "./web", import.meta.url),
);
const ATM_PORT_BASE = 5_000;
const ATM_NUMBER_MAX = 65_535 - ATM_PORT_BASE;

export type StartFlags = BankFlags & TlsFlags & { atm: number; demo: boolean };
export type ClientFlags = TlsFlags & {
  bank: { host: string; port: number };
  bankKey?: Uint8Array;
  data: string;
  host: string;
};
type AtmPlace = Pick<AtmOptions, "bank" | "bankKey"> & { host: string };

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const sayOut = (line: string): void => void process.stdout.write(`${line}\n`);

/** Runs the bank and one ATM. */
export async function runStart(flags: StartFlags): Promise<void> {
  if (flags.mutualTls === "on" && flags.tlsCert === undefined) {
    const message = "With --mutual-tls on, the ATM needs --tls-ca, --tls-cert and --tls-key.";
    throw new CommandFailed(EXIT.usage, message);
  }
  const tls = readTls(flags);
  const signalled = untilSignalled(say);
  say("Starting the bank …");
  const { bank, failed } = await openBank(flags);
  let atm: Atm | null = null;
  try {
    const bankKey = (): Uint8Array => decodeHex(bank.publicKey); // It may be given another.
    const address = { ...reachable(bank), ...tls };
    const place: AtmPlace = { host: "127.0.0.1", bank: address, bankKey };
    atm = await openAtm(flags.atm, place, () => undefined).catch(explainNumber);
    const accounts = flags.demo ? await addDemoAccounts({ ...address, publicKey: bankKey() }) : [];
    for (const line of banner(flags, bank, atm.url, accounts)) say(line);
    await Promise.race([signalled, failed]);
  } finally {
    await atm?.close();
    await bank.stop();
  }
  say("Stopped. Every acknowledged change is on the disk.");
}

/** Runs the bank alone. */
export async function runServer(flags: BankFlags): Promise<void> {
  const signalled = untilSignalled(say);
  const { bank, failed } = await openBank(flags);
  try {
    await Promise.race([signalled, failed]);
  } finally {
    await bank.stop();
  }
}

/** Runs one ATM, at port 5000 + number. */
export async function runClient(number: number, flags: ClientFlags): Promise<void> {
  const signalled = untilSignalled(say);
  const bank = { ...flags.bank, ...readTls(flags) };
  const bankKey = flags.bankKey ?? followBankKey(flags.data, say);
  const atm = await openAtm(number, { host: flags.host, bank, bankKey }, sayOut);
  try {
    await signalled;
  } finally {
    await atm.close();
  }
}

async function openBank(flags: BankFlags): Promise<{ bank: Bank; failed: Promise<never> }> {
  const failed = Promise.withResolvers<never>();
  const fail = (error: unknown): void => {
    failed.reject(new CommandFailed(EXIT.failure, `The bank gave up: ${String(error)}`));
  };
  failed.promise.catch(() => undefined); // Whoever waits for it learns of it.
  const log = openLog(flags.log, process.stdout);
  const folder = resolve(flags.data);
  try {
    const bank = await startBank({ ...bankOptionsOf(flags), folder, log, onFailure: fail });
    talkToParent(bank);
    if (!isLoopback(bank.host)) warnOfExposure();
    return { bank, failed: failed.promise };
  } catch (error) {
    throw explained(error, flags.port);
  }
}

/** The original's words speak of a client's number, and whoever starts a bank has given none. */
function explainNumber(error: unknown): never {
  const isTaken = error instanceof CommandFailed && error.cause instanceof PortInUse;
  if (!isTaken) throw error;
  throw new CommandFailed(error.code, `${error.message}\nHere --atm NUMBER chooses it.`);
}

async function openAtm(
  number: number,
  { host, bank, bankKey }: AtmPlace,
  log: (line: string) => void,
): Promise<Atm> {
  if (number > ATM_NUMBER_MAX) {
    throw new CommandFailed(EXIT.usage, `An ATM's number is at most ${ATM_NUMBER_MAX}.`);
  }
  const port = ATM_PORT_BASE + number;
  try {
    return await startAtm({ number, host, port, bank, bankKey, webRoot: WEB_ROOT, log });
  } catch (error) {
    throw explained(error, port);
  }
}

/** Where an ATM of the same machine finds a bank that listens on any address. */
const reachable = ({ host, port }: Bank): { host: string; port: number } => ({
  host: host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host,
  port,
});

function warnOfExposure(): void {
  const addresses = Object.values(networkInterfaces())
    .flatMap((interfaces) => interfaces ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address);
  say(`WARNING: the port can be reached from other machines (${addresses.join(", ")}).`);
  say("         The classic protocol is in clear, so its clients are served from here only.");
}

function banner(flags: StartFlags, bank: Bank, url: string, accounts: string[]): string[] {
  const width = `ATM ${flags.atm}   `.length;
  const named = (name: string): string => name.padEnd(width);
  const port = bank.port === BANK_PORT ? "" : ` (instead of ${BANK_PORT})`;
  return [
    "",
    "Secure ATM is running. This is a demonstration: do not use it for real money.",
    `├─ ${named(`ATM ${flags.atm}`)}${url}`,
    `├─ ${named("Bank")}${addressText(bank)}${port}`,
    `├─ ${named("Key")}${bank.fingerprint}`,
    `├─ ${named("Data")}${resolve(flags.data)}`,
    ...accounts.map((account) => `├─ ${named("Demo")}${account}`),
    `└─ ${named("Stop")}Ctrl+C`,
    "",
  ];
}
