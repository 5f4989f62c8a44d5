/**
 * The modern protocol in a real browser: banks and ATMs as processes of their own, two tabs, two
 * customers, and somebody on the way who cuts the line.
 */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { launchBrowser } from "../browser.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import {
  expectAccessible,
  fillCredentials,
  freeAtmNumber,
  goToSignUp,
  heading,
  lineState,
  logIn,
  nextTransaction,
  openAtm,
  openTab,
  prepareTransfer,
  saying,
  signUp,
  startAtm,
  transact,
} from "./atm-pages.ts";
import { startCuttingRelay } from "./cutting-relay.ts";
import { startBankProgram, startProgram } from "./program.ts";

const PASSWORD = "SecurePass123";

/** Several programs and a browser are slow where others work, too: when to give up on a hang. */
vi.setConfig({ testTimeout: 180_000 });

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function startBank(folder = temporaryFolder(), ...args: string[]) {
  return { ...(await startBankProgram(folder, ...args)), folder };
}

/** Signs up, logs in and pays some money in. */
async function arrive(page: Page, username: string, dollars: number): Promise<void> {
  await signUp(page, username, PASSWORD);
  await logIn(page, username, PASSWORD);
  const text = `Deposited $${dollars}. New Balance: $${dollars}`;
  await transact(page, "deposit", dollars, text);
  await nextTransaction(page);
}

/** The amounts of the history's first page, newest first. */
async function history(page: Page): Promise<string[]> {
  await page.click("#choose-history");
  await page.getByTestId("entry").first().waitFor();
  return page
    .locator("[data-testid=entry] .amount-in, [data-testid=entry] .amount-out")
    .allInnerTexts();
}

describe("a transfer between two tabs", () => {
  it("whose line is cut before the answer moves the money once, and both are told", async () => {
    const bank = await startBank();
    const relay = await startCuttingRelay(bank.port);
    const { page: alice } = await openAtm(browser, { ...bank, port: relay.port }, "modern");
    const { page: bob } = await openAtm(browser, bank, "modern");
    await arrive(alice, "alice", 100);
    await arrive(bob, "bob", 50);
    await bob.click("#choose-deposit");
    await bob.locator("#amount").focus();

    await prepareTransfer(alice, { to: "bob", amount: "12.50", memo: "Lunch" });
    const cut = relay.cutNextReply();
    await alice.click("#confirm");
    await cut;
    await saying(alice, "Sent $12.50 to bob. New Balance: $87.50");
    await saying(alice, "The line was lost on the way.");
    await lineState(alice, "Secured");
    expect(await alice.getByTestId("new-balance").innerText()).toBe("$87.50");

    await saying(bob, "alice sent you $12.50");
    expect(await bob.getByTestId("news").innerText()).toContain("Lunch");
    expect(await bob.evaluate("document.activeElement?.id")).toBe("amount");
    await bob.keyboard.press("Escape");
    expect(await history(bob)).toEqual(["+$12.50", "+$50"]);
    await nextTransaction(alice);
    expect(await history(alice)).toEqual(["−$12.50", "+$100"]);
  });

  it("stays unknown until the bank is back, and then has its one outcome", async () => {
    const bank = await startBank();
    const { page } = await openAtm(browser, bank, "modern");
    await signUp(page, "bob", PASSWORD);
    await arrive(page, "alice", 100);
    await prepareTransfer(page, { to: "bob", amount: "40" });
    bank.child.kill("SIGSTOP"); // The bank has the request and does not answer …
    await page.click("#confirm");
    await saying(page, "Waiting for the bank");
    bank.child.kill("SIGKILL"); // … and then it is gone.
    await saying(page, "Unknown, checking");
    await lineState(page, "Reconnecting");
    await saying(page, "Outcome unknown");
    await expectAccessible(page);

    await startBank(bank.folder, "--port", String(bank.port));
    await page.click("#finish");
    await saying(page, "Sent $40 to bob. New Balance: $60");
    await nextTransaction(page);
    expect(await history(page)).toEqual(["−$40", "+$100"]);
  });
});

describe("the bank's key", () => {
  it("that is not proved is refused loudly, and a new one is trusted by its digits", async () => {
    const bank = await startBank();
    const number = await freeAtmNumber();
    const { atm, url } = await startAtm(number, bank.port, bank.folder);
    const page = await openTab(browser, url, "modern");
    await arrive(page, "alice", 10);
    const pinned = await fingerprintOnPage(page);
    bank.child.kill("SIGTERM");
    await bank.ended;
    const other = await startBank(temporaryFolder(), "--port", String(bank.port));
    await saying(page, "This is not your bank"); // The session's own try to connect again.
    expect(await page.getByTestId("pinned").innerText()).toBe(pinned);
    expect(await page.getByTestId("named").innerText()).toBe("the same");
    expect(await page.locator("input").count()).toBe(0);
    await expectAccessible(page);
    expect(other.output()).not.toContain("alice");

    atm.child.kill("SIGTERM");
    await atm.ended;
    const { atm: informed } = await startAtm(number, bank.port, other.folder);
    const [, named = ""] = await informed.printed(/Bank key (.{39})/);
    await page.reload();
    await fillCredentials(page, "alice", PASSWORD);
    await saying(page, "Trust the new key");
    expect(await page.locator("body").innerText()).not.toContain(named);
    expect(await page.locator("input[type=password]").count()).toBe(0);
    await expectAccessible(page);
    await page.fill("#digits", "none");
    await page.click("#trust");
    await saying(page, "These are not the last four digits");
    await page.fill("#digits", named.slice(-4));
    await page.click("#trust");
    await goToSignUp(page);
    await fillCredentials(page, "alice", PASSWORD);
    await saying(page, "Signup Successful");
    expect(await fingerprintOnPage(page)).toBe(named);
  });

  it("that was pinned works on through a rotation, whatever the ATM names since", async () => {
    const bank = await startBank();
    const number = await freeAtmNumber();
    const { atm, url } = await startAtm(number, bank.port, bank.folder);
    const page = await openTab(browser, url, "modern");
    const pinned = await fingerprintOnPage(page);
    const rotation = startProgram("identity", "rotate", "--data", bank.folder);
    expect(await rotation.ended).toBe(0);
    atm.child.kill("SIGTERM");
    await atm.ended;
    const { atm: informed } = await startAtm(number, bank.port, bank.folder);
    const [, named] = await informed.printed(/Bank key (.{39})/);
    expect(named).not.toBe(pinned);
    await page.reload();
    await arrive(page, "alice", 10);
    expect(await fingerprintOnPage(page)).toBe(pinned);
  });

  it("that the ATM was not told leaves classic alone, and the page says why", async () => {
    const bank = await startBank();
    const { url } = await startAtm(await freeAtmNumber(), bank.port, temporaryFolder());
    const page = await openTab(browser, url, "classic");
    expect(await page.isDisabled("#protocol-modern")).toBe(true);
    expect(await page.getByTestId("classic-only").innerText()).toContain("--bank-key");
    await arrive(page, "alice", 10);
    await lineState(page, "Session open");
    expect(await page.locator("#choose-transfer").count()).toBe(0);
  });
});

async function fingerprintOnPage(page: Page): Promise<string> {
  const text = await page.getByTestId("fingerprint").textContent();
  return text ?? "";
}

describe("a session", () => {
  it("leaves no secret in the page or the browser when it is over", async () => {
    const bank = await startBank();
    const { page } = await openAtm(browser, bank, "modern");
    await arrive(page, "alice", 77);
    await transact(page, "balance", null, "Current Balance: $77");
    await page.click("#log-out");
    await saying(page, "You are logged out");
    await lineState(page, "No session");
    const kept = await page.evaluate(
      "JSON.stringify([localStorage, sessionStorage, document.cookie, location.href," +
        " history.state, document.documentElement.outerHTML])",
    );
    for (const secret of [PASSWORD, "alice", "$77", "7700"]) expect(kept).not.toContain(secret);
    expect(await page.evaluate("Object.keys(localStorage).toSorted()")).toEqual([
      "secure-atm.bank-key",
    ]);
    await bank.printed(/Log out successful/);
  });

  it("that the bank ends is explained, and its news is gone", async () => {
    const bank = await startBank(temporaryFolder(), "--idle-timeout", "1");
    const { page } = await openAtm(browser, bank, "modern");
    await signUp(page, "alice", PASSWORD);
    await logIn(page, "alice", PASSWORD);
    await saying(page, "Nothing was asked for a while");
    expect(await heading(page)).toBe("Your session has ended");
    await page.click("#finish");
    expect(await page.inputValue("#username")).toBe("");
  });

  it("changes the password, which the next log in needs", async () => {
    const bank = await startBank();
    const { page } = await openAtm(browser, bank, "modern");
    await signUp(page, "alice", PASSWORD);
    await logIn(page, "alice", PASSWORD);
    await page.click("#choose-password");
    await page.fill("#old-password", "not it");
    await page.fill("#new-password", "a new and better one");
    await page.click("#submit");
    await saying(page, "Your present password is not right");
    await page.fill("#old-password", PASSWORD);
    await page.fill("#new-password", "a new and better one");
    await page.click("#submit");
    await saying(page, "Your new password is in use.");
    await page.click("#log-out");
    await page.click("#finish");
    await fillCredentials(page, "alice", PASSWORD);
    await saying(page, "Authentication Failed");
    await logIn(page, "alice", "a new and better one");
    expect(await heading(page)).toBe("What would you like to do?");
  });
});

it("has no screen with a fault that axe knows", async () => {
  const bank = await startBank();
  const { page } = await openAtm(browser, bank, "modern");
  await signUp(page, "bob", PASSWORD);
  await arrive(page, "alice", 100);
  await expectAccessible(page);
  await page.click("#choose-transfer");
  await page.click("#continue");
  await saying(page, "Enter the user name of the recipient");
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await prepareTransfer(page, { to: "bob", amount: "1", memo: "One" });
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  await saying(page, "Sent $1 to bob");
  await expectAccessible(page);
  await hideBalances(page);
  await nextTransaction(page);
  await history(page);
  expect(await page.locator("[data-testid=entry] .after").allInnerTexts()).toEqual([
    ...["hidden", "hidden"],
  ]);
  await expectAccessible(page);
  await leaveByEsc(page);
  await page.click("#choose-session");
  await page.getByTestId("session-fingerprint").waitFor();
  await expectAccessible(page);
  await leaveByEsc(page);
  await page.click("#choose-security");
  await page.getByTestId("factor-state").waitFor();
  await leaveByEsc(page);
  await page.click("#choose-password");
  await page.locator("#change-password").waitFor();
  expect(await heading(page)).toBe("Change your password");
  await expectAccessible(page);
  await leaveByEsc(page);
});

/** By choice; they are seen again for a look, until the page is out of sight. */
async function hideBalances(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Hide balances" }).click();
  await page.getByTestId("new-balance").getByText("hidden").waitFor();
  expect(await page.locator("#main").innerText()).not.toContain("$99");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Show balances" }).click();
  await page.getByTestId("new-balance").getByText("$99").waitFor();
  await page.evaluate(
    "Object.defineProperty(document, 'hidden', { value: true });" +
      "document.dispatchEvent(new Event('visibilitychange'))",
  );
  await page.getByTestId("new-balance").getByText("hidden").waitFor();
  expect(await page.locator("#status").innerText()).toContain("New Balance: hidden");
}

/** Esc leaves a screen as Cancel on the keypad does. */
async function leaveByEsc(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await page.locator("#choose-balance").waitFor();
}

it("prints a receipt that shows the account's end, and no balance unless asked", async () => {
  const bank = await startBank();
  const { page } = await openAtm(browser, bank, "modern");
  await signUp(page, "alexandra", PASSWORD);
  await logIn(page, "alexandra", PASSWORD);
  await transact(page, "deposit", 20, "Deposited $20. New Balance: $20");
  await page.emulateMedia({ media: "print" });
  const printed = await page.locator("body").innerText();
  for (const text of ["$20", "…ndra", "Reference", "ATM ", "Deposit"]) {
    expect(printed).toContain(text);
  }
  for (const text of ["alexandra", "Balance"]) expect(printed).not.toContain(text);
  await page.emulateMedia({ media: "screen" });
  await page.check("#print-balance");
  await page.emulateMedia({ media: "print" });
  expect(await page.locator("body").innerText()).toContain("Balance");
});
