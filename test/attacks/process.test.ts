/** D28: what may end the whole bank: no descriptors left, or Ctrl+C while clients are on. */

import { describe, expect, it } from "vitest";
import { encodeHello } from "../../src/protocol/classic.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startBankProcess } from "./bank-process.ts";
import { readBooks } from "./books.ts";
import { ForgedSession, PASSWORD } from "./forged-session.ts";
import { RawLine } from "./raw-line.ts";

/** The bank itself has about 45 open. */
const DESCRIPTORS_MAX = 96;
const CALLERS = 300;
const LOGIN = encodeHello({ action: "login", username: "alice", password: PASSWORD });

/** Windows limits no descriptors and sends no signals between processes. */
const NO_ATTACK = process.platform === "win32" ? "is no attack on Windows: " : "";

describe("D28", () => {
  it(`${NO_ATTACK}without descriptors it serves who is there, and accepts again`, async () => {
    if (NO_ATTACK !== "") return;
    const folder = temporaryFolder();
    const bank = await startBankProcess(folder, { descriptorsMax: DESCRIPTORS_MAX });
    const session = await ForgedSession.open(bank.port, "alice");
    const early = await Promise.all(Array.from({ length: 5 }, () => RawLine.open(bank.port)));
    expect(await session.balance()).toBe("Current Balance: $0");
    const callers = await Promise.all(
      Array.from({ length: CALLERS }, () => RawLine.open(bank.port)),
    );
    await expect.poll(() => callers.filter(({ hasEnded }) => hasEnded).length).toBeGreaterThan(0);
    for (let deposit = 1; deposit <= 5; deposit++) {
      expect(await session.deposit(1)).toBe(`Deposited $1. New Balance: $${deposit}`);
    }
    // A check that would need one more thread, which needs descriptors, is refused as too much.
    await Promise.all(early.map((line) => line.send(LOGIN)));
    for (const line of early)
      expect(await line.recvText()).toMatch(/^(Authenticated|Service busy)/);

    for (const caller of callers) caller.close();
    await expect.poll(() => canLogIn(bank.port), { timeout: 30_000 }).toBe(true);
    expect(await session.balance()).toBe("Current Balance: $5");

    bank.child.kill("SIGINT");
    expect(await bank.ended).toBe(0);
    expect(readBooks(folder)).toMatchObject({ balances: { alice: 500 }, audited: 5 });
  });

  it(`${NO_ATTACK}Ctrl+C ends it with 0, whoever is connected`, async () => {
    if (NO_ATTACK !== "") return;
    const folder = temporaryFolder();
    const bank = await startBankProcess(folder);
    const session = await ForgedSession.open(bank.port, "alice");
    expect(await session.deposit(70)).toBe("Deposited $70. New Balance: $70");
    const silent = await RawLine.open(bank.port);
    const half = await RawLine.open(bank.port);
    await half.send('{"action": "login", "user');
    const deaf = await ForgedSession.again(bank.port, "alice");
    deaf.line.stopReading();
    await deaf.line.send(Buffer.concat(Array.from({ length: 50 }, () => deaf.seal("{}"))));

    bank.child.kill("SIGINT");
    expect(await bank.ended).toBe(0);
    expect(await silent.restText()).toBe("");
    expect(await half.restText()).toBe("");
    expect((await session.line.rest()).length).toBe(0);
    const again = await startBankProcess(folder);
    const next = await ForgedSession.again(again.port, "alice");
    expect(await next.balance()).toBe("Current Balance: $70");
  });
});

async function canLogIn(port: number): Promise<boolean> {
  try {
    const session = await ForgedSession.again(port, "alice");
    session.line.close();
    return true;
  } catch {
    return false; // Turned away; the next try may find room.
  }
}
