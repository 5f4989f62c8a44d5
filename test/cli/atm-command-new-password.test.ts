/** Why a new password is refused at the terminal ATM, in words; and what it means for a code. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { customerOf } from "../attacks/modern/customer.ts";
import { CODE_QUESTION } from "../../src/cli/atm-command-code.ts";
import { startOperatedBank } from "../attacks/operators.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startTestBank } from "../test-bank.ts";
import { atmAt, jsonLines } from "./atm-program.ts";
import { enrolled } from "./enrolled.ts";
import { Person, visit } from "./person.ts";

function fileWith(password: string): string {
  const file = join(temporaryFolder(), "password");
  writeFileSync(file, password);
  return file;
}

describe("a new password", () => {
  it.for([
    ["short", "too_short", "must have at least 8 characters"],
    ["password1", "common", "one of those that are guessed first"],
    ["ada-adaada", "user_name", "little more than your user name"],
  ] as const)("%s is refused as %s, in words", async ([password, reason, words]) => {
    const testBank = await startTestBank({ passwords: "demo" });
    await testBank.customer("ada");
    const atm = atmAt(testBank, "--json", "--user", "ada");
    const { code, stdout, stderr } = await atm([], "--", "password", fileWith(password));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Refused: the new password .*\n$/);
    expect(stderr).toContain(words);
    expect(jsonLines(stdout)).toMatchObject([{ error: { kind: "bad_password", reason } }]);
  });

  it("is refused as too short by what the account's bank wants of it", async () => {
    const testBank = await startTestBank({ passwords: "strict" });
    const args = ["--", "sign-up", "ada", fileWith("fourteen chars")];
    const { stderr } = await atmAt(testBank)([], ...args);
    expect(stderr).toContain("must have at least 15 characters");
  });

  it("that is refused leaves its code for the next", async () => {
    const testBank = await startTestBank({ passwords: "demo" });
    const { recoveryCodes } = await enrolled(testBank, "ada");
    const [first = "", second = ""] = recoveryCodes;
    const [weak, good] = ["password1", "nobody guesses it"].map(fileWith);
    const change = [`password "${weak}"`, second, `password "${good}"`, second];
    const seen = await visit(testBank, new Person("log-in ada", first, ...change));
    expect(seen.slice(seen.indexOf("Logged in as ada.") + 1)).toEqual([
      CODE_QUESTION,
      expect.stringMatching(/^Refused: the new password is one of those that are guessed first/),
      ...[CODE_QUESTION, "The password is changed."],
    ]);
  });

  it("of an operator is told to be as long as theirs must be", async () => {
    const testBank = await startOperatedBank({ passwords: "demo" });
    const { client } = await customerOf(testBank, "tess");
    await testBank.ada.call("admin.setRoles", { username: "tess", roles: ["teller"] });
    await expect.poll(() => client.end).not.toBeNull();
    const person = new Person("log-in tess", `password "${fileWith("fourteen chars")}"`);
    expect((await visit(testBank, person)).at(-1)).toMatch(
      /^Refused: the new password must have at least 15 characters\./,
    );
  });

  it("is needed first by whoever gives up the factor beside a short one", async () => {
    const testBank = await startTestBank({ passwords: "demo" });
    const { recoveryCodes } = await enrolled(testBank, "ada", "eight ch");
    await testBank.bank.stop();
    const strict = await startTestBank({ folder: testBank.folder, passwords: "strict" });
    const [first = "", second = ""] = recoveryCodes;
    const file = fileWith("eight ch");
    const person = new Person(`log-in ada "${file}"`, first, `factor remove "${file}"`, second);
    expect((await visit(strict, person)).at(-1)).toBe(
      "Refused: without a second factor the password is too short, under 15 characters: change it.",
    );
  });
});
