#!/usr/bin/env node
/**
 * The one command. It sets up what is missing, sees to it that the right Node runs, and hands over
 * to the program in dist/: in this very process where its Node fits, so that signals and exit codes
 * are the program's own.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { EnvironmentError, ROOT } from "../scripts/node-runtime.mjs";
import { ensureBuilt, reportingEnvironment, setUp } from "../scripts/setup.mjs";

const program = join(ROOT, "dist", "main.js");

await reportingEnvironment(async () => {
  await setUp(fileURLToPath(import.meta.url));
  await ensureBuilt();
  if (!existsSync(program)) throw new EnvironmentError("There is no src/main.ts to run.");
});

// Stack traces name the sources, not the bundle.
process.setSourceMapsEnabled(true);
await import(pathToFileURL(program).href);
