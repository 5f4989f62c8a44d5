/**
 * The set-up that every command needs first: dependencies, the right Node, the build.
 *
 * What is done already is skipped without a word, within a few milliseconds. What is not is done
 * by one process at a time, however many were started.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { build, isBuilt } from "./build.mjs";
import { dependenciesAreInstalled, installDependencies, lacksNode } from "./dependencies.mjs";
import {
  EXIT_ENVIRONMENT,
  EnvironmentError,
  moveToRightNode,
  refuseAncientNode,
  ROOT,
  runsTheProgram,
} from "./node-runtime.mjs";
import { withLock } from "./setup-lock.mjs";

const LOCK = join(ROOT, ".setup-lock");

/**
 * Installs the dependencies if needed, and goes on under the right Node: where that is another
 * one, `script` is started again under it, and this call does not return.
 * @param {string} script path of the script that was started
 */
export async function setUp(script, args = process.argv.slice(2)) {
  refuseAncientNode();
  if (!isInstalled()) await exclusively(installUnlessDone);
  await moveToRightNode(script, args);
}

/** Builds dist/ if a source has changed. Only after `setUp`, whose Node and esbuild it needs. */
export async function ensureBuilt() {
  if (isBuilt()) return;
  await exclusively(async () => {
    if (isBuilt()) return;
    say("Building ...");
    await build();
  });
}

/**
 * Runs `main`; an error about this machine becomes one plain line and an exit code of its own.
 * @param {() => Promise<void>} main
 */
export async function reportingEnvironment(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    say(error.message);
    process.exit(EXIT_ENVIRONMENT);
  }
}

/**
 * Progress is for people, so it goes to stderr.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

const isInstalled = () => dependenciesAreInstalled() && !lacksNode();

async function installUnlessDone() {
  if (isInstalled()) return;
  const again = existsSync(join(ROOT, "node_modules"));
  say(`Installing the dependencies${again ? " that changed" : ""} (npm, once; a minute or so) ...`);
  if (!runsTheProgram()) {
    say(
      `Warnings about Node ${process.versions.node} (EBADENGINE) are harmless: ` +
        "it only installs, and the program runs on a Node that is being installed with it.",
    );
  }
  await installDependencies();
}

/** @param {() => Promise<void>} work */
function exclusively(work) {
  return withLock(LOCK, work, () => say("Waiting for another start to finish setting up ..."));
}
