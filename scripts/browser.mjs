/** The browser that the tests drive: finds an installed one, or installs Chromium. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import { EnvironmentError, run } from "./node-runtime.mjs";
import { packageProgram } from "./package-program.mjs";

const VARIABLE = "SECURE_ATM_BROWSER";
const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
  "microsoft-edge",
  "microsoft-edge-stable",
];
const MAC_APPLICATIONS = ["Google Chrome", "Chromium", "Microsoft Edge"];
const WINDOWS_PROGRAMS = [
  ["Google", "Chrome", "Application", "chrome.exe"],
  ["Chromium", "Application", "chrome.exe"],
  ["Microsoft", "Edge", "Application", "msedge.exe"],
];
const APT_WAIT_SECONDS = 300;

/**
 * Path of a Chromium, Chrome or Edge that starts; SECURE_ATM_BROWSER goes before all others.
 * @returns {string | undefined}
 * @throws EnvironmentError if SECURE_ATM_BROWSER names none
 */
export function findBrowser(environment = process.env, platform = process.platform) {
  const chosen = environment[VARIABLE];
  if (chosen) {
    if (starts(chosen, platform)) return chosen;
    throw new EnvironmentError(`${VARIABLE} is ${chosen}, which is no browser that starts.`);
  }
  return [...candidates(environment, platform), chromium.executablePath()].find((path) =>
    starts(path, platform),
  );
}

/**
 * As `findBrowser`, but installs Chromium where there is none.
 * @param {(line: string) => void} say
 * @returns {Promise<string>}
 * @throws EnvironmentError if that fails, saying what to do
 */
export async function ensureBrowser(say) {
  const found = findBrowser();
  if (found !== undefined) return found;
  say("The tests need a browser, and there is none here: installing Chromium ...");
  for (const install of [installFromDebian, installFromPlaywright]) {
    await install();
    const installed = findBrowser();
    if (installed !== undefined) return installed;
  }
  throw new EnvironmentError(
    "There is no browser for the tests, and Chromium could not be installed (see above). " +
      `Install Chrome, Chromium or Edge, or set ${VARIABLE} to the path of one.`,
  );
}

/**
 * Where each system keeps its browsers, most likely first.
 * @param {NodeJS.ProcessEnv} environment
 * @param {NodeJS.Platform} platform
 */
export function candidates(environment, platform) {
  if (platform === "darwin") {
    return ["/Applications", join(environment.HOME ?? "", "Applications")].flatMap((folder) =>
      MAC_APPLICATIONS.map((name) => join(folder, `${name}.app`, "Contents", "MacOS", name)),
    );
  }
  if (platform === "win32") {
    const { PROGRAMFILES, LOCALAPPDATA, "PROGRAMFILES(X86)": PROGRAMFILES_32 } = environment;
    return [PROGRAMFILES, PROGRAMFILES_32, LOCALAPPDATA].flatMap((folder) =>
      folder === undefined ? [] : WINDOWS_PROGRAMS.map((path) => join(folder, ...path)),
    );
  }
  const folders = (environment.PATH ?? "").split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/**
 * A file under a browser's name need not be one: Ubuntu's only asks to install something else.
 * Asked on Linux alone, since elsewhere a browser may answer by opening a window.
 * @param {string} path
 * @param {NodeJS.Platform} platform
 */
function starts(path, platform) {
  if (!existsSync(path)) return false;
  if (platform !== "linux") return true;
  return spawnSync(path, ["--version"], { stdio: "ignore", timeout: 30_000 }).status === 0;
}

/** Debian's package brings the libraries that Chromium needs as well, but takes root. */
async function installFromDebian() {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  const options = {
    stdio: /** @type {import("node:child_process").StdioOptions} */ (["ignore", 2, "inherit"]),
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  };
  const wait = ["-o", `DPkg::Lock::Timeout=${APT_WAIT_SECONDS}`];
  await run("apt-get", [...wait, "-qq", "update"], options);
  const install = ["-qq", "install", "-y", "--no-install-recommends", "chromium"];
  await run("apt-get", [...wait, ...install], options);
}

async function installFromPlaywright() {
  const program = packageProgram("playwright-core");
  await run(process.execPath, [program, "install", "chromium"], {
    stdio: ["ignore", 2, "inherit"],
  });
}
