/** Programs that use the terminal ATM for an account with a second factor. */

import { describe, expect, it } from "vitest";
import { Authenticator } from "../system/authenticator.ts";
import { startTestBank } from "../test-bank.ts";
import { atmAt, jsonLines, talkTo } from "./atm-program.ts";
import { enrolled } from "./enrolled.ts";

describe("one command for an account with a second factor", () => {
  it("takes the code of an authenticator from --code, and works once with it", async () => {
    const testBank = await startTestBank();
    const { authenticator } = await enrolled(testBank, "ada");
    const atm = atmAt(testBank, "--user", "ada", "--code", authenticator.next());
    expect(await atm([], "--", "balance")).toEqual({
      ...{ code: 0, stderr: "" },
      stdout: "Balance: $0\n",
    });
    const again = await atm([], "--", "balance");
    expect([again.code, again.stdout]).toEqual([1, ""]);
    expect(again.stderr).toBe(
      "Refused: name, password or code is wrong. A code works once, and after ten wrong ones " +
        "none does for at least half an hour.\n",
    );
  });

  it("takes a recovery code from ATM_CODE", async () => {
    const testBank = await startTestBank();
    const { recoveryCodes } = await enrolled(testBank, "ada");
    process.env["ATM_CODE"] = recoveryCodes[0];
    try {
      expect((await atmAt(testBank, "--user", "ada")([], "--", "balance")).code).toBe(0);
    } finally {
      delete process.env["ATM_CODE"];
    }
  });

  it("without a code ends with 2, says which option helps, tells programs the word", async () => {
    const testBank = await startTestBank();
    await enrolled(testBank, "ada");
    const { code, stdout, stderr } = await atmAt(
      testBank,
      "--user",
      "ada",
      "--json",
    )([], ...["--", "balance"]);
    const message = "A code of the second factor is needed: name one with --code, or set ATM_CODE.";
    expect([code, stderr]).toEqual([2, `${message}\n`]);
    expect(jsonLines(stdout)).toEqual([
      {
        ...{ ok: false, command: "log-in" },
        error: { kind: "code_required", message, retry: "never" },
      },
    ]);
  });

  it("with what cannot be a code ends with 2, before anybody is called", async () => {
    const { code, stderr } = await atmAt(await startTestBank(), "--code", "12345")([]);
    expect(code).toBe(2);
    expect(stderr).toContain("A code has 6 digits");
  });

  it("by the classic protocol is refused, and says why and which option helps", async () => {
    const testBank = await startTestBank();
    const { authenticator } = await enrolled(testBank, "ada");
    const atm = atmAt(testBank, "--classic", "--user", "ada");
    const bare = await atm([], "--", "balance");
    expect([bare.code, bare.stdout]).toEqual([1, ""]);
    expect(bare.stderr).toMatch(
      /^Refused: name or password is wrong\.\nOr the account has a second/,
    );
    expect(bare.stderr).toContain("Leave --classic out then, and name the code with --code.");
    const coded = await atm([], "--code", authenticator.next(), "--", "balance");
    expect([coded.code, coded.stderr]).toEqual([
      ...[2, "The classic protocol has no code: leave --classic out.\n"],
    ]);
  });
});

describe("a program at the terminal ATM", () => {
  it("enrols, and gives a code with each command that needs one", async () => {
    const testBank = await startTestBank();
    await testBank.customer("ada");
    const atm = talkTo(testBank, "--user", "ada");
    const begun = await atm.ask("factor begin");
    const { secret, uri } = begun.result as { secret: string; uri: string };
    expect(uri).toContain(secret);
    const authenticator = new Authenticator(secret);
    const set = await atm.ask(`factor enrol --code ${authenticator.next()}`);
    const { recoveryCodes } = set.result as { recoveryCodes: string[] };
    expect(recoveryCodes).toHaveLength(10);
    const status = await atm.ask("factor status");
    expect(status).toMatchObject({ command: "factor status", result: { hasFactor: true } });
    await atm.ask("deposit 30000");
    const [first = "", second = ""] = recoveryCodes;
    expect(await atm.ask(`confirm --code ${first}`)).toMatchObject({ ok: true });
    expect(await atm.ask("withdraw 15000")).toMatchObject({ ok: true });
    expect(await atm.ask(`factor remove --code ${second}`)).toMatchObject({ ok: true, result: {} });
    expect(await atm.end()).toBe(0);
    expect((await atmAt(testBank, "--user", "ada")([], "--", "balance")).code).toBe(0);
  });

  it.for([
    ["withdraw 15000", "confirm [PASSWORD-FILE] [--code CODE]"],
    ["confirm", "confirm [PASSWORD-FILE] [--code CODE]"],
    ["factor remove", "factor remove [PASSWORD-FILE] [--code CODE]"],
  ])("that gives none with %s is told how, and ends with 2", async ([line, usage]) => {
    const testBank = await startTestBank();
    const { authenticator } = await enrolled(testBank, "ada");
    const atm = atmAt(testBank, "--user", "ada", "--code", authenticator.next());
    const { code, stderr } = await atm(["deposit 30000", line as string]);
    expect([code, stderr]).toEqual([2, `A code of the second factor is needed: ${usage}.\n`]);
  });

  it("that enrols in one command is told that it takes two", async () => {
    const testBank = await startTestBank();
    await testBank.customer("ada");
    const atm = atmAt(testBank, "--user", "ada");
    const { code, stderr } = await atm(["factor enrol"]);
    expect(code).toBe(2);
    expect(stderr).toContain("factor enrol --code CODE");
    const early = await atm(["factor enrol --code 123456"]);
    expect([early.code, early.stderr]).toEqual([1, "Refused: there is no second factor.\n"]);
  });

  it("ends another session of its customer by its id", async () => {
    const testBank = await startTestBank();
    const other = await testBank.customer("ada");
    const atm = talkTo(testBank, "--user", "ada");
    const { result } = await atm.ask("sessions");
    const { current, sessions } = result as { current: string; sessions: { session: string }[] };
    const [session = ""] = sessions.map((each) => each.session).filter((id) => id !== current);
    expect(await atm.ask(`sessions end ${session}`)).toEqual({
      ...{ ok: true, command: "sessions end", result: {} },
    });
    await expect(other.balance()).rejects.toBeInstanceOf(Error);
    const gone = await atm.ask(`sessions end ${session}`);
    expect(gone).toMatchObject({ ok: false, error: { kind: "unknown_session" } });
    expect(await atm.end()).toBe(1);
  });
});
