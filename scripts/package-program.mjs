/** Finds the program that an installed package brings, to run it under this Node, with no shell. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./node-runtime.mjs";

/**
 * Path of the script behind a package's command.
 * @param {string} name of the package
 * @param {string} [command] where it is not the package's name
 */
export function packageProgram(name, command = name, root = ROOT) {
  const folder = join(root, "node_modules", name);
  /** @type {{ bin: string | { [command: string]: string } }} */
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const script = typeof bin === "string" ? bin : bin[command];
  if (script === undefined) throw new Error(`the package ${name} has no command ${command}`);
  return join(folder, script);
}
