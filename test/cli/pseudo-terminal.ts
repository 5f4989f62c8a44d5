/**
 * A program on a terminal of its own: a real one of the system, made by `script` of util-linux,
 * which every Debian has. What is typed is echoed by the terminal itself, unless the program has
 * told it not to; Ctrl+C is a signal, unless the program has asked for the key.
 */

import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";

export const KEYS = { ctrlC: "\u0003", ctrlD: "\u0004", enter: "\r" } as const;

/** The cursor goes somewhere, and what is behind it is wiped out. */
const MOVES = /\u001B\[\d*[GJK]/g;

export type PseudoTerminal = {
  type: (keys: string) => void;
  /** All that it has shown so far. */
  shown: () => string;
  /**
   * The next match behind what was waited for before, where the cursor's moves do not count.
   * Rejects if the program ends without.
   */
  shows: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** The window gets another width; the program is signalled. */
  resize: (columns: number) => void;
  /** How it ended: its exit code, and whether the terminal is set as it was before. */
  ended: Promise<{ code: number | null; isRestored: boolean }>;
};

/** @throws Error where there is no `script` that makes terminals so. */
export function onTerminal(
  [program, ...args]: readonly [string, ...string[]],
  { columns = 80, environment = {} }: { columns?: number; environment?: NodeJS.ProcessEnv } = {},
): PseudoTerminal {
  demandScript();
  const folder = temporaryFolder();
  // The shell outlives Ctrl+C, to tell how the program left the terminal.
  const steps = [
    `trap : INT; stty cols ${columns} rows 50; tty > tty; stty -g > before`,
    '"$PROGRAM_UNDER_TEST" "$@"',
    "code=$?; stty -g > after; exit $code",
  ];
  const quoted = [steps.join("\n"), "terminal", ...args].map(quote).join(" ");
  const { NO_COLOR: _, ...ours } = process.env;
  const child = spawn("script", ["-qefc", `sh -c ${quoted}`, "-E", "always", "/dev/null"], {
    cwd: folder,
    env: { ...ours, TERM: "xterm-256color", PROGRAM_UNDER_TEST: program, ...environment },
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let shown = "";
  let seen = 0;
  let hasEnded = false;
  let wake = (): void => undefined;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
    wake();
  });
  child.stdin.on("error", () => undefined); // It may end before all is typed.
  const ended = new Promise<{ code: number | null; isRestored: boolean }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      hasEnded = true;
      wake();
      const settings = ["before", "after"].map((name) => readIfThere(join(folder, name)));
      resolve({ code, isRestored: settings[0] !== null && settings[0] === settings[1] });
    });
  });
  return {
    ...{ ended, shown: () => shown },
    type: (keys) => void child.stdin.write(keys),
    async shows(pattern) {
      for (;;) {
        const match = pattern.exec(shown.replaceAll(MOVES, "").slice(seen));
        if (match !== null) {
          seen += match.index + match[0].length;
          return match;
        }
        if (hasEnded) throw new Error(`it has ended, and ${pattern} never came: ${shown}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    resize(wide) {
      const device = readFileSync(join(folder, "tty"), "utf8").trim();
      execFileSync("stty", ["-F", device, "cols", String(wide)]);
    },
  };
}

/** Who was killed at the end of a failed test has left nothing. */
const readIfThere = (path: string): string | null =>
  existsSync(path) ? readFileSync(path, "utf8") : null;

const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

function demandScript(): void {
  try {
    const version = execFileSync("script", ["--version"], { encoding: "utf8", stdio: "pipe" });
    if (version.includes("util-linux")) return;
  } catch {
    // Said below.
  }
  throw new Error("these tests need `script` of util-linux: on Debian, apt-get install bsdutils");
}
