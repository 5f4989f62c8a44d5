/** An ATM's page in a real browser, and what a customer does on it. */

import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { startProgram, type Program } from "./program.ts";

export type AtmPage = { page: Page; url: string; atm: Program };
export type Protocol = "modern" | "classic";

/**
 * An ATM's number whose port, 5000 + number, is free. It is below those that the system gives to
 * whoever names none, or a test beside this one might have it by the time the ATM starts.
 */
export async function freeAtmNumber(): Promise<string> {
  for (;;) {
    const number = randomInt(5_000, 27_000);
    if (await isFree(5_000 + number)) return String(number);
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  const isListening = await once(server, "listening").then(
    () => true,
    () => false, // Somebody has it.
  );
  if (isListening) await new Promise((resolve) => server.close(resolve));
  return isListening;
}

/** Starts an ATM that finds the bank at `port` and its key in `folder`. */
export async function startAtm(number: string, port: number, folder: string, flags: string[] = []) {
  const place = ["--bank", `127.0.0.1:${port}`, "--data", folder];
  const atm = startProgram("client", number, ...place, ...flags);
  const [, url = ""] = await atm.printed(/Running on (http:\/\/127\.0\.0\.1:\d+)/);
  return { atm, url };
}

/** A tab of a browser of its own: nothing is shared with other tabs. */
export async function openTab(browser: Browser, url: string, protocol: Protocol): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: "reduce" });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(protocol === "classic" ? `${url}/?protocol=classic` : url);
  await page.locator(`#protocol-${protocol}`).waitFor();
  expect(await page.isChecked(`#protocol-${protocol}`)).toBe(true);
  return page;
}

/** Starts an ATM of the bank and opens its page in a tab of its own. */
export async function openAtm(
  browser: Browser,
  bank: { port: number; folder: string },
  protocol: Protocol,
): Promise<AtmPage> {
  const { atm, url } = await startAtm(await freeAtmNumber(), bank.port, bank.folder);
  return { page: await openTab(browser, url, protocol), url, atm };
}

export async function fillCredentials(
  page: Page,
  username: string,
  password: string,
): Promise<void> {
  await page.fill("#username", username);
  await page.fill("#password", password);
  await page.click("#submit");
}

/** Goes to the form of a sign-up, and waits for it: its fields have names of the form before it. */
export async function goToSignUp(page: Page): Promise<void> {
  await page.click("#to-sign-up");
  await page.waitForURL("**/signup");
}

export async function signUp(page: Page, username: string, password: string): Promise<void> {
  await goToSignUp(page);
  await fillCredentials(page, username, password);
  await saying(page, "Signup Successful");
}

export async function logIn(page: Page, username: string, password: string): Promise<void> {
  await fillCredentials(page, username, password);
  await page.waitForURL("**/action");
}

/** Does one transaction and expects the bank's words for it. */
export async function transact(
  page: Page,
  kind: "deposit" | "withdraw" | "balance",
  dollars: number | null,
  expected: string,
): Promise<void> {
  await page.click(`#choose-${kind}`);
  if (dollars !== null) {
    await page.fill("#amount", String(dollars));
    await page.click("#continue");
    await page.click("#confirm");
  }
  await page.getByText(expected, { exact: true }).first().waitFor();
}

export async function nextTransaction(page: Page): Promise<void> {
  await page.click("#finish");
  await page.locator("#choose-balance").waitFor();
}

/** Fills the form of a transfer in, up to its review. */
export async function prepareTransfer(
  page: Page,
  transfer: { to: string; amount: string; memo?: string },
): Promise<void> {
  await page.click("#choose-transfer");
  await page.fill("#to", transfer.to);
  await page.fill("#amount", transfer.amount);
  await page.fill("#memo", transfer.memo ?? "");
  await page.click("#continue");
  await page.locator("#confirm").waitFor();
}

/** Waits until the page says `text`, among others. */
export const saying = (page: Page, text: string | RegExp): Promise<void> =>
  page.getByText(text).first().waitFor();

/** Waits until the line to the bank is said to be so. */
export const lineState = (page: Page, text: string): Promise<void> =>
  page.getByTestId("line-state").getByText(text).waitFor();

export const heading = (page: Page): Promise<string> => page.locator("#heading").innerText();

/** Runs axe in both themes; the page is left as it was: light. */
export async function expectAccessibleInBoth(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")).toBe(true);
  await expectAccessible(page);
  await page.emulateMedia({ colorScheme: "light" });
  await expectAccessible(page);
}

export async function expectAccessible(page: Page): Promise<void> {
  // In the page itself, which has no frames: otherwise each look opens one more tab.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}
