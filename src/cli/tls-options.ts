/** The options of every client that may speak TLS to the bank, and the files that they name. */

import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { Option, type Command } from "commander";
import type { BankAddress, TlsTrust } from "../client/bank-socket.ts";
import { TcpTransport } from "../client/tcp-transport.ts";
import { TlsTransport } from "../client/tls-transport.ts";
import type { Transport } from "../client/transport.ts";
import { CommandFailed, EXIT } from "./exit.ts";

/** What commander gives for `withTlsOptions`. */
export type TlsFlags = { tlsCa?: string; tlsCert?: string; tlsKey?: string };

export function withTlsOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--tls-ca <file>", "speak TLS: the certificate of the bank's authority").env(
        "ATM_TLS_CA",
      ),
    )
    .addOption(
      new Option("--tls-cert <file>", "this terminal's own certificate").env("ATM_TLS_CERT"),
    )
    .addOption(new Option("--tls-key <file>", "and its key").env("ATM_TLS_KEY"));
}

/** How to call the bank: in clear, which the modern protocol does not mind, or within TLS. */
export const dialer =
  ({ host, port, tls }: BankAddress): (() => Transport) =>
  () =>
    tls === undefined ? new TcpTransport(host, port) : new TlsTransport({ host, port, ...tls });

/** What the flags add to the bank's address: nothing in clear. @throws CommandFailed */
export function readTls({ tlsCa, tlsCert, tlsKey }: TlsFlags): { tls?: TlsTrust } {
  if (tlsCa === undefined) {
    if (tlsCert === undefined && tlsKey === undefined) return {};
    throw new CommandFailed(EXIT.usage, "--tls-cert and --tls-key need --tls-ca.");
  }
  const ca = readText(tlsCa);
  if (tlsCert === undefined && tlsKey === undefined) return { tls: checked({ ca }) };
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new CommandFailed(EXIT.usage, "--tls-cert and --tls-key go together.");
  }
  return { tls: checked({ ca, cert: readText(tlsCert), key: readText(tlsKey) }) };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new CommandFailed(EXIT.environment, `cannot read ${path}: ${(error as Error).message}`);
  }
}

/** What is no certificate is found out now, and not by the first customer. */
function checked(trust: TlsTrust): TlsTrust {
  try {
    createSecureContext(trust);
  } catch (error) {
    const message = `The TLS files are no certificate with its key: ${(error as Error).message}`;
    throw new CommandFailed(EXIT.environment, message);
  }
  if (trust.ca.includes("-----BEGIN CERTIFICATE-----")) return trust;
  throw new CommandFailed(EXIT.environment, "The file of --tls-ca holds no certificate.");
}
