/** `secure-atm atm` from outside, with a bank: one command, scripts, and what goes wrong. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { encodeHex } from "../../src/protocol/hex.ts";
import { initAuthority } from "../../src/server/tls/authority.ts";
import { tlsFiles } from "../../src/server/tls/files.ts";
import { CuttingRelay } from "../client/cutting-relay.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startTestBank } from "../test-bank.ts";
import { PASSWORD, atmAt, atmOf, jsonLines } from "./atm-program.ts";

describe("one command", () => {
  it("is done, and its answer is all that is printed", async () => {
    const atm = atmAt(await startTestBank());
    expect(await atm([], "--", "sign-up", "ada")).toEqual({
      ...{ code: 0, stderr: "" },
      stdout: "Signed up as ada. Now log in.\n",
    });
    expect(await atm([], "--user", "ada", "--", "deposit", "20.50")).toEqual({
      ...{ code: 0, stderr: "" },
      stdout: "Deposited $20.50. Balance: $20.50 (transaction 1)\n",
    });
  });

  it("that the bank refuses ends with 1", async () => {
    const testBank = await startTestBank();
    await testBank.customer("ada");
    const atm = atmAt(testBank, "--user", "ada");
    const { code, stdout, stderr } = await atm([], "--json", "--", "withdraw", "1");
    expect([code, stderr]).toEqual([1, "Refused: the balance is too low.\n"]);
    expect(jsonLines(stdout)).toEqual([
      {
        ...{ ok: false, command: "withdraw" },
        error: {
          ...{ kind: "insufficient_funds", retry: "never" },
          message: "Refused: the balance is too low.",
        },
      },
    ]);
  });

  it("that is mistyped ends with 2, before anybody is called", async () => {
    const { code, stdout, stderr } = await atmOf(1)([], "--", "deposit", "twenty");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^It is typed: deposit AMOUNT \[--key KEY\]\nAMOUNT is in dollars, /);
  });

  it("at a bank that is away ends with 3", async () => {
    const atm = atmOf(1, "--bank-key", "8f".repeat(32));
    const { code, stderr } = await atm([], "--", "info");
    expect(code).toBe(3);
    expect(stderr).toBe(
      "The bank cannot be reached: ECONNREFUSED. Is it running, and is --bank right?\n",
    );
  });

  it("at a bank with another key ends with 4, and loudly", async () => {
    const { bank } = await startTestBank();
    const otherKey = encodeHex(nodeCiphers.generateKeyPair().publicKey);
    const atm = atmOf(bank.port, "--bank-key", otherKey, "--user", "ada");
    const { code, stdout, stderr } = await atm([], "--", "balance");
    expect([code, stdout]).toEqual([4, ""]);
    expect(stderr).toMatch(/^REFUSED: .*Nothing secret was sent/);
  });

  it("at a remembered bank whose key has changed ends with 4", async () => {
    const { bank } = await startTestBank();
    const atm = atmOf(bank.port);
    const known = await atm([], "--bank-key", bank.publicKey, "--trust-new", "--", "info");
    expect(known.code).toBe(0);
    expect((await atm([], "--", "info")).code).toBe(0);
    const { code, stderr } = await atm([], "--bank-key", "8f".repeat(32), "--", "info");
    expect(code).toBe(4);
    expect(stderr).toContain("another key than before");
  });

  it("whose line is cut before its answer is done once, and its outcome is told", async () => {
    const testBank = await startTestBank();
    const ada = await testBank.customer("ada");
    const relay = await CuttingRelay.start(testBank.bank.port);
    const isCut = relay.cutAtReply(3); // After the handshake's and the login's.
    const atm = atmOf(relay.port, "--data", testBank.folder, "--user", "ada");
    const { code, stdout, stderr } = await atm([], "--", "deposit", "20");
    await isCut;
    expect(stderr).toBe("The line was lost: unknown whether it was done, checking …\n");
    expect(stdout).toBe("Deposited $20. Balance: $20 (transaction 1)\n");
    expect(code).toBe(0);
    expect(await ada.balance()).toEqual({ type: "balance", balance: 2_000 });
  });
});

describe("a script", () => {
  it("is followed line by line, an object a command", async () => {
    const testBank = await startTestBank();
    await testBank.customer("bob");
    const { code, stdout } = await atmAt(testBank)(
      [
        ...["# Who I am", "sign-up ada", "log-in ada", "", "deposit 20 --key k"],
        ...["deposit 20 --key k", "transfer bob 5 for the tea", "history 1", "log-out"],
        ...["log-in bob", "balance", "quit", "withdraw 1000"],
      ],
      "--json",
    );
    expect(code).toBe(0);
    const deposited = {
      ...{ ok: true, command: "deposit" },
      result: { transactionId: "1", balance: "2000" },
    };
    expect(jsonLines(stdout)).toMatchObject([
      { ok: true, command: "sign-up", result: { username: "ada" } },
      { ok: true, command: "log-in", result: { username: "ada" } },
      deposited,
      deposited,
      { command: "transfer", result: { transactionId: "2", balance: "1500" } },
      { command: "history", result: { entries: [{ counterparty: "bob", memo: "for the tea" }] } },
      { ok: true, command: "log-out", result: {} },
      { ok: true, command: "log-in", result: { username: "bob" } },
      { ok: true, command: "balance", result: { balance: "500", available: "500" } },
    ]);
  });

  it.for([
    ["its end", ["deposit 5"]],
    ["its quit", ["deposit 5", "quit"]],
    ["its failure", ["deposit 5", "withdraw 6"]],
  ])("logs out at %s", async ([, lines]) => {
    const testBank = await startTestBank();
    await testBank.client().signUp("ada", PASSWORD);
    await atmAt(testBank, "--user", "ada")(lines as string[]);
    const ends = () => testBank.audit().filter(({ action }) => /^(logout|session)$/.test(action));
    // The bank does not keep who leaves waiting for the row of it.
    await expect.poll(ends).toMatchObject([{ who: "ada", action: "logout", outcome: "ok" }]);
  });

  it("stops where something fails", async () => {
    const testBank = await startTestBank();
    await testBank.customer("ada");
    const lines = ["withdraw 5", "deposit 5"];
    const { code, stdout } = await atmAt(testBank)(lines, "--json", "--user", "ada");
    expect(code).toBe(1);
    expect(jsonLines(stdout)).toHaveLength(1);
  });

  it("takes passwords from files and the environment, and says where there is none", async () => {
    const testBank = await startTestBank();
    const file = join(testBank.folder, "new password");
    writeFileSync(file, "another good one");
    const lines = ["sign-up ada", "log-in ada", `password "${file}"`, "log-out", "log-in ada"];
    const { code, stderr } = await atmAt(testBank)(lines);
    expect([code, stderr]).toEqual([1, "Refused: name or password is wrong.\n"]);
    const renewed = await atmAt(testBank)([`log-in ada "${file}"`, "info", "password"]);
    expect(renewed.stdout).toContain("Customer     ada");
    expect(renewed.code).toBe(2);
    expect(renewed.stderr).toContain("set ATM_NEW_PASSWORD");
  });
});

describe("the classic protocol", () => {
  it("does what it can, and says what it cannot", async () => {
    const atm = atmAt(await startTestBank(), "--classic");
    const { code, stdout, stderr } = await atm([
      ...["sign-up ada", "log-in ada", "deposit 20", "withdraw 5", "balance", "transfer bob 5"],
    ]);
    expect(stdout.split("\n").slice(2)).toEqual([
      ...["Deposited $20. Balance: $20", "Withdrew $5. Balance: $15", "Balance: $15", ""],
    ]);
    expect([code, stderr]).toEqual([
      ...[2, "The classic protocol has no transfer: leave --classic out.\n"],
    ]);
  });

  it("has no cents", async () => {
    const testBank = await startTestBank();
    await testBank.customer("ada");
    const atm = atmAt(testBank, "--classic", "--user", "ada");
    expect((await atm([], "--", "deposit", "20.50")).code).toBe(2);
  });
});

describe("TLS", () => {
  it("is spoken around either protocol, with a bank of the right authority alone", async () => {
    const folder = temporaryFolder();
    await initAuthority(folder, { nowMs: Date.now() });
    const testBank = await startTestBank({ folder });
    await testBank.customer("ada");
    const atm = atmAt(testBank, "--user", "ada");
    const ca = ["--tls-ca", tlsFiles.authorityCert(folder)];
    expect(await atm([], ...ca, "--", "deposit", "20")).toMatchObject({ code: 0, stderr: "" });
    const classic = await atm([], ...ca, "--classic", "--", "balance");
    expect(classic.stdout).toBe("Balance: $20\n");

    const other = temporaryFolder();
    await initAuthority(other, { nowMs: Date.now() });
    const refused = await atm([], "--tls-ca", tlsFiles.authorityCert(other), "--", "balance");
    expect(refused.code).toBe(4);
    expect(refused.stderr).toMatch(/^REFUSED: .*SELF_SIGNED_CERT_IN_CHAIN/);
  });
});
