/** An ATM that speaks TLS to its bank, in a real browser; and what it says if that is another. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { initAuthority, issueTerminal } from "../../src/server/tls/authority.ts";
import { tlsFiles } from "../../src/server/tls/files.ts";
import { launchBrowser } from "../browser.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import {
  expectAccessible,
  fillCredentials,
  freeAtmNumber,
  logIn,
  openTab,
  saying,
  signUp,
  startAtm,
  transact,
} from "./atm-pages.ts";
import { startBankProgram, startProgram } from "./program.ts";

const PASSWORD = "a good password";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function folderWithAuthority(): Promise<string> {
  const folder = temporaryFolder();
  await initAuthority(folder, { nowMs: Date.now() });
  return folder;
}

describe.for(["classic", "modern"] as const)("an ATM with a certificate, in %s", (protocol) => {
  it("serves customers of a bank that takes no other", async () => {
    const folder = await folderWithAuthority();
    await issueTerminal(folder, "lobby", Date.now());
    const bank = await startBankProgram(folder, "--mutual-tls", "on");
    const { url } = await startAtm(await freeAtmNumber(), bank.port, folder, [
      ...["--tls-ca", tlsFiles.authorityCert(folder)],
      ...["--tls-cert", tlsFiles.terminalCert(folder, "lobby")],
      ...["--tls-key", tlsFiles.terminalKey(folder, "lobby")],
    ]);
    const page = await openTab(browser, url, protocol);
    await signUp(page, "alice", PASSWORD);
    await logIn(page, "alice", PASSWORD);
    await transact(page, "deposit", 20, "Deposited $20. New Balance: $20");
    expect(bank.output()).toContain("alice");
  });

  it("says so where another than the bank answers", async () => {
    const folder = await folderWithAuthority();
    const bank = await startBankProgram(folder);
    const other = tlsFiles.authorityCert(await folderWithAuthority());
    const number = await freeAtmNumber();
    const { url } = await startAtm(number, bank.port, folder, ["--tls-ca", other]);
    const page = await openTab(browser, url, protocol);
    await fillCredentials(page, "alice", PASSWORD);
    await saying(page, "This is not your bank");
    await expectAccessible(page);
    expect(bank.output()).not.toContain("alice");
  });
});

describe("an ATM whose bank gets a new key", () => {
  it("names that key to its page without a restart", async () => {
    const folder = temporaryFolder();
    const bank = await startBankProgram(folder);
    const { url } = await startAtm(await freeAtmNumber(), bank.port, folder);
    const before = await keyNamedBy(url);
    const rotation = startProgram("identity", "rotate", "--data", folder, "--json");
    await rotation.ended;
    const { publicKey } = JSON.parse(rotation.output()) as { publicKey: string };
    expect(await keyNamedBy(url)).toBe(publicKey);
    expect(publicKey).not.toBe(before);
  });
});

async function keyNamedBy(url: string): Promise<string> {
  const about = (await (await fetch(`${url}/bank.json`)).json()) as { bankKey: string };
  return about.bankKey;
}
