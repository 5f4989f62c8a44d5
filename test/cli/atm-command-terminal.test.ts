/** The terminal itself: what it shows, what it keeps to itself, and how Ctrl+C leaves it. */

import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { openTerminal, type Terminal } from "../../src/cli/atm-command-terminal.ts";
import { EXIT } from "../../src/cli/exit.ts";

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const UP = "\u001B[A";

/** A keyboard and a screen. */
function stage() {
  const input = new PassThrough();
  const output = Object.assign(new PassThrough(), { columns: 80 });
  let isRaw = false;
  Object.assign(input, {
    isTTY: true,
    setRawMode: (raw: boolean) => void (isRaw = raw),
  });
  let shown = "";
  output.setEncoding("utf8").on("data", (text: string) => (shown += text));
  const terminal = openTerminal({ input, output, isInteractive: true });
  const type = (keys: string): void => void input.write(keys);
  return { terminal, type, shown: () => shown, isRaw: () => isRaw };
}

const QUESTIONS = ["ask", "askCommand", "askSecret"] as const;

describe("a question", () => {
  it.for(QUESTIONS)("of %s gets the line that is typed", async (how) => {
    const { terminal, type, shown } = stage();
    const answer = terminal[how]("Well? ");
    type("a good password\r");
    expect(await answer).toBe("a good password");
    expect(shown()).toContain("Well? ");
    expect(shown().includes("a good password")).toBe(how !== "askSecret");
  });

  it.for(QUESTIONS)(
    "of %s is null at the end of the input, and so are all after it",
    async (how) => {
      const { terminal, type, isRaw } = stage();
      const answer = terminal[how]("Well? ");
      type(CTRL_D);
      expect(await answer).toBeNull();
      expect(isRaw()).toBe(false);
      expect(await terminal[how]("Well? ")).toBeNull();
    },
  );

  it("leaves only commands to the arrow keys: no password, and no code", async () => {
    const { terminal, type, shown } = stage();
    for (const [how, line] of [
      ["askCommand", "balance"],
      ["askSecret", "a good password"],
      ["ask", "123456"],
    ] as const) {
      const answer = terminal[how]("> ");
      type(`${line}\r`);
      await answer;
    }
    const before = shown().length;
    const answer = terminal.askCommand("> ");
    type(`${UP}\r`);
    expect(await answer).toBe("balance");
    expect(shown().slice(before)).not.toMatch(/password|123456/);
  });

  it("takes what was typed ahead of it, and shows that only then, but no password", async () => {
    const { terminal, type, shown } = stage();
    const first = terminal.askCommand("atm> ");
    type("log-in ada\r");
    expect(await first).toBe("log-in ada");
    type("a good password\r123456\rbal");
    expect(shown()).not.toMatch(/password|123456|bal/);
    expect(await terminal.askSecret("Password: ")).toBe("a good password");
    expect(await terminal.ask("Code: ")).toBe("123456");
    expect(shown()).toContain("Password: \nCode: 123456\n");
    const last = terminal.askCommand("atm> ");
    type("ance\r");
    expect(await last).toBe("balance");
    expect(shown()).toContain("atm> bal");
    expect(shown()).not.toContain("a good password");
  });

  it("takes the lines of one paste in turn, and shows no password of it", async () => {
    const { terminal, type, shown } = stage();
    const first = terminal.askCommand("atm> ");
    type("log-in ada\ra good password\rbalance\rquit\r");
    expect(await first).toBe("log-in ada");
    expect(await terminal.askSecret("Password: ")).toBe("a good password");
    expect(await terminal.askCommand("atm> ")).toBe("balance");
    expect(await terminal.askCommand("atm> ")).toBe("quit");
    for (const line of ["log-in ada", "balance", "quit"]) expect(shown()).toContain(line);
    expect(shown()).not.toContain("a good password");
  });

  it("for a password shows nothing of it between the lines of a program, either", async () => {
    const { terminal, type, shown } = stage();
    const lines = terminal.lines()[Symbol.asyncIterator]();
    type("password\r");
    expect(await lines.next()).toEqual({ value: "password", done: false });
    expect(shown()).toContain("password");
    const answer = terminal.askSecret("New password: ");
    type("nobody guesses it\r");
    expect(await answer).toBe("nobody guesses it");
    expect(shown()).not.toContain("nobody");
  });

  it.for(QUESTIONS)("of %s is shown again behind what is said meanwhile", async (how) => {
    const { terminal, type, shown } = stage();
    const answer = terminal[how]("Well? ");
    terminal.say("News.");
    type("\r");
    await answer;
    expect(shown().split("News.\n")[1]).toContain("Well? ");
  });
});

describe("Ctrl+C", () => {
  const endOf = async (question: ReturnType<Terminal["ask"]>): Promise<unknown> =>
    question.catch((error: unknown) => error);

  it.for(QUESTIONS)(
    "at a question of %s ends it with 130, and the terminal is as before",
    async (how) => {
      const { terminal, type, isRaw, shown } = stage();
      const answer = endOf(terminal[how]("Well? "));
      type("half a li");
      expect(isRaw()).toBe(true);
      type(CTRL_C);
      expect(await answer).toMatchObject({ code: EXIT.interrupted, message: "Stopped by Ctrl+C." });
      expect(isRaw()).toBe(false);
      expect(shown().endsWith("\n")).toBe(true);
      expect(terminal.interrupted.aborted).toBe(true);
      expect(await endOf(terminal.ask("And now? "))).toMatchObject({ code: EXIT.interrupted });
    },
  );

  it("between two questions is told at once, and ends the next", async () => {
    const { terminal, type, isRaw } = stage();
    const answer = terminal.askCommand("atm> ");
    type("balance\r");
    await answer;
    const interrupted = new Promise<void>((resolve) => {
      terminal.interrupted.addEventListener("abort", () => resolve());
    });
    type(CTRL_C);
    await interrupted;
    expect(isRaw()).toBe(false);
    expect(await endOf(terminal.askCommand("atm> "))).toMatchObject({ code: EXIT.interrupted });
  });
});
