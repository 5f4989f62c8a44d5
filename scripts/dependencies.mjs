/** The dependencies: whether node_modules is what package-lock.json asks for, and making it so. */
import { existsSync, readFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { EnvironmentError, pinnedNode, ROOT, run, runsTheProgram } from "./node-runtime.mjs";

/**
 * @typedef {{ version?: string, optional?: boolean, devOptional?: boolean }} LockedPackage
 * @typedef {{ [path: string]: LockedPackage }} LockedPackages
 */

/** Whether every package that the lock file asks for is installed, and a Node to run them. */
export function dependenciesAreInstalled(root = ROOT) {
  const wanted = readLock(join(root, "package-lock.json"));
  // npm writes this as the last step of an installation, so a broken-off one has none.
  const installed = readLock(join(root, "node_modules", ".package-lock.json"));
  if (wanted === undefined) throw new EnvironmentError(`there is no package-lock.json in ${root}`);
  if (installed === undefined) return false;
  return isInstalled(wanted, installed);
}

/**
 * @param {LockedPackages} wanted
 * @param {LockedPackages} installed
 */
export function isInstalled(wanted, installed) {
  return Object.entries(wanted).every(([path, { version, optional, devOptional }]) => {
    if (path === "") return true;
    const found = installed[path];
    // Optional packages are mostly other platforms' binaries: right if present, no loss if absent.
    if (found === undefined) return optional === true || devOptional === true;
    return found.version === version;
  });
}

/**
 * Installs the locked dependencies.
 * @throws EnvironmentError if there is no npm, or npm fails
 */
export async function installDependencies(root = ROOT) {
  const [command, ...npm] = findNpm();
  const args = [...npm, ...installCommand(root), "--include=dev", "--no-audit", "--no-fund"];
  // What npm says goes to stderr: stdout belongs to the command that is about to run.
  const { code } = await run(command, args, { cwd: root, stdio: ["ignore", 2, "inherit"] });
  if (code !== 0) {
    throw new EnvironmentError(
      "npm could not install the dependencies (its words are above). " +
        "Check the network or the registry, then start again.",
    );
  }
}

/** Whether the set-up still lacks the Node that it would move to. */
export const lacksNode = (root = ROOT) => !runsTheProgram() && pinnedNode(root) === undefined;

/**
 * `npm ci` deletes node_modules first, which Windows refuses while a program from there runs: the
 * Node that executes this line may be one. `npm install --no-save` changes only what differs.
 * @param {string} root
 */
function installCommand(root) {
  const ownNodeRuns = process.execPath.startsWith(join(root, "node_modules"));
  return process.platform === "win32" && ownNodeRuns ? ["install", "--no-save"] : ["ci"];
}

/**
 * How to start npm without a shell: as a script of the Node that npm runs on wherever it can be
 * found, since npm on Windows is a batch file that needs a shell.
 * @returns {[string, ...string[]]}
 */
export function findNpm(environment = process.env, execPath = process.execPath) {
  const { npm_execpath: running, npm_node_execpath: node } = environment;
  if (running !== undefined && basename(running) === "npm-cli.js" && existsSync(running)) {
    return [node ?? execPath, running];
  }
  const script = join("node_modules", "npm", "bin", "npm-cli.js");
  const folders = (environment.PATH ?? environment.Path ?? "").split(delimiter);
  const places = process.platform === "win32" ? [dirname(execPath), ...folders] : [];
  const found = places.map((place) => join(place, script)).find((path) => existsSync(path));
  if (found !== undefined) return [execPath, found];
  if (process.platform !== "win32" && folders.some((place) => existsSync(join(place, "npm")))) {
    return ["npm"];
  }
  throw new EnvironmentError(
    "there is no npm on the path: it comes with Node, https://nodejs.org.",
  );
}

/**
 * @param {string} file
 * @returns {LockedPackages | undefined} undefined if there is no such file
 */
function readLock(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : undefined;
}
