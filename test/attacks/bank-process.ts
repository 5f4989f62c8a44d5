/** A bank as a process of its own, started as an operator would, for what only a process shows. */

import { spawn, type ChildProcess } from "node:child_process";
import { onTestFinished } from "vitest";
import { PROGRAM } from "../built-program.ts";

export type BankProcess = {
  child: ChildProcess;
  port: number;
  /** What it has said so far, on both its outputs. */
  said: () => string;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | string | null>;
};

/** @param descriptorsMax How many files and sockets the system lets it have open. */
export async function startBankProcess(
  folder: string,
  { descriptorsMax, bcryptCost = 4 }: { descriptorsMax?: number; bcryptCost?: number } = {},
): Promise<BankProcess> {
  const bank = [process.execPath, PROGRAM, "server", "--port", "0", "--data", folder];
  const command = [...bank, "--bcrypt-cost", String(bcryptCost), "--signups-max", "100000"];
  const limited = ["sh", "-c", `ulimit -n ${descriptorsMax} && exec "$@"`, "sh", ...command];
  const [file = "", ...args] = descriptorsMax === undefined ? command : limited;
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));

  let said = "";
  const ended = new Promise<number | string | null>((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  const port = await new Promise<number>((resolve, reject) => {
    const hear = (piece: Buffer): void => {
      said += piece.toString();
      const listening = /\[LISTENING\] on \S+:(\d+)/.exec(said)?.[1];
      if (listening !== undefined) resolve(Number(listening));
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    void ended.then((code) => reject(new Error(`the bank ended with ${code}: ${said}`)));
  });
  return { child, port, said: () => said, ended };
}
