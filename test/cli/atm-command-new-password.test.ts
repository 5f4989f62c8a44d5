/** Why the terminal ATM refuses a new password, in words; and that a code is not spent on one. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { customerOf } from "../attacks/modern/customer.ts";
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

  it("that the bank would not take is refused before a code is spent on it", async () => {
    const testBank = await startTestBank({ passwords: "demo" });
    const { recoveryCodes } = await enrolled(testBank, "ada");
    const [first = "", second = ""] = recoveryCodes;
    const [weak, good] = ["password1", "nobody guesses it"].map(fileWith);
    const person = new Person(
      ...["log-in ada", first, `password "${weak}"`, `password "${good}"`, second],
    );
    const seen = await visit(testBank, person);
    expect(seen.slice(seen.indexOf("Logged in as ada.") + 1)).toEqual([
      expect.stringMatching(/^Refused: the new password is one of those that are guessed first/),
      ...["Code of the second factor: ", "The password is changed."],
    ]);
    expect(testBank.audit().filter(({ action }) => action === "recovery_code")).toHaveLength(2);
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
});
