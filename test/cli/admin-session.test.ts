/** The code of an operator's second factor: asked for where somebody is there, and only then. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { operate, type OperatorFlags } from "../../src/cli/admin-session.ts";
import { startOperatedBank, OPERATOR_PASSWORD } from "../attacks/operators.ts";
import { Authenticator } from "../system/authenticator.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { Person } from "./person.ts";

const QUESTION = "Code of the second factor: ";

function passwordIn(text: string): string {
  const passwordFile = join(temporaryFolder(), "password");
  writeFileSync(passwordFile, text);
  return passwordFile;
}

/** Ada has a second factor, and her password in a file. */
async function start() {
  const bank = await startOperatedBank();
  const { secret } = await bank.ada.beginFactor(OPERATOR_PASSWORD);
  const authenticator = new Authenticator(secret);
  await bank.ada.enrolFactor(authenticator.next());
  const flags: OperatorFlags = {
    ...{ user: "ada", passwordFile: passwordIn(OPERATOR_PASSWORD), json: false },
    ...{ bank: { host: "127.0.0.1", port: bank.bank.port }, data: bank.folder, trustNew: false },
    knownBanks: join(temporaryFolder(), "known-banks.json"),
  };
  const users = (person: Person, over: Partial<OperatorFlags> = {}): Promise<void> =>
    operate({ ...flags, ...over }, "admin.users", { limit: 1 }, person);
  return { bank, flags, users, authenticator };
}

it("is asked for once the password was right, and the command is done", async () => {
  const { users, authenticator } = await start();
  const code = authenticator.next();
  const person = new Person("what code?", `${code.slice(0, 3)} ${code.slice(3)}`);
  await users(person);
  const form = "A code has 6 digits, and a recovery code 16 letters and digits.";
  expect(person.seen).toEqual([QUESTION, form, QUESTION, "ada  administrator  two factors"]);
});

it("that is wrong is refused, and so is one that was given", async () => {
  const { users, bank } = await start();
  const wrong = "A".repeat(16);
  const person = new Person(wrong);
  await expect(users(person)).rejects.toMatchObject({
    ...{ code: 1, message: expect.stringContaining("Refused: the code is wrong.") },
  });
  expect(person.seen).toEqual([QUESTION]);
  const other = new Person(wrong);
  await expect(users(other, { code: wrong })).rejects.toMatchObject({
    ...{ code: 1, message: "Refused: name or password is wrong." },
  });
  expect(other.seen).toEqual([]);
  const tries = bank.audit().filter(({ outcome }) => outcome === "wrong_code");
  expect(tries.map(({ who }) => who)).toEqual(["ada", "ada"]);
});

it("is not asked for where the password was wrong, and may be left out", async () => {
  const { users } = await start();
  const stranger = new Person("123456");
  await expect(users(stranger, { passwordFile: passwordIn("a guess") })).rejects.toMatchObject({
    message: "Refused: name or password is wrong.",
  });
  expect(stranger.seen).toEqual([]);
  await expect(users(new Person(""))).rejects.toMatchObject({
    message: "Refused: a code of the second factor too. Give it with --code.",
  });
});

it("is followed by a goodbye, refused or not: no line is on record as cut", async () => {
  const { flags, authenticator, bank } = await start();
  const code = authenticator.next();
  const show = operate({ ...flags, code }, "admin.show", { username: "nobody" }, new Person());
  await expect(show).rejects.toMatchObject({ message: "Refused: there is no such user." });
  const endings = () =>
    bank.audit().filter(({ action }) => action === "session" || action === "logout");
  await expect.poll(endings).toMatchObject([{ who: "ada", action: "logout", outcome: "ok" }]);
});
