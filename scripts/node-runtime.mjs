/**
 * Which Node runs this project, and how a script that was started under another one moves over.
 *
 * This file and those it imports must parse and run on an old Node: they say what is wrong with it.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Exit codes of the command line: what the environment lacks is told from what the program did. */
export const EXIT_FAILURE = 1;
export const EXIT_ENVIRONMENT = 3;

// The first Node whose node:sqlite is stable enough to carry no warning.
const OLDEST = [24, 15];
// The first Node that npm 10 runs on; npm before 7 cannot read the lock file at all.
const OLDEST_FOR_SET_UP = [18, 17];

const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/** Something that this machine lacks: shown as one plain line, without a stack. */
export class EnvironmentError extends Error {}

/** Whether Node `version` ("24.15.0") runs the program itself. */
export const runsTheProgram = (version = process.versions.node) => isAtLeast(version, OLDEST);

/** Whether Node `version` can at least install what the program needs. */
export const runsTheSetUp = (version = process.versions.node) =>
  isAtLeast(version, OLDEST_FOR_SET_UP);

/** @throws EnvironmentError if Node `version` cannot even run the set-up. */
export function refuseAncientNode(version = process.versions.node) {
  if (runsTheSetUp(version)) return;
  throw new EnvironmentError(
    `Secure ATM needs Node ${OLDEST.join(".")} or newer; this is Node ${version}. ` +
      `From Node ${OLDEST_FOR_SET_UP.join(".")} on it fetches its own.`,
  );
}

/**
 * The Node that comes with the dependencies, or undefined where its makers publish none.
 * @param {string} root the project's folder
 */
export function pinnedNode(root = ROOT, platform = process.platform, arch = process.arch) {
  const system = platform === "win32" ? "win" : platform;
  const binary = platform === "win32" ? "node.exe" : "node";
  const path = join(root, "node_modules", `node-${system}-${arch}`, "bin", binary);
  return existsSync(path) ? path : undefined;
}

/**
 * Returns at once under a Node that runs the program; else runs `script` again under the pinned
 * Node and ends this process as that one ends.
 * @param {string} script path of the script that was started
 * @param {readonly string[]} args
 */
export async function moveToRightNode(script, args) {
  if (runsTheProgram()) return;
  const node = pinnedNode();
  if (node === undefined) {
    throw new EnvironmentError(
      `Secure ATM needs Node ${OLDEST.join(".")} or newer; this is Node ` +
        `${process.versions.node}, and none is packaged for ${process.platform} ${process.arch}. ` +
        "Install Node 24 LTS from https://nodejs.org.",
    );
  }
  await endAs(await run(node, [script, ...args]));
}

/**
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null }} End how a process ended
 */

/**
 * Runs a program to its end with this process's terminal, passing on the signals that ask to stop.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 * @returns {Promise<End>}
 */
export function run(command, args, options = {}) {
  const child = spawn(command, args, { stdio: "inherit", ...options });
  // A terminal sends Ctrl+C to both processes already. On Windows a passed-on SIGINT would kill
  // without asking; there the handler only keeps this process alive until its child has ended.
  const passOn = (/** @type {NodeJS.Signals} */ signal) => {
    if (process.platform !== "win32") child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, passOn);
  return new Promise((resolve, reject) => {
    const settle = () => {
      for (const signal of SIGNALS) process.off(signal, passOn);
    };
    child.once("error", (error) => {
      settle();
      reject(new EnvironmentError(`cannot start ${command}: ${error.message}`));
    });
    child.once("exit", (code, signal) => {
      settle();
      resolve({ code, signal });
    });
  });
}

/**
 * Ends this process as its child ended, so that a caller sees no difference.
 * @param {End} end
 * @returns {Promise<never>}
 */
function endAs({ code, signal }) {
  if (signal === null) process.exit(code ?? EXIT_FAILURE);
  process.kill(process.pid, signal);
  // The signal takes effect on a later turn; nothing else may happen until then.
  return new Promise(() => setInterval(() => {}, 1_000));
}

/**
 * @param {string} version
 * @param {readonly number[]} oldest major, minor
 */
function isAtLeast(version, [major = 0, minor = 0]) {
  const [runningMajor = 0, runningMinor = 0] = version.split(".").map(Number);
  return runningMajor > major || (runningMajor === major && runningMinor >= minor);
}
