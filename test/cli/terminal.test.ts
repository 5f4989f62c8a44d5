/** The terminal ATM on a real terminal: what is shown, what is not, and how it is left. */

import { describe, expect, it } from "vitest";
import { PROGRAM } from "../built-program.ts";
import { pictureOf, scanned } from "../qr-camera.ts";
import { Authenticator } from "../system/authenticator.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startTestBank, type TestBank } from "../test-bank.ts";
import { enrolled } from "./enrolled.ts";
import { KEYS, onTerminal, type PseudoTerminal } from "./pseudo-terminal.ts";
import { join } from "node:path";

const PASSWORD = "seven canaries hum";
const PROMPT = /atm> $/;

type Options = Parameters<typeof onTerminal>[1];

/** An ATM on a terminal, once it asks for its first command. */
async function atmOf({ bank, folder }: TestBank, options?: Options): Promise<PseudoTerminal> {
  const where = ["--bank", `127.0.0.1:${bank.port}`, "--data", folder];
  const known = ["--known-banks", join(temporaryFolder(), "known-banks.json")];
  const atm = onTerminal([process.execPath, PROGRAM, "atm", ...where, ...known], options);
  await atm.shows(PROMPT);
  return atm;
}

/** Types a line, and waits for what comes of it. */
async function enter(atm: PseudoTerminal, line: string, expected: RegExp) {
  atm.type(line + KEYS.enter);
  return atm.shows(expected);
}

async function logIn(atm: PseudoTerminal, expected = /Logged in as ada\./): Promise<void> {
  await enter(atm, "log-in ada", /Password: $/);
  await enter(atm, PASSWORD, expected);
}

async function withAda(): Promise<TestBank> {
  const bank = await startTestBank();
  await bank.client().signUp("ada", PASSWORD);
  return bank;
}

describe("a password at the terminal", () => {
  it("would be seen, did the program not see to it", async () => {
    const cat = onTerminal(["/bin/cat"]);
    await enter(cat, PASSWORD, new RegExp(`${PASSWORD}\r\n${PASSWORD}`));
    cat.type(KEYS.ctrlD);
    expect(await cat.ended).toEqual({ code: 0, isRestored: true });
  });

  it("is not shown, wrong or right, old or new", async () => {
    const atm = await atmOf(await startTestBank());
    await enter(atm, "sign-up ada", /Password: $/);
    await enter(atm, PASSWORD, /ada[^]*atm> $/);
    await enter(atm, "log-in ada", /Password: $/);
    await enter(atm, "a wrong canary", /Refused: name or password is wrong\.[^]*atm> $/);
    await logIn(atm);
    await enter(atm, "password", /New password: $/);
    await enter(atm, "a newer canary flew", /The password is changed\.[^]*atm> $/);
    await enter(atm, "deposit 20", /Deposited \$20\. Balance: \$20/);
    atm.type(`quit${KEYS.enter}`);
    expect(await atm.ended).toEqual({ code: 0, isRestored: true });
    expect(atm.shown()).not.toMatch(/canar/);
    expect(atm.shown()).toContain("log-in ada");
  });

  it("is not shown where it is typed before it is asked for", async () => {
    const atm = await atmOf(await withAda());
    atm.type(["log-in ada", PASSWORD, "balance", ""].join(KEYS.enter));
    await atm.shows(/Logged in as ada\.[^]*Balance: \$0/);
    expect(atm.shown()).not.toMatch(/canar/);
  });

  it("of the bank's first administrator is not shown, either", async () => {
    const flags = ["--user", "ada", "--bcrypt-cost", "4", "--data", temporaryFolder()];
    const init = onTerminal([process.execPath, PROGRAM, "admin", "init", ...flags]);
    await init.shows(/Password: $/);
    await enter(init, PASSWORD, /ada is the bank's administrator/);
    expect(await init.ended).toEqual({ code: 0, isRestored: true });
    expect(init.shown()).not.toMatch(/canar/);
  });
});

describe("Ctrl+C on a terminal", () => {
  it.for([
    ["a command", async () => undefined, "bala"],
    ["a password", async (atm) => void (await enter(atm, "log-in ada", /Password: $/)), "a cana"],
    ["a code", (atm) => logIn(atm, /Code of the second factor: $/), "123"],
  ] satisfies [string, (atm: PseudoTerminal) => Promise<void>, string][])(
    "in the middle of %s ends with 130, and leaves the terminal as it was",
    async ([, goThere, typed]) => {
      const bank = await startTestBank();
      await enrolled(bank, "ada", PASSWORD);
      const atm = await atmOf(bank);
      await goThere(atm);
      atm.type(typed + KEYS.ctrlC);
      expect(await atm.ended).toEqual({ code: 130, isRestored: true });
      expect(atm.shown()).toMatch(/Stopped by Ctrl\+C\.\r\n$/);
      expect(atm.shown()).not.toMatch(/cana/);
    },
  );
});

describe("Ctrl+D on a terminal", () => {
  it("at a command leaves, as quit does", async () => {
    const atm = await atmOf(await withAda());
    atm.type(KEYS.ctrlD);
    expect(await atm.ended).toEqual({ code: 0, isRestored: true });
  });

  it("at a password says what is missing, and leaves", async () => {
    const atm = await atmOf(await withAda());
    await enter(atm, "log-in ada", /Password: $/);
    atm.type(KEYS.ctrlD);
    await atm.shows(/There is no password/);
    expect(await atm.ended).toEqual({ code: 0, isRestored: true });
  });
});

const SECRET = /Secret {2}([A-Z2-7 ]+)\r\nURI {5}(\S+)\r\n[^]*The code that it shows: $/;
const COLOURED = /^\u001B\[38;5;16;48;5;231m([ ▀▄█]+)\u001B\[0m$/gm;
const PLAIN = /^[ ▀▄█]+$/gm;

/** Ada's ATM has shown the secret of her new factor. */
async function enrol(atm: PseudoTerminal) {
  await logIn(atm);
  await enter(atm, "factor enrol", /Password: $/);
  const [, secret = "", uri = ""] = await enter(atm, PASSWORD, SECRET);
  return { secret: secret.replaceAll(" ", ""), uri, shown: atm.shown().replaceAll("\r", "") };
}

describe("the QR code of an enrolment", () => {
  it("fits in 80 columns, and a camera reads the secret there", async () => {
    const atm = await atmOf(await withAda());
    const { secret, uri, shown } = await enrol(atm);
    const lines = [...shown.matchAll(COLOURED)].map(([, blocks = ""]) => blocks);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(scanned(pictureOf(lines, "black on white"))).toBe(uri);
    expect(uri).toContain(`secret=${secret}`);
    const code = new Authenticator(secret).next();
    await enter(atm, code, /The second factor is set[^]*atm> $/);
    expect(atm.shown()).not.toMatch(/canar/);
  });

  it("has no colours with NO_COLOR, and is read where text is light on dark", async () => {
    const atm = await atmOf(await withAda(), { environment: { NO_COLOR: "1" } });
    const { uri, shown } = await enrol(atm);
    const lines = shown.match(PLAIN) ?? [];
    expect(scanned(pictureOf(lines, "white on black"))).toBe(uri);
    expect(atm.shown()).not.toMatch(/\u001B\[[\d;]*m/);
  });

  it("is left out once the window is too narrow, and is there once it is wide again", async () => {
    const atm = await atmOf(await withAda());
    await logIn(atm);
    await enter(atm, "factor enrol", /Password: $/);
    atm.type(PASSWORD.slice(0, 5));
    atm.resize(40);
    atm.type(PASSWORD.slice(5));
    await enter(atm, "", /Type this into an authenticator:[^]*The code that it shows: $/);
    atm.resize(120);
    await enter(atm, "", /Nothing was changed[^]*atm> $/);
    atm.type("factor en");
    await atm.shows(/factor en$/);
    atm.resize(100);
    await enter(atm, "rol", /Password: $/);
    await enter(atm, PASSWORD, /Scan this, or type it in:[^]*The code that it shows: $/);
    atm.type(KEYS.ctrlC);
    expect(await atm.ended).toEqual({ code: 130, isRestored: true });
    expect(atm.shown()).not.toMatch(/canar/);
  });
});
