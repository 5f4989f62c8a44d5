/** The second factor and the sessions at the page, from first to last, in a real browser. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { launchBrowser } from "../browser.ts";
import { scanned } from "../qr-camera.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import {
  expectAccessible,
  fillCredentials,
  heading,
  lineState,
  logIn,
  openAtm,
  openTab,
  saying,
  signUp,
  transact,
} from "./atm-pages.ts";
import { Authenticator, enrolAt } from "./authenticator.ts";
import { startCuttingRelay } from "./cutting-relay.ts";
import { photoOf } from "./photo.ts";
import { startBankProgram } from "./program.ts";

const PASSWORD = "SecurePass123";

/** Several programs and a browser are slow where others work, too: when to give up on a hang. */
vi.setConfig({ testTimeout: 180_000 });

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Alice is logged in at an ATM; her line can be cut. */
async function arrive(password = PASSWORD, ...options: string[]) {
  const folder = temporaryFolder();
  const bank = { ...(await startBankProgram(folder, ...options)), folder };
  const relay = await startCuttingRelay(bank.port);
  const { page, url } = await openAtm(browser, { folder, port: relay.port }, "modern");
  await signUp(page, "alice", password);
  await logIn(page, "alice", password);
  return { bank, relay, page, url };
}

async function openSecurity(page: Page): Promise<void> {
  await page.click("#choose-security");
  await page.getByTestId("factor-state").waitFor();
}

const factorState = (page: Page): Promise<string> => page.getByTestId("factor-state").innerText();

/** From the choices to the recovery codes. */
async function enrol(page: Page) {
  await openSecurity(page);
  await page.click("#begin_factor");
  await page.fill("#password", PASSWORD);
  await page.click("#submit");
  const secret = (await page.getByTestId("secret").textContent()) ?? "";
  const authenticator = new Authenticator(secret);
  await page.fill("#code", authenticator.next());
  await page.click("#submit");
  await saying(page, "Keep your recovery codes");
  const recoveryCodes = await page.getByTestId("recovery-codes").locator("li").allInnerTexts();
  return { secret, authenticator, recoveryCodes };
}

async function logOut(page: Page): Promise<void> {
  await page.click("#log-out");
  await saying(page, "You are logged out");
  await page.click("#finish");
}

it("a second factor is turned on, asked for at the log-in, and turned off", async () => {
  const { page } = await arrive();
  await openSecurity(page);
  expect(await factorState(page)).toBe("Off");
  await expectAccessible(page);
  await page.click("#begin_factor");
  await page.fill("#password", "a guess");
  await page.click("#submit");
  await saying(page, "Your password is not right");
  await expectAccessible(page);
  await page.fill("#password", PASSWORD);
  await page.click("#submit");

  await page.locator(".qr path").waitFor();
  await expectAccessible(page);
  const secret = (await page.getByTestId("secret").textContent()) ?? "";
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  const uri = await page.locator("#open-authenticator").getAttribute("href");
  expect(uri).toContain(`secret=${secret}`);
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(scanned(await photoOf(page.locator("svg.qr")))).toBe(uri);
  }
  const authenticator = new Authenticator(secret);
  await page.fill("#code", authenticator.wrong());
  await page.click("#submit");
  await saying(page, "That code does not fit the secret");
  await page.fill("#code", authenticator.next());
  await page.click("#submit");

  await saying(page, "Keep your recovery codes");
  await expectAccessible(page);
  const codes = await page.getByTestId("recovery-codes").locator("li").allInnerTexts();
  expect(codes).toHaveLength(10);
  await page.goBack();
  expect(await heading(page)).toBe("Keep your recovery codes");
  await page.emulateMedia({ media: "print" });
  const printed = await page.locator("body").innerText();
  for (const text of ["recovery codes of alice", ...codes]) expect(printed).toContain(text);
  expect(printed).not.toContain("Log out");
  await page.emulateMedia({ media: "screen" });
  await page.click("#finish");
  await saying(page, "Your second factor is on.");
  expect(await factorState(page)).toBe("On");
  await expectAccessible(page);
  await page.click("#finish");
  await logOut(page);

  await fillCredentials(page, "alice", PASSWORD);
  await saying(page, "Enter your code");
  await page.fill("#code", authenticator.wrong());
  await page.click("#submit");
  await saying(page, "That code is not right");
  await page.fill("#code", authenticator.next());
  await page.click("#submit");
  await page.waitForURL("**/action");
  await logOut(page);
  await fillCredentials(page, "alice", PASSWORD);
  await page.fill("#code", codes[0]!);
  await page.click("#submit");
  await page.waitForURL("**/action");

  await openSecurity(page);
  await page.click("#remove_factor");
  await page.fill("#password", PASSWORD);
  await page.fill("#code", codes[0]!); // It was used up by the log-in.
  await page.click("#submit");
  await saying(page, "Your password or the code is not right");
  await expectAccessible(page);
  await page.fill("#password", PASSWORD);
  await page.fill("#code", codes[1]!);
  await page.click("#submit");
  await saying(page, "Your second factor is off.");
  expect(await factorState(page)).toBe("Off");
  await page.click("#finish");
  await logOut(page);
  await logIn(page, "alice", PASSWORD);
});

it("row 58: neither secret nor recovery codes are left in the page after a log-out", async () => {
  const { page } = await arrive();
  const { secret, recoveryCodes } = await enrol(page);
  await page.click("#log-out");
  await saying(page, "You are logged out");
  const kept = await page.evaluate(
    "JSON.stringify([localStorage, sessionStorage, document.cookie, location.href," +
      " history.state, document.documentElement.outerHTML, document.title," +
      " [...document.querySelectorAll('input')].map((input) => input.value)])",
  );
  for (const gone of [secret, ...recoveryCodes, PASSWORD]) expect(kept).not.toContain(gone);
  await page.goBack();
  await page.locator("#heading").waitFor();
  const before = await page.content();
  for (const gone of [secret, ...recoveryCodes]) expect(before).not.toContain(gone);
});

it("a secret can be copied, and does without its QR code", async () => {
  const { page } = await arrive();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.route(/qr-code-/, (route) => route.abort());
  await openSecurity(page);
  await page.click("#begin_factor");
  await page.fill("#password", PASSWORD);
  await page.click("#submit");
  await page.getByTestId("no-qr").waitFor();
  await page.getByRole("button", { name: "Copy the secret" }).click();
  await saying(page, "Copied.");
  const copied = await page.evaluate("navigator.clipboard.readText()");
  expect(copied).toBe(await page.getByTestId("secret").textContent());
  await page.keyboard.press("Escape");
  await page.getByTestId("factor-state").waitFor();
  expect(await page.content()).not.toContain(copied);
});

it("a line that is lost goes on with a code, and the session ends without one", async () => {
  const { page, relay } = await arrive();
  const { recoveryCodes } = await enrol(page);
  await page.click("#finish");
  await page.getByTestId("factor-state").waitFor();
  await page.click("#finish");
  const cut = relay.cutNextReply();
  await page.click("#choose-balance");
  await cut;
  await page.locator("dialog").getByText("The line was lost").waitFor();
  await expectAccessible(page);
  await page.fill("#confirm-code", "123");
  await page.keyboard.press("Enter");
  await page.locator("dialog").getByText("A code has six digits").waitFor();
  await page.fill("#confirm-code", "AAAA-AAAA-AAAA-AAAA");
  await page.keyboard.press("Enter");
  await page.locator("dialog").getByText("That code is not right").waitFor();
  await page.fill("#confirm-code", recoveryCodes[0]!);
  await page.keyboard.press("Enter");
  await saying(page, "Current Balance: $0");
  await lineState(page, "Secured");
  expect(await page.content()).not.toContain(recoveryCodes[0]);

  await page.click("#finish");
  const again = relay.cutNextReply();
  await page.click("#choose-balance");
  await again;
  await page.locator("dialog").getByText("The line was lost").waitFor();
  await page.keyboard.press("Escape");
  await saying(page, "it wants a code for a new one");
  expect(await heading(page)).toBe("Your session has ended");
  await lineState(page, "No session");
});

it("row 43: a large sum takes a code beside the password, as a new password does", async () => {
  const { page } = await arrive(PASSWORD, "--confirm-above", "50");
  const { recoveryCodes } = await enrol(page);
  await page.click("#finish");
  await page.getByTestId("factor-state").waitFor();
  await page.click("#finish");
  await transact(page, "deposit", 200, "Deposited $200. New Balance: $200");
  await page.click("#finish");
  await page.click("#choose-withdraw");
  await page.fill("#amount", "60");
  await page.click("#continue");
  await page.click("#confirm");
  await page.locator("dialog").getByText("Withdraw $60").waitFor();
  await expectAccessible(page);
  await page.fill("#confirm-password", PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator("dialog").getByText("Enter the code").waitFor();
  await page.fill("#confirm-code", recoveryCodes[0]!);
  await page.keyboard.press("Enter");
  await saying(page, "Withdrew $60. New Balance: $140");
  await page.click("#finish");

  await page.click("#choose-password");
  await page.fill("#old-password", PASSWORD);
  await page.fill("#new-password", "a new and better one");
  await page.click("#submit");
  await saying(page, "Enter the code");
  await expectAccessible(page);
  await page.fill("#old-password", PASSWORD);
  await page.fill("#new-password", "a new and better one");
  await page.fill("#code", recoveryCodes[1]!);
  await page.click("#submit");
  await saying(page, "Your new password is in use.");
  expect(await heading(page)).toBe("Password changed");
});

it("row 19: a password too short to be alone keeps its second factor", async () => {
  const long = "seven brass lanterns hum";
  const short = "brass hum";
  const { bank, page, url } = await arrive(long, "--passwords", "strict");
  const { recoveryCodes } = await enrolAt({ url, port: bank.port }, "alice", long);
  await saying(page, "The bank ended your session.");
  await page.click("#finish");
  await fillCredentials(page, "alice", long);
  await page.fill("#code", recoveryCodes[0]!);
  await page.click("#submit");
  await page.click("#choose-password");
  await page.fill("#old-password", long);
  await page.fill("#new-password", short);
  await page.fill("#code", recoveryCodes[1]!);
  await page.click("#submit");
  await saying(page, "Your new password is in use.");
  await page.click("#finish");
  await openSecurity(page);
  await page.click("#remove_factor");
  await page.fill("#password", short);
  await page.fill("#code", recoveryCodes[2]!);
  await page.click("#submit");
  await saying(page, "Your password is too short to do without a second factor");
  expect(await heading(page)).toBe("Turn off the second factor");
});

it("sessions are seen and ended, one by one and all at once", async () => {
  const { page, url } = await arrive();
  const other = await openTab(browser, url, "modern");
  await logIn(other, "alice", PASSWORD);
  await openSecurity(page);
  expect(await page.getByTestId("session").count()).toBe(2);
  expect(await page.getByTestId("session").getByRole("button").count()).toBe(1);
  await page.getByTestId("session").getByRole("button", { name: "End the session" }).click();
  await saying(page, "That session is over.");
  expect(await page.getByTestId("session").count()).toBe(1);
  await saying(other, "The bank ended your session.");

  await other.click("#finish");
  await logIn(other, "alice", PASSWORD);
  await page.click("#log_out_everywhere");
  await saying(page, "You are logged out everywhere");
  await lineState(page, "No session");
  await expectAccessible(page);
  await saying(other, "The bank ended your session.");
  await page.click("#finish");
  await logIn(page, "alice", PASSWORD);
});

it("a page that cannot load these screens says so, and tries again", async () => {
  const folder = temporaryFolder();
  const bank = await startBankProgram(folder);
  const { page } = await openAtm(browser, { folder, port: bank.port }, "modern");
  await signUp(page, "alice", PASSWORD);
  await page.route(/later-screens-/, (route) => route.abort());
  await logIn(page, "alice", PASSWORD);
  await page.click("#choose-security");
  await saying(page, "This ATM does not answer");
  expect(await heading(page)).toBe("What would you like to do?");
  await expectAccessible(page);
  await transact(page, "balance", null, "Current Balance: $0");
  await page.unrouteAll();
  await page.click("#finish");
  await openSecurity(page);
});
