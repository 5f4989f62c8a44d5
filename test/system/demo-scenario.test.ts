/**
 * The demonstration of the original system, its eight cases with their expected texts, in a real
 * browser: a bank and two ATMs as processes of their own, two tabs, two customers.
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../browser.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import {
  expectAccessible,
  fillCredentials,
  goToSignUp,
  heading,
  logIn,
  nextTransaction,
  openAtm,
  signUp,
  transact,
  type AtmPage,
  type Protocol,
} from "./atm-pages.ts";
import { startBankProgram } from "./program.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** A bank in a folder of its own, and an ATM of it in a tab. */
async function openBankAndAtm(protocol: Protocol) {
  const folder = temporaryFolder();
  const bank = await startBankProgram(folder);
  const opened: AtmPage = await openAtm(browser, { port: bank.port, folder }, protocol);
  return { bank, folder, ...opened };
}

describe.for(["classic", "modern"] as const)("the original's demonstration over %s", (protocol) => {
  it("runs through its eight cases in two tabs", { timeout: 120_000 }, async () => {
    const { bank, folder, page, url } = await openBankAndAtm(protocol);

    // Case 1: user registration. Redirected to the login page with a success message.
    await signUp(page, "alice", "SecurePass123");
    expect(new URL(page.url()).pathname).toBe("/");

    // Case 2: user login. The transaction page displays with the user's name.
    await logIn(page, "alice", "SecurePass123");
    expect(await page.getByTestId("username").innerText()).toBe("alice");

    // Cases 3 to 6: balance, deposit, withdrawal, insufficient funds.
    await transact(page, "balance", null, "Current Balance: $0");
    await nextTransaction(page);
    await transact(page, "deposit", 1_000, "Deposited $1000. New Balance: $1000");
    await nextTransaction(page);
    await transact(page, "withdraw", 300, "Withdrew $300. New Balance: $700");
    await nextTransaction(page);
    await transact(page, "withdraw", 10_000, "Insufficient funds");
    await nextTransaction(page);

    // Case 7: multiple clients. Both work independently, at the same time.
    const { page: second, url: secondUrl } = await openAtm(
      browser,
      { port: bank.port, folder },
      protocol,
    );
    expect(secondUrl).not.toBe(url);
    await signUp(second, "bob", "AnotherPass456");
    await logIn(second, "bob", "AnotherPass456");
    await Promise.all([
      transact(page, "deposit", 50, "Deposited $50. New Balance: $750"),
      transact(second, "deposit", 20, "Deposited $20. New Balance: $20"),
    ]);
    expect(await second.getByTestId("username").innerText()).toBe("bob");

    // Case 8: audit logs. Log entries with timestamps and actions, once the server is stopped.
    bank.child.kill("SIGINT");
    expect(await bank.ended).toBe(0);
    expect(auditLines(folder)).toEqual([
      "the bank\tstart",
      "alice\tsignup",
      "alice\tlogin",
      "alice\tbalance",
      "alice\tdeposit",
      "alice\twithdraw",
      "alice\twithdraw: insufficient_funds",
      "bob\tsignup",
      "bob\tlogin",
      expect.stringMatching(/^(alice|bob)\tdeposit$/),
      expect.stringMatching(/^(alice|bob)\tdeposit$/),
      "the bank\tstop",
    ]);
    expect(existsSync(join(folder, "audit_log.enc"))).toBe(true);
  });
});

/** The audit's names and actions, after a look at every time. */
const auditLines = (folder: string): string[] =>
  readFileSync(join(folder, "audit_log_unencrypted.txt"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [who, action, time] = line.split("\t");
      expect(time).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
      return `${who}\t${action}`;
    });

describe.for(["classic", "modern"] as const)("the page over %s", (protocol) => {
  it("says what went wrong, keeps what was entered, guards the transactions", async () => {
    const { page, url } = await openBankAndAtm(protocol);

    await page.goto(`${url}/action`);
    await page.getByText("Error: Please log in first.").first().waitFor();
    await signUp(page, "alice", "SecurePass123");
    await fillCredentials(page, "alice", "wrong password");
    await page.getByText("Authentication Failed").first().waitFor();
    expect(await page.inputValue("#username")).toBe("alice");
    expect(await page.title()).toMatch(/^Error: /);

    await goToSignUp(page);
    await fillCredentials(page, "alice", "SecurePass123");
    await page.getByText("Username already exists").first().waitFor();
  });

  it("ends the session with a reload, and leaves no secret behind", async () => {
    const { page } = await openBankAndAtm(protocol);
    await signUp(page, "alice", "SecurePass123");
    await logIn(page, "alice", "SecurePass123");
    await page.reload();
    await page.locator("#username").waitFor();
    const kept = await page.evaluate(
      "JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])",
    );
    expect(kept).not.toContain("SecurePass123");
    expect(kept).not.toContain("alice");
  });

  it("says that the outcome is unknown when the line is lost during a change", async () => {
    const { bank, page } = await openBankAndAtm(protocol);
    await signUp(page, "alice", "SecurePass123");
    await logIn(page, "alice", "SecurePass123");
    await page.click("#choose-deposit");
    await page.fill("#amount", "20");
    await page.click("#continue");
    bank.child.kill("SIGSTOP"); // The bank takes the request and does not answer …
    await page.click("#confirm");
    await page.getByText("Waiting for the bank").first().waitFor();
    bank.child.kill("SIGKILL"); // … and then it is gone.
    await page
      .getByText(/unknown/i)
      .first()
      .waitFor();
    expect(await heading(page)).toMatch(/unknown/i);
  });

  it(
    "can be used by keyboard alone, with no fault that axe knows",
    { timeout: 120_000 },
    async () => {
      const { page } = await openBankAndAtm(protocol);
      await signUp(page, "alice", "SecurePass123");
      expect(await page.inputValue("#username")).toBe("alice"); // From the sign-up.
      await page.locator("#username").focus();
      await page.keyboard.press("Tab");
      await page.keyboard.type("SecurePass123");
      await page.keyboard.press("Enter");
      await page.waitForURL("**/action");
      await expectAccessible(page);
      await page.locator("#choose-deposit").focus();
      await page.keyboard.press("Enter");
      await page.locator("#amount").waitFor();
      await expectAccessible(page);
      await page.keyboard.type("250");
      expect(await page.inputValue("#amount")).toBe("250");
      await page.keyboard.press("Enter");
      await page.locator("#confirm").waitFor();
      await expectAccessible(page);
      await page.locator("#confirm").focus();
      await page.keyboard.press("Enter");
      await page.getByText("Deposited $250. New Balance: $250").first().waitFor();
      await expectAccessible(page);
      expect(await page.locator("#status").innerText()).toContain("Deposited $250");
    },
  );
});

it("fits windows from 320 to 1,280 pixels, light and dark", async () => {
  const { page } = await openBankAndAtm("modern");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [320, 360, 768, 1_280]) {
      await page.setViewportSize({ width, height: 740 });
      const overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      expect(overflow).toBeLessThanOrEqual(0);
      // The number that the system gave the ATM has five digits, and still the switch stays on top.
      const plate = await page.getByTestId("atm-number").boundingBox();
      const themeSwitch = await page.locator("#theme-switch").boundingBox();
      expect(themeSwitch!.y).toBeLessThan(plate!.y);
    }
    await expectAccessible(page);
  }
});
