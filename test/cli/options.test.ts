/** Options: a flag over its environment variable over the default, and no value that cannot be. */

import { Command, CommanderError } from "commander";
import { describe, expect, it, vi, onTestFinished } from "vitest";
import {
  bankOptionsOf,
  parseAddress,
  wholeNumber,
  withBankOptions,
  type BankFlags,
} from "../../src/cli/options.ts";

function parse(args: readonly string[], env: Record<string, string> = {}): BankFlags {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const command = withBankOptions(new Command().exitOverride());
  command.configureOutput({ writeErr: () => undefined });
  return command.parse(args, { from: "user" }).opts<BankFlags>();
}

type Row = readonly [
  flag: string,
  variable: string,
  name: keyof BankFlags,
  fallback: string | number | undefined,
  fromEnvironment: string | number,
  fromFlag: string | number,
];

const OPTIONS: readonly Row[] = [
  ["--host", "BANK_HOST", "host", "127.0.0.1", "0.0.0.0", "::1"],
  ["--port", "BANK_PORT", "port", 65_432, 7_000, 0],
  ["--data", "BANK_DATA", "data", "data", "/srv/a", "/srv/b"],
  ["--bcrypt-cost", "BANK_BCRYPT_COST", "bcryptCost", 12, 10, 4],
  ["--crypto", "BANK_CRYPTO", "crypto", "auto", "pool", "inline"],
  ["--connections-max", "BANK_CONNECTIONS_MAX", "connectionsMax", 12_000, 5, 6],
  ["--passwords-max", "BANK_PASSWORDS_MAX", "passwordsMax", 64, 5, 6],
  ["--signups-max", "BANK_SIGNUPS_MAX", "signupsMax", 200, 5, 6],
  ["--message-timeout", "BANK_MESSAGE_TIMEOUT", "messageTimeout", 10, 5, 6],
  ["--login-timeout", "BANK_LOGIN_TIMEOUT", "loginTimeout", 120, 5, 6],
  ["--idle-timeout", "BANK_IDLE_TIMEOUT", "idleTimeout", 900, 5, 6],
  ["--session-max", "BANK_SESSION_MAX", "sessionMax", 43_200, 5, 6],
  ["--confirm-above", "BANK_CONFIRM_ABOVE", "confirmAbove", 10_000, 5, 6],
  ["--reader-timeout", "BANK_READER_TIMEOUT", "readerTimeout", 10, 5, 6],
  ["--classic", "BANK_CLASSIC", "classic", "on", "off", "on"],
  ["--passwords", "BANK_PASSWORDS", "passwords", "demo", "strict", "demo"],
  ["--mutual-tls", "BANK_MUTUAL_TLS", "mutualTls", "off", "on", "off"],
  ["--data-max", "BANK_DATA_MAX", "dataMax", undefined, 5, 6],
  ["--second-person-above", "BANK_SECOND_PERSON_ABOVE", "secondPersonAbove", 1_000, 5, 6],
  ["--log", "BANK_LOG", "log", "text", "json", "off"],
];

describe("an option", () => {
  it.for(OPTIONS)("%s goes before %s, and that before the default", (row) => {
    const [flag, variable, name, fallback, fromEnvironment, fromFlag] = row;
    expect(parse([])[name]).toBe(fallback);
    const env = { [variable]: String(fromEnvironment) };
    expect(parse([], env)[name]).toBe(fromEnvironment);
    expect(parse([flag, String(fromFlag)], env)[name]).toBe(fromFlag);
  });

  it("is in this table if a bank has it", () => {
    const flags = withBankOptions(new Command()).options.map(({ long }) => long);
    expect(OPTIONS.map(([flag]) => flag)).toEqual(flags);
  });

  it.for([
    ["--port", "65536"],
    ["--port", "-1"],
    ["--port", "80a"],
    ["--port", ""],
    ["--port", "0x50"],
    ["--port", "1e3"],
    ["--bcrypt-cost", "3"],
    ["--bcrypt-cost", "21"],
    ["--bcrypt-cost", "12.5"],
    ["--crypto", "gpu"],
    ["--connections-max", "0"],
    ["--passwords-max", "0"],
    ["--idle-timeout", "0"],
    ["--session-max", "0"],
    ["--confirm-above", "0"],
    ["--data-max", "0"],
    ["--log", "xml"],
  ] as const)("%s cannot be '%s', as a flag or in the environment", ([flag, value]) => {
    const variable = OPTIONS.find(([name]) => name === flag)?.[1] ?? "";
    expect(() => parse([flag, value])).toThrow(CommanderError);
    expect(() => parse([], { [variable]: value })).toThrow(CommanderError);
  });

  it("in seconds or megabytes is handed on in the bank's own units", () => {
    const flags = parse(["--message-timeout", "3", "--data-max", "2"]);
    expect(bankOptionsOf(flags)).toMatchObject({
      limits: {
        messageMs: 3_000,
        loginMs: 120_000,
        idleMs: 900_000,
        sessionMs: 43_200_000,
        readerMs: 10_000,
      },
      bytesMax: 2_000_000,
    });
    expect(bankOptionsOf(parse([])).bytesMax).toBeUndefined();
  });
});

describe("an address", () => {
  it.for([
    ["127.0.0.1:65432", "127.0.0.1", 65_432],
    ["bank.example:1", "bank.example", 1],
    ["[::1]:65535", "::1", 65_535],
  ] as const)("%s is read", ([text, host, port]) => {
    expect(parseAddress(text)).toEqual({ host, port });
  });

  it.for(["", "127.0.0.1", ":80", "a:0", "a:65536", "::1:80", "[::1]", "a b:80", "a:80:90"])(
    "'%s' is none",
    (text) => {
      expect(() => parseAddress(text)).toThrow("It must be HOST:PORT");
    },
  );
});

describe("a whole number", () => {
  it.for(["", " 1", "1 ", "+1", "1.0", "1e1", "0x1", "١", "NaN", "9".repeat(16)])(
    "is not '%s'",
    (text) => {
      expect(() => wholeNumber(0, Number.MAX_SAFE_INTEGER)(text)).toThrow("It must be a whole");
    },
  );
});
