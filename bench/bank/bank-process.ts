/**
 * A bank in a process of its own, on a folder of the load test; with its defaults, but for the cost
 * of passwords.
 */

import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BankFigures, ParentMessage } from "../../src/cli/parent-line.ts";
import { decodeHex } from "../../src/protocol/hex.ts";
import { LOGIN_COST } from "./scratch-folder.ts";

/** The built program, which is what people run. */
export const BUILT_PROGRAM = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export type BankProcess = {
  readonly host: string;
  readonly port: number;
  readonly publicKey: Uint8Array;
  readonly pid: number;
  /** From the start of the process until it listened. */
  readonly startMs: number;
  figures(): Promise<BankFigures>;
  /** Ends it in good order, as Ctrl+C does. */
  stop(): Promise<void>;
};

/**
 * @param bcryptCost That of the hashes in the folder.
 * @throws Error if it ends before it listens; what it said is in `bank.log` of the folder.
 */
export async function startBankProcess(
  folder: string,
  program = BUILT_PROGRAM,
  bcryptCost = LOGIN_COST,
): Promise<BankProcess> {
  // To a file, as a service's is: a pipe would make the load generator read a line a transaction.
  const logPath = join(folder, "bank.log");
  const log = openSync(logPath, "a");
  const startedAt = performance.now();
  const args = [program, "server", "--port", "0", "--data", folder];
  args.push("--bcrypt-cost", String(bcryptCost), "--signups-max", "1000000");
  const child = spawn(process.execPath, args, { stdio: ["ignore", log, log, "ipc"] });
  closeSync(log);
  const kill = (): void => void child.kill("SIGKILL");
  process.on("exit", kill);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => {
      process.off("exit", kill);
      resolve();
    });
  });
  const failed = ended.then((): never => {
    throw new Error(`the bank ended before it was to; ${logPath} has its last words`);
  });
  failed.catch(() => undefined); // Whoever waits for the bank learns of it.
  const { host, port, publicKey } = await Promise.race([answer(child, "listening"), failed]);
  return {
    ...{ host, port, publicKey: decodeHex(publicKey), pid: child.pid! },
    startMs: performance.now() - startedAt,
    async figures() {
      const answered = answer(child, "figures");
      child.send("figures");
      return (await Promise.race([answered, failed])).figures;
    },
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** The next message of this type. */
function answer<T extends ParentMessage["type"]>(
  child: ChildProcess,
  type: T,
): Promise<Extract<ParentMessage, { type: T }>> {
  return new Promise((resolve) => {
    const take = (message: unknown): void => {
      const told = message as ParentMessage;
      if (told.type !== type) return;
      child.off("message", take);
      resolve(told as Extract<ParentMessage, { type: T }>);
    };
    child.on("message", take);
  });
}
