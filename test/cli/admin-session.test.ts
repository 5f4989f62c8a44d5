/** The code of an operator's second factor: asked for where somebody can be asked, and only then. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateSync } from "otplib";
import { expect, it } from "vitest";
import { operate, type OperatorFlags } from "../../src/cli/admin-session.ts";
import type { Terminal } from "../../src/cli/atm-command-terminal.ts";
import { startOperatedBank, OPERATOR_PASSWORD } from "../attacks/operators.ts";
import { temporaryFolder } from "../temporary-folder.ts";

type Answers = { readonly code: string | null };

/** Somebody who types what is asked for; what they read is kept. */
class Typist implements Terminal {
  readonly isInteractive = true;
  readonly asked: string[] = [];
  readonly printed: string[] = [];
  readonly #answers: Answers;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  readonly ask = async (question: string): Promise<string | null> => {
    this.asked.push(question);
    return this.#answers.code;
  };
  askSecret = this.ask;
  print = (line: string): void => void this.printed.push(line);
  say = this.print;
  lines = (): AsyncIterable<string> => {
    throw new Error("nobody reads lines here");
  };
  close(): void {}
}

/** Ada has a second factor, and a password in a file. */
async function start() {
  const bank = await startOperatedBank();
  const { secret } = await bank.ada.beginFactor(OPERATOR_PASSWORD);
  const codeAt = (steps: number): string =>
    generateSync({ secret, epoch: Math.floor(Date.now() / 1_000) + steps * 30 });
  await bank.ada.enrolFactor(codeAt(-1));
  const passwordFile = join(temporaryFolder(), "password");
  writeFileSync(passwordFile, OPERATOR_PASSWORD);
  const flags: OperatorFlags = {
    ...{ user: "ada", passwordFile, json: false, data: bank.folder },
    ...{ bank: { host: "127.0.0.1", port: bank.bank.port }, trustNew: false },
    knownBanks: join(temporaryFolder(), "known-banks.json"),
  };
  return { bank, flags, codeAt };
}

it("is asked for once the password was right, and the command is done", async () => {
  const { flags, codeAt } = await start();
  const typist = new Typist({ code: ` ${codeAt(0)} ` });
  await operate(flags, "admin.users", { limit: 1 }, typist);
  expect(typist.asked).toEqual(["Code of your second factor: "]);
  expect(typist.printed).toEqual(["ada  administrator  two factors"]);
});

it("that is wrong is refused like a wrong password, and so is one that was given", async () => {
  const { flags, bank } = await start();
  const wrong = "no code";
  for (const given of [{}, { code: wrong }]) {
    const typist = new Typist({ code: wrong });
    const call = operate({ ...flags, ...given }, "admin.users", { limit: 1 }, typist);
    await expect(call).rejects.toMatchObject({
      ...{ code: 1, message: "Refused: name or password is wrong." },
    });
    expect(typist.asked).toHaveLength("code" in given ? 0 : 1);
  }
  await bank.ada.call("admin.proposals", {});
  const tries = bank.audit().filter(({ outcome }) => outcome === "wrong_code");
  expect(tries).toHaveLength(2);
});

it("is not asked for where the password was wrong, and may be left out", async () => {
  const { flags } = await start();
  const passwordFile = join(temporaryFolder(), "password");
  writeFileSync(passwordFile, "a guess");
  const stranger = new Typist({ code: "123456" });
  const call = operate({ ...flags, passwordFile }, "admin.users", { limit: 1 }, stranger);
  await expect(call).rejects.toMatchObject({ message: "Refused: name or password is wrong." });
  expect(stranger.asked).toEqual([]);
  const leaver = new Typist({ code: null });
  await expect(operate(flags, "admin.users", { limit: 1 }, leaver)).rejects.toMatchObject({
    message: "Refused: a code of the second factor too. Give it with --code.",
  });
});
