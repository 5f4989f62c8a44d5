/** `npm run check`: format, lint and types. Each gets one line; what one finds is shown in full. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ROOT } from "./node-runtime.mjs";
import { packageProgram } from "./package-program.mjs";
import { reportingEnvironment, setUp } from "./setup.mjs";

/** @type {readonly [name: string, program: string, command: string, ...args: string[]][]} */
const CHECKS = [
  ["format", "oxfmt", "oxfmt", "--check"],
  ["lint", "oxlint", "oxlint", "--type-aware", "--deny-warnings"],
  ["types", "typescript", "tsc", "-p", "tsconfig.json"],
  ["types of web", "typescript", "tsc", "-p", "web/tsconfig.json"],
];

await reportingEnvironment(async () => {
  await setUp(fileURLToPath(import.meta.url));
  let failures = 0;
  for (const [name, program, command, ...args] of CHECKS) {
    const { code, output } = await runQuietly(packageProgram(program, command), args);
    process.stdout.write(code === 0 ? `${name}: ok\n` : `${name}: FAILED\n${output}\n`);
    if (code !== 0) failures += 1;
  }
  process.exitCode = failures === 0 ? 0 : 1;
});

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function runQuietly(program, args) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}
