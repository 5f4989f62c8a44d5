/** Logging in at the page to an account that has a second factor, in a real browser. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { launchBrowser } from "../browser.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import {
  expectAccessible,
  fillCredentials,
  heading,
  lineState,
  openAtm,
  saying,
  signUp,
  type Protocol,
} from "./atm-pages.ts";
import { enrolAt } from "./authenticator.ts";
import { startBankProgram } from "./program.ts";

const PASSWORD = "SecurePass123";

/** Several programs and a browser are slow where others work, too: when to give up on a hang. */
vi.setConfig({ testTimeout: 120_000 });

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Alice has a second factor, and stands at the log-in of an ATM. */
async function arrive(protocol: Protocol, ...options: string[]) {
  const folder = temporaryFolder();
  const bank = { ...(await startBankProgram(folder, ...options)), folder };
  const { page, url } = await openAtm(browser, bank, protocol);
  await signUp(page, "alice", PASSWORD);
  const factor = await enrolAt({ url, port: bank.port }, "alice", PASSWORD);
  return { bank, page, ...factor };
}

it("row 37: a password alone opens nothing, and a code or a recovery code does", async () => {
  const { page, authenticator, recoveryCodes } = await arrive("modern");
  await fillCredentials(page, "alice", PASSWORD);
  await saying(page, "Enter your code");
  expect(await page.locator("#code").getAttribute("autocomplete")).toBe("one-time-code");
  expect(await page.locator("#code").getAttribute("inputmode")).toBe("numeric");
  expect(await page.evaluate("document.activeElement?.id")).toBe("code");
  expect(await page.content()).not.toContain(PASSWORD);
  expect(await page.locator("input[type=password]").count()).toBe(0);
  await expectAccessible(page);

  await page.keyboard.type(authenticator.wrong());
  await page.keyboard.press("Enter");
  await saying(page, "That code is not right");
  await expectAccessible(page);
  await page.keyboard.type(authenticator.next()); // Over the wrong one, which is selected.
  await page.keyboard.press("Enter");
  await page.waitForURL("**/action");
  await lineState(page, "Secured");

  await page.click("#log-out");
  await page.click("#finish");
  await fillCredentials(page, "alice", PASSWORD);
  await page.click("#other-code");
  expect(await page.locator("#code").getAttribute("inputmode")).toBe("text");
  await page.fill("#code", recoveryCodes[0]!.toLowerCase());
  await page.click("#submit");
  await page.waitForURL("**/action");
});

it("a log-in that is left at the code is over at the bank, too", async () => {
  const { bank, page } = await arrive("modern");
  await fillCredentials(page, "alice", PASSWORD);
  await saying(page, "Enter your code");
  await page.click("#back");
  expect(await heading(page)).toBe("Log in");
  expect(await page.inputValue("#username")).toBe("alice");
  expect(await page.inputValue("#password")).toBe("");
  await lineState(page, "No session");
  await bank.printed(/alice': code_required\n\[DISCONNECTED\]/);
});

it("a bank that waits no longer for a code is told of, and the password is gone", async () => {
  const { page } = await arrive("modern", "--login-timeout", "5");
  await fillCredentials(page, "alice", PASSWORD);
  await saying(page, "Enter your code");
  await saying(page, "The line closed before a code came");
  expect(await page.inputValue("#password")).toBe("");
  await expectAccessible(page);
});

it("classic says why it may have failed, and leads on to the modern protocol", async () => {
  const { page } = await arrive("classic");
  await fillCredentials(page, "alice", PASSWORD);
  await saying(page, "Authentication Failed");
  await saying(page, "the account has a second factor");
  await expectAccessible(page);
  await page.click("#use-modern");
  expect(await page.isChecked("#protocol-modern")).toBe(true);
  expect(await page.getByTestId("problem").count()).toBe(0);
  await page.click("#submit"); // What was entered is still there.
  await saying(page, "Enter your code");
});
