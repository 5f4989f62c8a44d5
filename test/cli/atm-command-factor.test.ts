/** A person with a second factor at the terminal ATM: enrols, logs in, loses a line, ends it. */

import { describe, expect, it } from "vitest";
import { cents } from "../../src/bank/money.ts";
import { NEW_LINE_NEEDS_CODE } from "../../src/cli/atm-command-failure.ts";
import { qrLines } from "../../src/cli/atm-command-qr.ts";
import { EXIT } from "../../src/cli/exit.ts";
import { CuttingRelay } from "../client/cutting-relay.ts";
import { Authenticator } from "../system/authenticator.ts";
import { startTestBank } from "../test-bank.ts";
import { enrolled } from "./enrolled.ts";
import { Person, visit } from "./person.ts";

const CODE_QUESTION = "Code of the second factor: ";
const RECOVERY_CODE = /^ {2}([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})$/;

/** What stands behind a word at the beginning of a line. */
const told = (seen: readonly string[], word: string): string =>
  seen
    .findLast((line) => line.startsWith(`${word} `))
    ?.slice(word.length)
    .trim() ?? "";

const authenticatorOf = (seen: readonly string[]): Authenticator =>
  new Authenticator(told(seen, "Secret").replaceAll(" ", ""));

describe("factor enrol", () => {
  it("shows the secret, takes a code that proves it, and tells the recovery codes", async () => {
    const testBank = await startTestBank();
    const person: Person = new Person(
      ...["sign-up ada", "log-in ada", "factor status", "factor enrol", "12345"],
      () => authenticatorOf(person.seen).wrong(),
      () => authenticatorOf(person.seen).next(),
      ...["factor status", "info"],
    );
    person.columns = 80;
    const seen = await visit(testBank, person);
    const uri = told(seen, "URI");
    const secret = told(seen, "Secret").replaceAll(" ", "");
    expect(uri).toContain(`secret=${secret}`);
    const from = seen.indexOf("There is no second factor.");
    const recoveryCodes = seen.flatMap((line) => RECOVERY_CODE.exec(line)?.[1] ?? []);
    expect(new Set(recoveryCodes).size).toBe(10);
    expect(seen.slice(from + 1)).toEqual([
      "Password: ",
      "Scan this, or type it in:",
      ...(qrLines(uri, person) ?? []),
      expect.stringMatching(/^Secret {2}([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/),
      `URI     ${uri}`,
      "The code that it shows: ",
      "A code has 6 digits, and a recovery code 16 letters and digits.",
      "The code that it shows: ",
      "That is not its code. Is its clock right? Try the next one.",
      "The code that it shows: ",
      "The second factor is set: each login needs a code from now on.",
      ...["", expect.stringContaining("stands in for one code, once"), "not shown again:", ""],
      ...[...recoveryCodes.map((code) => `  ${code}`), ""],
      "There is a second factor.",
      ...[expect.stringContaining("ada"), "Two factors  yes"],
      ...Array(4).fill(expect.any(String)),
    ]);
  });

  it.for([
    ["on a screen that is too narrow", "factor enrol", 40],
    ["where nothing can be drawn", "factor enrol", 0],
    ["with --no-qr", "factor enrol --no-qr", 80],
  ] as const)("%s shows text alone", async ([, command, columns]) => {
    const person: Person = new Person("sign-up ada", "log-in ada", command, "", "factor status");
    person.columns = columns;
    const seen = await visit(await startTestBank(), person);
    expect(seen.slice(-7)).toEqual([
      ...["Password: ", "Type this into an authenticator:"],
      ...[expect.stringMatching(/^Secret /), expect.stringMatching(/^URI /)],
      ...["The code that it shows: ", "Nothing was changed, for want of a code."],
      "There is no second factor.",
    ]);
  });

  it("is refused over a factor that is there, and its removal where there is none", async () => {
    const testBank = await startTestBank();
    const { recoveryCodes } = await enrolled(testBank, "ada");
    const [first = ""] = recoveryCodes;
    const ada = new Person("log-in ada", first, "factor enrol");
    expect((await visit(testBank, ada)).at(-1)).toBe("Refused: there is a second factor.");
    const bob = new Person("sign-up bob", "log-in bob", "factor remove", "123456");
    expect((await visit(testBank, bob)).at(-1)).toBe("Refused: there is no second factor.");
  });
});

describe("an account with a second factor", () => {
  it("is asked for its code wherever the password is", async () => {
    const testBank = await startTestBank();
    const { authenticator, recoveryCodes } = await enrolled(testBank, "ada");
    const [first = "", second = "", third = ""] = recoveryCodes;
    const person = new Person(
      ...["log-in ada", () => authenticator.next(), "deposit 30000", "withdraw 15000", first],
      ...["password", second, "factor remove", third.toLowerCase(), "log-out", "log-in ada"],
    );
    expect((await visit(testBank, person)).slice(2)).toEqual([
      ...["Password: ", CODE_QUESTION, "Logged in as ada."],
      expect.stringMatching(/^Deposited /),
      ...["So large a sum needs your password again.", "Password: ", CODE_QUESTION],
      expect.stringMatching(/^Withdrew /),
      ...["New password: ", CODE_QUESTION, "The password is changed."],
      ...["Password: ", CODE_QUESTION, "The second factor is taken away."],
      ...["Logged out.", "Password: ", "Logged in as ada."],
    ]);
  });

  it("is not opened by a code that is wrong, was used, or is none", async () => {
    const testBank = await startTestBank();
    const { authenticator, recoveryCodes } = await enrolled(testBank, "ada");
    const [used = "", other = ""] = recoveryCodes;
    const person = new Person(
      ...["log-in ada", () => authenticator.wrong(), "log-in ada", used, "log-out"],
      ...["log-in ada", used, "log-in ada", "", "balance", "log-in ada", other],
    );
    const refused = expect.stringMatching(/^Refused: the code is wrong\. A code works once/);
    expect((await visit(testBank, person)).slice(2)).toEqual([
      ...["Password: ", CODE_QUESTION, refused],
      ...["Password: ", CODE_QUESTION, "Logged in as ada.", "Logged out."],
      ...["Password: ", CODE_QUESTION, refused],
      ...["Password: ", CODE_QUESTION, expect.stringContaining("code of the second factor is")],
      ...["Refused: log in first.", "Password: ", CODE_QUESTION, "Logged in as ada."],
    ]);
  });

  it.for([
    ["the login", ["log-in ada", null]],
    ["the confirmation", ["log-in ada", "CODE", "deposit 30000", "withdraw 15000", null]],
    ["the new password", ["log-in ada", "CODE", "password", null]],
    ["the removal", ["log-in ada", "CODE", "factor remove", null]],
  ] as const)("is left alone by Ctrl+C at the code of %s", async ([, lines]) => {
    const testBank = await startTestBank();
    const { recoveryCodes } = await enrolled(testBank, "ada");
    const [first = "", second = ""] = recoveryCodes;
    const person = new Person(...lines.map((line) => (line === "CODE" ? first : line)));
    await expect(visit(testBank, person)).rejects.toMatchObject({ code: EXIT.interrupted });
    expect(person.seen.at(-1)).toBe(CODE_QUESTION);
    const again = await visit(testBank, new Person("log-in ada", second, "factor status"));
    expect(again.at(-1)).toBe("There is a second factor.");
  });
});

describe("a line that is lost", () => {
  /** Ada has logged in over a line that can be cut: each line's third reply is its first answer. */
  async function stage() {
    const testBank = await startTestBank();
    const { recoveryCodes } = await enrolled(testBank, "ada");
    const relay = await CuttingRelay.start(testBank.bank.port);
    return { testBank, relay, codes: [...recoveryCodes], at: { port: relay.port } };
  }

  it("in a command asks for a code, and the change is done once", async () => {
    const { testBank, relay, codes, at } = await stage();
    const [first = "", second = ""] = codes;
    const person = new Person(
      ...["log-in ada", first],
      () => (void relay.cutAtReply(), "deposit 20 --key k"),
      ...["000000", second, "deposit 20 --key k", "balance"],
    );
    const seen = await visit(testBank, person, at);
    expect(seen.slice(seen.indexOf("Logged in as ada.") + 1)).toEqual([
      "The line was lost: unknown whether it was done, checking …",
      ...[CODE_QUESTION, "Another: "],
      ...["Deposited $20. Balance: $20 (transaction 1)"],
      ...["Deposited $20. Balance: $20 (transaction 1)", "Balance: $20"],
    ]);
  });

  it("in a command whose code nobody gives says how to find out what became of it", async () => {
    const { testBank, relay, codes, at } = await stage();
    const [first = "", second = ""] = codes;
    const person = new Person(
      ...["log-in ada", first],
      () => (void relay.cutAtReply(), "deposit 20 --key k"),
      ...["", "deposit 20 --key k", second],
    );
    const seen = await visit(testBank, person, at);
    expect(seen.slice(seen.indexOf("Logged in as ada.") + 1)).toEqual([
      "The line was lost: unknown whether it was done, checking …",
      ...[CODE_QUESTION, NEW_LINE_NEEDS_CODE],
      "Unknown whether it was done. To find out, ask again with --key k",
      ...[CODE_QUESTION, "Deposited $20. Balance: $20 (transaction 1)"],
    ]);
  });

  it("in a command that Ctrl+C ends at its code says so, too, and then stops", async () => {
    const { testBank, relay, codes, at } = await stage();
    const person = new Person(
      ...["log-in ada", codes[0] ?? ""],
      () => (void relay.cutAtReply(), "deposit 20 --key k"),
      null,
    );
    await expect(visit(testBank, person, at)).rejects.toMatchObject({ code: EXIT.interrupted });
    expect(person.seen.at(-1)).toBe(
      "Unknown whether it was done. To find out, ask again with --key k",
    );
  });

  it("between two commands is told of, and the next command asks for a code", async () => {
    const { testBank, relay, codes, at } = await stage();
    const [first = "", second = ""] = codes;
    const bob = await testBank.customer("bob");
    await bob.deposit(cents(500));
    /** The news of money that comes is cut off, and with it the line. */
    const loseLine = async (): Promise<string> => {
      const isCut = relay.cutAtReply();
      await visit(testBank, new Person("log-in bob", "transfer ada 5"));
      await isCut;
      await expect.poll(() => person.seen.at(-1)).toBe(NEW_LINE_NEEDS_CODE);
      return "balance";
    };
    const person: Person = new Person(
      ...["log-in ada", first, loseLine, "111111", "balance", "log-in ada", second, "balance"],
    );
    const seen = await visit(testBank, person, at);
    expect(seen.slice(seen.indexOf("Logged in as ada.") + 1)).toEqual([
      ...[NEW_LINE_NEEDS_CODE, CODE_QUESTION],
      expect.stringMatching(/^Refused: the code is wrong/),
      ...["Refused: log in first.", "Password: ", CODE_QUESTION, "Logged in as ada."],
      "Balance: $5",
    ]);
  });

  it("with the secret of an enrolment is told of", async () => {
    const testBank = await startTestBank();
    const relay = await CuttingRelay.start(testBank.bank.port);
    const person: Person = new Person("sign-up ada", "log-in ada", "factor enrol", async () => {
      const bob = await testBank.customer("bob");
      await bob.deposit(cents(500));
      const isCut = relay.cutAtReply();
      await visit(testBank, new Person("log-in bob", "transfer ada 5"));
      await isCut;
      const logins = () =>
        testBank.audit().filter(({ who, action }) => who === "ada" && action === "login");
      await expect.poll(() => logins().length).toBe(2); // On the new line, too.
      return authenticatorOf(person.seen).next();
    });
    const seen = await visit(testBank, person, { port: relay.port });
    expect(seen.at(-1)).toBe("The line was lost, and the secret with it: enrol again.");
  });
});
