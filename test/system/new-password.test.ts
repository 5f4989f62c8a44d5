/** Row 25: what the page says of a new password, before it is sent and after, in a real browser. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { launchBrowser } from "../browser.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import {
  expectAccessible,
  fillCredentials,
  goToSignUp,
  logIn,
  openAtm,
  saying,
} from "./atm-pages.ts";
import { startBankProgram } from "./program.ts";

const GOOD = "seven brass lanterns hum";
/** Where the list of common passwords is, after the script that the page starts with. */
const LATER_SCRIPT = /\/dist-\w+\.js$/;

/** Several programs and a browser are slow where others work, too: when to give up on a hang. */
vi.setConfig({ testTimeout: 120_000 });

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function arrive(protocol: "modern" | "classic", ...options: string[]) {
  const folder = temporaryFolder();
  const bank = { ...(await startBankProgram(folder, ...options)), folder };
  const { page } = await openAtm(browser, bank, protocol);
  const scripts: string[] = [];
  page.on("request", (request) => void scripts.push(request.url()));
  return { page, isLoaded: () => scripts.some((url) => LATER_SCRIPT.test(url)) };
}

/** Types a password, and waits until the page says so of it. */
async function judged(page: Page, field: string, typed: string, said: string): Promise<void> {
  await page.fill(`#${field}`, typed);
  await page.locator(`#${field}-verdict`).getByText(said).waitFor();
}

it("judges a password while it is typed, by this bank's rules, and sends no bad one", async () => {
  const { page, isLoaded } = await arrive("modern", "--passwords", "strict");
  await goToSignUp(page);
  await page.fill("#username", "alice.liddell");
  expect(isLoaded()).toBe(false);
  await page.focus("#password");
  await saying(page, "15 to 128 characters of any kind.");
  await judged(page, "password", "fourteen chars", "must have at least 15 characters");
  await judged(page, "password", "Alice.Liddell 2026", "little more than your user name");
  await judged(page, "password", "my secure-atm 26", "little more than the bank's name");
  await judged(page, "password", "PasswordPassword", "those that are guessed first");
  expect(isLoaded()).toBe(true);
  await expectAccessible(page);
  let lines = 0;
  page.on("websocket", () => (lines += 1));
  await page.click("#submit");
  await page.locator("#password-error").getByText("guessed first").waitFor();
  await expectAccessible(page);
  expect(lines).toBe(0);
  await judged(page, "password", GOOD, "This password can be used.");
  await page.click("#submit");
  await saying(page, "Signup Successful");
  expect(lines).toBe(1);
});

it("leaves it to the bank where the list cannot be loaded, and tells its reason", async () => {
  const { page } = await arrive("modern", "--passwords", "demo");
  await page.route(LATER_SCRIPT, (route) => route.abort());
  await goToSignUp(page);
  await fillCredentials(page, "alice", "football");
  await page.locator("#password-error").getByText("guessed first").waitFor();
  await fillCredentials(page, "alice", GOOD);
  await saying(page, "Signup Successful");
  await logIn(page, "alice", GOOD);
  await page.click("#choose-password");
  await page.fill("#old-password", GOOD);
  await page.fill("#new-password", "FOOTBALL");
  await page.keyboard.press("Enter");
  await page.locator("#new-password-error").getByText("guessed first").waitFor();
  await page.fill("#old-password", GOOD);
  await page.fill("#new-password", "nine copper kettles sing");
  await page.keyboard.press("Enter");
  await saying(page, "Your new password is in use.");
  expect(await page.content()).not.toContain("copper");
});

it("judges the new password of a customer by the same rules", async () => {
  const { page, isLoaded } = await arrive("modern", "--passwords", "demo");
  await goToSignUp(page);
  await fillCredentials(page, "alice", GOOD);
  await saying(page, "Signup Successful");
  await page.reload();
  await logIn(page, "alice", GOOD);
  await page.click("#choose-password");
  await saying(page, "8 to 128 characters of any kind.");
  await judged(page, "new-password", "football", "those that are guessed first");
  expect(isLoaded()).toBe(true);
  await judged(page, "new-password", "alice 12", "little more than your user name");
  await judged(page, "new-password", "eight ch", "This password can be used.");
  await expectAccessible(page);
});

it("in classic says what the bank says, and refuses what no bank takes", async () => {
  const { page } = await arrive("classic", "--passwords", "strict");
  await goToSignUp(page);
  await page.fill("#username", "alice");
  await judged(page, "password", "sevench", "must have at least 8 characters");
  await fillCredentials(page, "alice", "fourteen chars");
  await saying(page, "the password is too short");
  expect(await page.locator("#password-error").count()).toBe(0); // It is the bank's own text.
  await fillCredentials(page, "alice", GOOD);
  await saying(page, "Signup Successful");
});
