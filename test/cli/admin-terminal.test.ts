/** An operator on a real terminal: the password is not shown, and Ctrl+C at the code is an end. */

import { join } from "node:path";
import { expect, it } from "vitest";
import { OPERATOR_PASSWORD, startOperatedBank } from "../attacks/operators.ts";
import { PROGRAM } from "../built-program.ts";
import { Authenticator } from "../system/authenticator.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { KEYS, onTerminal } from "./pseudo-terminal.ts";

const CODE = /Code of the second factor: $/;

/** Ada, who has a second factor, lists the users, and is asked for her password. */
async function start() {
  const { bank, folder, ada } = await startOperatedBank();
  const { secret } = await ada.beginFactor(OPERATOR_PASSWORD);
  const authenticator = new Authenticator(secret);
  await ada.enrolFactor(authenticator.next());
  const where = ["--bank", `127.0.0.1:${bank.port}`, "--data", folder, "--user", "ada"];
  const known = ["--known-banks", join(temporaryFolder(), "known-banks.json")];
  const args = [PROGRAM, "admin", "users", ...where, ...known];
  const terminal = onTerminal([process.execPath, ...args]);
  await terminal.shows(/Password: $/);
  return { terminal, authenticator };
}

it("types a password that is not shown and a code, and gets the answer", async () => {
  const { terminal, authenticator } = await start();
  terminal.type(OPERATOR_PASSWORD + KEYS.enter);
  await terminal.shows(CODE);
  terminal.type(authenticator.next() + KEYS.enter);
  await terminal.shows(/ada {2}administrator {2}two factors\r\n/);
  expect(await terminal.ended).toEqual({ code: 0, isRestored: true });
  expect(terminal.shown()).not.toContain(OPERATOR_PASSWORD.slice(0, 5));
});

it("is refused with a wrong password, which is not shown either", async () => {
  const { terminal } = await start();
  terminal.type(`a wrong canary${KEYS.enter}`);
  await terminal.shows(/Refused: name or password is wrong\./);
  expect(await terminal.ended).toEqual({ code: 1, isRestored: true });
  expect(terminal.shown()).not.toContain("canary");
});

it.for(["the password", "the code"])("leaves by Ctrl+C in the middle of %s", async (where) => {
  const { terminal } = await start();
  if (where === "the code") {
    terminal.type(OPERATOR_PASSWORD + KEYS.enter);
    await terminal.shows(CODE);
  }
  terminal.type(`12${KEYS.ctrlC}`);
  expect(await terminal.ended).toEqual({ code: 130, isRestored: true });
});
