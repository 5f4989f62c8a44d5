/** The options that commands share: a flag over its environment variable over the default. */

import { InvalidArgumentError, Option, type Command } from "commander";
import { cents, dollars } from "../bank/money.ts";
import { PASSWORD_PROFILES, type PasswordProfile } from "../bank/password-policy.ts";
import type { BankOptions } from "../server/bank.ts";
import type { LogFormat } from "../server/log.ts";
import type { CryptoMode } from "../server/classic/session-crypto.ts";

export const VERSION = "0.1.0";
export const BANK_PORT = 65_432;
export const DATA_FOLDER = "data";

/** What commander gives for `withBankOptions`. */
export type BankFlags = {
  host: string;
  port: number;
  data: string;
  bcryptCost: number;
  crypto: CryptoMode;
  connectionsMax: number;
  passwordsMax: number;
  signupsMax: number;
  passwords: PasswordProfile;
  messageTimeout: number;
  loginTimeout: number;
  idleTimeout: number;
  sessionMax: number;
  confirmAbove: number;
  readerTimeout: number;
  dataMax?: number;
  secondPersonAbove: number;
  classic: "on" | "off";
  mutualTls: "on" | "off";
  log: LogFormat;
};

export const dataOption = (): Option =>
  new Option("--data <dir>", "the folder of books, keys and audit files")
    .env("BANK_DATA")
    .default(DATA_FOLDER);

export const bankOption = (): Option =>
  new Option("--bank <host:port>", "where the bank is")
    .default({ host: "127.0.0.1", port: BANK_PORT }, `127.0.0.1:${BANK_PORT}`)
    .argParser(parseAddress)
    .env("ATM_BANK");

/** Adds the bank's options to a command. */
export function withBankOptions(command: Command): Command {
  const whole = (flags: string, text: string, fallback: number, least: number, most: number) =>
    new Option(flags, text)
      .default(fallback)
      .argParser(wholeNumber(least, most))
      .env(`BANK_${flags.slice(2).split(" ")[0]?.replaceAll("-", "_").toUpperCase()}`);
  const seconds = (flags: string, text: string, fallback: number) =>
    whole(`${flags} <seconds>`, text, fallback, 1, 86_400);
  return command
    .addOption(
      new Option("--host <address>", "where to listen").env("BANK_HOST").default("127.0.0.1"),
    )
    .addOption(whole("--port <number>", "the bank's port, 0 for any", BANK_PORT, 0, 65_535))
    .addOption(dataOption())
    .addOption(whole("--bcrypt-cost <number>", "work for one password, 2^n rounds", 12, 4, 20))
    .addOption(
      new Option("--crypto <where>", "where sessions are sealed")
        .choices(["auto", "inline", "pool"])
        .env("BANK_CRYPTO")
        .default("auto"),
    )
    .addOption(whole("--connections-max <number>", "connections at a time", 12_000, 1, 1_000_000))
    .addOption(whole("--passwords-max <number>", "passwords in work or waiting", 64, 1, 100_000))
    .addOption(whole("--signups-max <number>", "from one source in an hour", 200, 0, 1_000_000))
    .addOption(seconds("--message-timeout", "to finish a message", 10))
    .addOption(seconds("--login-timeout", "without a message, before a login", 120))
    .addOption(seconds("--idle-timeout", "without a message, after a login", 900))
    .addOption(seconds("--session-max", "from a login to the session's end", 43_200))
    .addOption(
      whole("--confirm-above <dollars>", "a password for larger sums", 10_000, 1, 1_000_000),
    )
    .addOption(seconds("--reader-timeout", "to read a reply", 10))
    .addOption(
      new Option("--classic <switch>", "whether the classic protocol is spoken as well")
        .choices(["on", "off"])
        .env("BANK_CLASSIC")
        .default("on"),
    )
    .addOption(
      new Option("--passwords <profile>", "new ones: at least 8 characters, or 15 (strict)")
        .choices(PASSWORD_PROFILES)
        .env("BANK_PASSWORDS")
        .default("demo"),
    )
    .addOption(
      new Option("--mutual-tls <switch>", "serve only certified terminals: nothing outside TLS")
        .choices(["on", "off"])
        .env("BANK_MUTUAL_TLS")
        .default("off"),
    )
    .addOption(
      new Option("--data-max <megabytes>", "the most that the database may grow to")
        .argParser(wholeNumber(1, 1_000_000))
        .env("BANK_DATA_MAX"),
    )
    .addOption(
      whole("--second-person-above <dollars>", "adjusted by two operators", 1_000, 0, 1_000_000),
    )
    .addOption(
      new Option("--log <format>", "what the terminal shows")
        .choices(["text", "json", "off"])
        .env("BANK_LOG")
        .default("text"),
    );
}

/** The flags as the bank takes them. */
export const bankOptionsOf = (
  flags: BankFlags,
): Omit<BankOptions, "log" | "onFailure" | "folder"> => ({
  host: flags.host,
  port: flags.port,
  bcryptCost: flags.bcryptCost,
  crypto: flags.crypto,
  connectionsMax: flags.connectionsMax,
  passwordsMax: flags.passwordsMax,
  signUpsMax: flags.signupsMax,
  passwords: flags.passwords,
  confirmAbove: cents(flags.confirmAbove * 100),
  classic: flags.classic === "on",
  mutualTls: flags.mutualTls === "on",
  about: { name: "Secure ATM", version: VERSION },
  limits: {
    messageMs: flags.messageTimeout * 1_000,
    loginMs: flags.loginTimeout * 1_000,
    idleMs: flags.idleTimeout * 1_000,
    sessionMs: flags.sessionMax * 1_000,
    readerMs: flags.readerTimeout * 1_000,
  },
  secondPersonAbove: dollars(flags.secondPersonAbove),
  bytesMax: flags.dataMax === undefined ? undefined : flags.dataMax * 1_000_000,
});

/** `HOST:PORT`, with an IPv6 address in brackets. @throws InvalidArgumentError */
export function parseAddress(text: string): { host: string; port: number } {
  const match = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || !(port >= 1 && port <= 65_535)) {
    throw new InvalidArgumentError("It must be HOST:PORT, such as 127.0.0.1:65432.");
  }
  return { host, port };
}

/** A parser of whole numbers from `least` to `most`. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
