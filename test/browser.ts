/** A real browser for the tests: the installed one, without a window, with an empty profile. */
import { type Browser, chromium } from "playwright-core";
import { findBrowser } from "../scripts/browser.mjs";

const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  // A test's traffic is the test's alone: the browser asks its maker for nothing.
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts a browser; the caller closes it.
 * @throws if no browser is installed, which `npm test` sees to
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error("no browser: `npm test` installs one");
  // Chromium's sandbox refuses to run as root, and root is what containers have.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, headless: true, args: [...sandbox, ...FLAGS] });
}
