/** `secure-atm` as a process of its own: as it is built, watched by what it prints. */

import { spawn, type ChildProcess } from "node:child_process";
import { onTestFinished } from "vitest";
import { PROGRAM } from "../built-program.ts";

export type Program = {
  child: ChildProcess;
  /** All that it has printed so far, on both streams. */
  output: () => string;
  /** The first match in what it prints; rejects if it ends before. */
  printed: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** How it ended: its exit code, or the signal. */
  ended: Promise<number | NodeJS.Signals | null>;
};

/** Starts it; at the end of the test it is killed if it still runs. */
export function startProgram(...args: string[]): Program {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  const waiting = new Set<() => void>();
  const heard = (text: string): void => {
    output += text;
    for (const look of waiting) look();
  };
  child.stdout.setEncoding("utf8").on("data", heard);
  child.stderr.setEncoding("utf8").on("data", heard);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on("close", (code, signal) => resolve(signal ?? code));
  });
  return {
    ...{ child, ended, output: () => output },
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(output);
          if (match === null) return;
          waiting.delete(look);
          resolve(match);
        };
        waiting.add(look);
        look();
        void ended.then((end) => reject(new Error(`ended with ${end}, having printed: ${output}`)));
      }),
  };
}

/** Starts a bank on a free port with cheap passwords, and resolves when it listens. */
export async function startBankProgram(folder: string, ...args: string[]) {
  const program = startProgram(
    ...["server", "--port", "0", "--data", folder, "--bcrypt-cost", "4", ...args],
  );
  const [, port] = await program.printed(/\[LISTENING\] on 127\.0\.0\.1:(\d+)/);
  return { ...program, port: Number(port) };
}
