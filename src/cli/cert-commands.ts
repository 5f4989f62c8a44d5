/** `secure-atm cert`: the bank's own certificate authority, for TLS. */

import { resolve } from "node:path";
import { Option, type Command } from "commander";
import {
  initAuthority,
  issueTerminal,
  listCertificates,
  renewServer,
  renewTerminal,
  revokeTerminal,
  type ListedCertificate,
} from "../server/tls/authority.ts";
import { tlsFiles } from "../server/tls/files.ts";
import { examples } from "./examples.ts";
import { CommandFailed, EXIT, explained } from "./exit.ts";
import { dataOption } from "./options.ts";

type DataFlags = { data: string };
type NameFlags = DataFlags & { name: string[] };

/** Adds `cert` and what is below it. */
export function addCertCommands(root: Command): void {
  const cert = root
    .command("cert")
    .description("make and revoke certificates, for TLS")
    .addHelpText("before", examples("cert init", "cert issue atm-2", "cert revoke atm-2"));
  cert
    .command("init")
    .description("make a private authority and the bank's certificate")
    .addOption(nameOption("a further name or address of the bank"))
    .addOption(dataOption())
    .addHelpText("before", examples("cert init", "cert init --name bank.example --name 10.0.0.5"))
    .action(({ data, name }: NameFlags) => init(resolve(data), name));
  cert
    .command("issue")
    .description("make a certificate for a terminal, and enrol it")
    .argument("<name>", "the terminal's name: a-z, 0-9 and -")
    .addOption(dataOption())
    .addHelpText("before", examples("cert issue lobby", "cert issue lobby --data /srv/bank"))
    .action((name: string, { data }: DataFlags) => issue(resolve(data), name));
  cert
    .command("renew")
    .description("renew the bank's certificate, or a terminal's")
    .argument("[terminal]", "the terminal; without it, the bank")
    .addOption(nameOption("a further name or address of the bank"))
    .addOption(dataOption())
    .addHelpText("before", examples("cert renew", "cert renew lobby"))
    .action((terminal: string | undefined, { data, name }: NameFlags) =>
      renew(resolve(data), terminal, name),
    );
  cert
    .command("revoke")
    .description("take a terminal's certificates back, for good")
    .argument("<name>", "the terminal")
    .option("--confirm <name>", "the name once more, to go ahead")
    .addOption(dataOption())
    .addHelpText("before", examples("cert revoke lobby --confirm lobby"))
    .action((name: string, { data, confirm }: DataFlags & { confirm?: string }) =>
      revoke(resolve(data), name, confirm),
    );
  cert
    .command("list")
    .description("show every certificate, its state and its end")
    .addOption(dataOption())
    .option("--json", "one JSON object a line", false)
    .addHelpText("before", examples("cert list", "cert list --json"))
    .action(({ data, json }: DataFlags & { json: boolean }) => list(resolve(data), json));
}

async function init(folder: string, hosts: string[]): Promise<void> {
  await explaining(initAuthority(folder, { hosts, nowMs: Date.now() }));
  print(`The authority   ${tlsFiles.authorityCert(folder)} (for every client)`);
  print(`Its key         ${tlsFiles.authorityKey(folder)} (for nobody)`);
  print(`The bank        ${tlsFiles.server(folder)}`);
}

async function issue(folder: string, name: string): Promise<void> {
  await explaining(issueTerminal(folder, name, Date.now()));
  printTerminal(folder, name);
}

async function renew(folder: string, terminal: string | undefined, hosts: string[]): Promise<void> {
  if (terminal !== undefined && hosts.length > 0) {
    throw new CommandFailed(EXIT.usage, "--name is for the bank's certificate, not a terminal's.");
  }
  if (terminal === undefined) {
    await explaining(renewServer(folder, { hosts, nowMs: Date.now() }));
    print(`Renewed ${tlsFiles.server(folder)}. A running bank takes it at its next start.`);
  } else {
    await explaining(renewTerminal(folder, terminal, Date.now()));
    printTerminal(folder, terminal);
    print("The certificate before works until its own end.");
  }
}

async function revoke(folder: string, name: string, confirm: string | undefined): Promise<void> {
  if (confirm !== name) {
    const message = `This cannot be undone. To go ahead, add: --confirm ${name}`;
    throw new CommandFailed(EXIT.usage, message);
  }
  await explaining(revokeTerminal(folder, name, Date.now()));
  print(`Revoked. The bank takes no connection of ${name} any more.`);
}

async function list(folder: string, json: boolean): Promise<void> {
  const certificates = await explaining(listCertificates(folder, Date.now()));
  for (const certificate of certificates) print(json ? jsonOf(certificate) : textOf(certificate));
}

const nameOption = (text: string): Option =>
  new Option("--name <host>", `${text}; may be given again`)
    .default([], "none")
    .argParser((host: string, hosts: string[]) => [...hosts, host]);

async function explaining<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && error.name === "CertificateRefused") {
      throw new CommandFailed(EXIT.usage, error.message);
    }
    throw explained(error, 0);
  }
}

function printTerminal(folder: string, name: string): void {
  print(`The terminal's certificate  ${tlsFiles.terminalCert(folder, name)}`);
  print(`Its key                     ${tlsFiles.terminalKey(folder, name)} (for it alone)`);
  print(`What it trusts              ${tlsFiles.authorityCert(folder)}`);
}

const jsonOf = ({ validUntilMs, ...rest }: ListedCertificate): string =>
  JSON.stringify({ ...rest, validUntil: new Date(validUntilMs).toISOString() });

function textOf({
  kind,
  name,
  hosts,
  validUntilMs,
  state,
  fingerprint,
}: ListedCertificate): string {
  const until = new Date(validUntilMs).toISOString().slice(0, 10);
  const names = hosts.length === 0 ? "" : ` (${hosts.join(", ")})`;
  return `${state.padEnd(7)}  until ${until}  ${kind.padEnd(9)}  ${name}${names}  ${fingerprint}`;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
