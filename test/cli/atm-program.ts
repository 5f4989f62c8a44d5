/** The terminal ATM as a process of its own, for a customer whose password lies in a file. */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { PROGRAM } from "../built-program.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import type { TestBank } from "../test-bank.ts";
import type { Run } from "./run.ts";

export const PASSWORD = "a good password";

/** What leads to a bank at `port`, with files of this customer's own. */
function argsFor(port: number, flags: readonly string[]): string[] {
  const folder = temporaryFolder();
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, `${PASSWORD}\n`);
  return [
    ...[PROGRAM, "atm", "--bank", `127.0.0.1:${port}`, "--password-file", passwordFile],
    ...["--known-banks", join(folder, "known-banks.json"), ...flags],
  ];
}

/** An ATM at any bank. It gets all lines at once, and is run to its end. */
export function atmOf(port: number, ...flags: string[]) {
  const common = argsFor(port, flags);
  return (lines: readonly string[], ...args: string[]): Promise<Run> =>
    new Promise((resolve) => {
      const child = execFile(process.execPath, [...common, ...args], (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : (error.code ?? null), stdout, stderr });
      });
      child.stdin?.on("error", () => undefined); // It may end before it has read all.
      child.stdin?.end(lines.join("\n"));
    });
}

export const atmAt = ({ bank, folder }: TestBank, ...flags: string[]) =>
  atmOf(bank.port, "--data", folder, ...flags);

export type JsonAnswer = {
  ok: boolean;
  command: string;
  result?: Record<string, unknown>;
  error?: { kind: string; message: string };
};

/** A program that talks to an ATM: one command, one object, one after the other. */
export function talkTo({ bank, folder }: TestBank, ...flags: string[]) {
  const args = argsFor(bank.port, ["--data", folder, "--json", ...flags]);
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const answers = createInterface({ input: child.stdout });
  return {
    async ask(line: string): Promise<JsonAnswer> {
      const answered = once(answers, "line") as Promise<[string]>;
      child.stdin.write(`${line}\n`);
      return JSON.parse((await answered)[0]) as JsonAnswer;
    },
    async end(): Promise<number | null> {
      child.stdin.end();
      return ((await once(child, "close")) as [number | null])[0];
    },
  };
}

export const jsonLines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
