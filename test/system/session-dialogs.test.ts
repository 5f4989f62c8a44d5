/** What the page asks and tells in the middle of a session, in a real browser. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { launchBrowser } from "../browser.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import {
  expectAccessible,
  expectAccessibleInBoth,
  fillCredentials,
  logIn,
  nextTransaction,
  openAtm,
  saying,
  signUp,
  transact,
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

async function arrive(...options: string[]) {
  const folder = temporaryFolder();
  const bank = { ...(await startBankProgram(folder, ...options)), folder };
  const { page, url } = await openAtm(browser, bank, "modern");
  await signUp(page, "alice", PASSWORD);
  await logIn(page, "alice", PASSWORD);
  return { page, url, port: bank.port };
}

it("row 43: a large sum goes once its customer has typed the password again", async () => {
  const { page } = await arrive("--confirm-above", "50");
  await transact(page, "deposit", 200, "Deposited $200. New Balance: $200");
  await nextTransaction(page);
  await page.click("#choose-withdraw");
  await page.fill("#amount", "60");
  await page.click("#continue");
  await page.click("#confirm");
  await page.fill("#confirm-password", "a guess");
  await page.keyboard.press("Enter");
  await page.getByText("That is not your password.").waitFor();
  await expectAccessibleInBoth(page);
  await page.fill("#confirm-password", PASSWORD);
  await page.keyboard.press("Enter");
  await saying(page, "Withdrew $60. New Balance: $140");
  expect(await page.locator("dialog").count()).toBe(0);
});

it("row 43: a factor turned on elsewhere ends this session, and the next asks for it", async () => {
  const { page, ...bank } = await arrive("--confirm-above", "50");
  await transact(page, "deposit", 200, "Deposited $200. New Balance: $200");
  await nextTransaction(page);
  const { recoveryCodes } = await enrolAt(bank, "alice", PASSWORD);
  await saying(page, "The bank ended your session.");
  await page.click("#finish");
  await fillCredentials(page, "alice", PASSWORD);
  await page.fill("#code", recoveryCodes[0]!);
  await page.click("#submit");
  await page.click("#choose-withdraw");
  await page.fill("#amount", "60");
  await page.click("#continue");
  await page.click("#confirm");
  await page.fill("#confirm-password", PASSWORD);
  await page.fill("#confirm-code", recoveryCodes[1]!);
  await expectAccessibleInBoth(page);
  await page.keyboard.press("Enter");
  await saying(page, "Withdrew $60. New Balance: $140");
  expect(await page.locator("dialog").count()).toBe(0);
  await nextTransaction(page);
  await page.click("#choose-password");
  await page.fill("#old-password", PASSWORD);
  await page.fill("#new-password", "a new and better one");
  await page.fill("#code", recoveryCodes[2]!);
  await page.click("#submit");
  await saying(page, "Your new password is in use.");
});

it("row 39: a session is warned of its end, goes on by one key, and explains its end", async () => {
  const { page } = await arrive("--idle-timeout", "8");
  await page.click("#choose-deposit");
  await page.fill("#amount", "12");
  await page.locator("dialog").getByText("Stay").waitFor();
  await page.keyboard.press("Enter");
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.locator("dialog").getByText("Stay").waitFor();
  await page.keyboard.press("Escape"); // The dialog's key, not the keypad's behind it.
  await page.locator("dialog").waitFor({ state: "detached" });
  expect(await page.inputValue("#amount")).toBe("12");
  await saying(page, "Nothing was asked for a while");
  expect(await page.locator("dialog").count()).toBe(0);
  expect(await page.content()).not.toContain(PASSWORD);
});

it("row 39: both warnings can be used by all, in the dark and in the light", async () => {
  // Both at once, since each is waited for, half a session long.
  const left = await Promise.all([
    dialogsAfterUsing("--idle-timeout", "Stay logged in"),
    dialogsAfterUsing("--session-max", "I see"),
  ]);
  expect(left).toEqual([0, 0]);
});

async function dialogsAfterUsing(option: string, button: string): Promise<number> {
  const { page } = await arrive(option, "30");
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "no-preference" });
  const agree = page.locator("dialog").getByRole("button", { name: button });
  await agree.waitFor();
  await expectAccessible(page);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await expectAccessible(page);
  await agree.press("Enter");
  await page.locator("dialog").waitFor({ state: "detached" });
  return page.locator("dialog").count();
}
