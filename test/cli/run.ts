/** Runs `secure-atm`, as it is built, as a process of its own, to its end. */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { PROGRAM } from "../built-program.ts";

export type Run = { code: number | string | null; stdout: string; stderr: string };

export function run(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? null), stdout, stderr });
    });
  });
}

/** Runs it with a reader that goes away at once. */
export async function runUnread(...args: string[]): Promise<{ code: number; stderr: string }> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [number];
  return { code, stderr };
}
