/** `secure-atm admin` from outside, at a running bank: every command, and what goes wrong. */

import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { encodeHex } from "../../src/protocol/hex.ts";
import { startOperatedBank, OPERATOR_PASSWORD, type OperatedBank } from "../attacks/operators.ts";
import { PROGRAM } from "../built-program.ts";
import { Authenticator } from "../system/authenticator.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startTestBank } from "../test-bank.ts";
import type { Run } from "./run.ts";

function program(args: readonly string[], input = ""): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [PROGRAM, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? null), stdout, stderr });
    });
    child.stdin?.on("error", () => undefined); // It may end before it has read all.
    child.stdin?.end(input);
  });
}

/** A command line of an operator, whose password lies in a file. */
function operatorOf(port: number, user: string, password = OPERATOR_PASSWORD) {
  const folder = temporaryFolder();
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, `${password}\n`);
  return (...args: string[]): Promise<Run> =>
    program([
      ...["admin", ...args, "--bank", `127.0.0.1:${port}`, "--user", user],
      ...["--password-file", passwordFile, "--known-banks", join(folder, "known-banks.json")],
    ]);
}

const operatorAt =
  ({ bank, folder }: OperatedBank, user = "ada", password?: string) =>
  (...args: string[]): Promise<Run> =>
    operatorOf(bank.port, user, password)(...args, "--data", folder);

/** What a command that succeeds prints for people. */
async function linesOf(run: Promise<Run>): Promise<string[]> {
  const { code, stdout, stderr } = await run;
  expect([code, stderr]).toEqual([0, ""]);
  return stdout.trimEnd().split("\n");
}

/** What it prints for programs: one object. */
const parsed = ({ stdout }: Run): unknown => JSON.parse(stdout);

async function resultOf(run: Promise<Run>): Promise<unknown> {
  const done = await run;
  expect(done).toMatchObject({ code: 0, stderr: "" });
  const { ok, result } = parsed(done) as { ok: boolean; result: unknown };
  expect(ok).toBe(true);
  return result;
}

describe("a command", () => {
  it("about a user does it, and says so in a line", async () => {
    const bank = await startOperatedBank();
    await bank.hire("bob", ["customer"]);
    const admin = operatorAt(bank);
    const plain = "bob  customer  no second factor";
    for (const [args, lines] of [
      [["users"], ["ada  administrator  no second factor", plain]],
      [
        ["users", "--limit", "1"],
        ["ada  administrator  no second factor", "More: admin users ada"],
      ],
      [["users", "ada"], [plain]],
      [["lock", "bob"], ["Locked: nobody logs in until unlock. Sessions that run go on."]],
      [
        ["show", "bob"],
        ["bob  customer  LOCKED OUT  no second factor", "Balance: $0"],
      ],
      [["unlock", "bob"], ["Unlocked: wrong passwords are forgotten."]],
      [["disable", "bob"], ["Switched off."]],
      [
        ["show", "bob"],
        ["bob  customer  OFF  no second factor", "Balance: $0"],
      ],
      [["enable", "bob"], ["Switched on."]],
      [["reset-factor", "bob"], ["The second factor is taken away."]],
      [
        ["roles", "bob", "customer", "teller"],
        ["The roles are set, and count from the next login on."],
      ],
      [
        ["show", "bob"],
        ["bob  customer+teller  no second factor", "Balance: $0"],
      ],
    ] as const) {
      expect([args, await linesOf(admin(...args))]).toEqual([args, lines]);
    }
  });

  it("about money adjusts up to the limit, and above it has another approve", async () => {
    const bank = await startOperatedBank();
    await bank.hire("bob", ["customer"]);
    await bank.hire("eve", ["administrator"]);
    const admin = operatorAt(bank);
    const eve = operatorAt(bank, "eve");
    const adjust = (...args: string[]) => admin("adjust", "bob", ...args);
    expect(await linesOf(adjust("12.50", "a lost note", "--key", "one"))).toEqual([
      "Adjusted. Balance: $12.50 (transaction 1)",
    ]);
    expect(await linesOf(adjust("12.50", "a lost note", "--key", "one"))).toEqual([
      "Adjusted. Balance: $12.50 (transaction 1)",
    ]);
    expect(await linesOf(adjust("2000", "a windfall"))).toEqual([
      "Proposed as 1: another administrator has to approve it.",
    ]);
    expect(await resultOf(adjust("3000", "another", "--json"))).toEqual({ proposal: "2" });
    expect(await linesOf(eve("proposals"))).toEqual([
      '1  bob  $2000  "a windfall"  by ada',
      '2  bob  $3000  "another"  by ada',
    ]);
    expect(await linesOf(eve("approve", "1"))).toEqual([
      "Adjusted. Balance: $2012.50 (transaction 2)",
    ]);
    expect(await linesOf(eve("reject", "2"))).toEqual(["Rejected: nothing is posted."]);
    expect(await linesOf(eve("proposals"))).toEqual(["Nothing waits for a second person."]);
    expect(await resultOf(admin("adjust", "--json", "bob", "-12.50", "found again"))).toEqual({
      ...{ transactionId: "3", balance: "200000" },
    });
  });

  it("about sessions lists them and ends them", async () => {
    const bank = await startOperatedBank();
    const bob = await bank.hire("bob", ["customer"]);
    const { current } = await bob.sessions();
    const admin = operatorAt(bank);
    const [line, ...others] = await linesOf(admin("sessions", "bob"));
    expect(others).toEqual([]);
    expect(line).toMatch(new RegExp(`^${current}  bob  at 127\\.0\\.0\\.1  modern  since 2`));
    const all = (await resultOf(admin("sessions", "--json", "--limit", "1"))) as object;
    expect(all).toMatchObject({ sessions: [{ username: "ada", roles: ["administrator"] }] });
    expect(all).toHaveProperty("next");
    expect(await linesOf(admin("end-session", current))).toEqual(["The session is ended."]);
    await expect.poll(() => bob.end).toMatchObject({ reason: "ended_elsewhere" });
    expect(await linesOf(admin("sessions", "bob"))).toEqual(["Nobody is logged in."]);
  });

  it("reads the audit, and lets nobody who is in it steer the terminal", async () => {
    const bank = await startOperatedBank();
    const stranger = await bank.dial();
    await stranger.logIn("\u001b[2Jeve\u202e", "a guess").catch(() => undefined);
    const admin = operatorAt(bank);
    const [first, , third, more] = await linesOf(admin("audit", "--limit", "3"));
    expect(first).toMatch(/ {2}"ada" {2}audit\.list {2}ok$/);
    expect(third).toMatch(/ {2}"\\u\{1b\}\[2Jeve\\u\{202e\}" {2}login {2}failed$/);
    const before = /^More: --before (\d+)$/.exec(more!)?.[1];
    const page = await resultOf(admin("audit", "--before", before!, "--json"));
    const { entries } = page as { entries: { sequence: string; action: string }[] };
    expect(entries[0]).toMatchObject({ who: "ada", action: "login" });
    const last = Number(before);
    const all = Array.from({ length: last - 1 }, (_, index) => String(last - 1 - index));
    expect(entries.map(({ sequence }) => sequence)).toEqual(all);
  });
});

describe("what goes wrong", () => {
  it.for([
    [["show", "nobody"], "unknown_user", "Refused: there is no such user."],
    [["disable", "ada"], "own_standing", "Refused: nobody changes their own standing."],
    [["lock", "ada"], "own_standing", "Refused: nobody changes their own standing."],
    [["end-session", "0".repeat(32)], "unknown_session", "Refused: there is no such session."],
    [["approve", "7"], "unknown_proposal", "Refused: there is no such open proposal."],
    [["end-session", "x"], "invalid_params", "Refused: the parameters do not fit."],
  ] as const)(
    "%o is a refusal, told to people and to programs: 1",
    async ([args, kind, message]) => {
      const admin = operatorAt(await startOperatedBank());
      const run = await admin(...args, "--json");
      expect(run).toMatchObject({ code: 1, stderr: `${message}\n` });
      expect(parsed(run)).toMatchObject({ ok: false, error: { kind, message } });
    },
  );

  it.for([
    [["roles", "bob", "king"], "There is no role king"],
    [["adjust", "bob", "twelve", "why"], "twelve is no amount of dollars"],
    [["adjust", "bob", "0", "why"], "0 is no amount of dollars"],
    [["users", "--limit", "51"], "51"],
    [["show"], "missing required argument"],
    [["promote", "bob"], "unknown command"],
  ] as const)("%o is mistyped, before anybody is called: 2", async ([args, message]) => {
    const { code, stdout, stderr } = await operatorOf(1, "ada")(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  it("a role that does not permit it, a wrong password, and nobody's name: 1", async () => {
    const bank = await startOperatedBank();
    await bank.hire("tess", ["teller"]);
    for (const [admin, command, message] of [
      [operatorAt(bank, "tess"), "audit", "your role does not permit this"],
      [operatorAt(bank, "ada", "a guess"), "users", "name or password is wrong"],
      [operatorAt(bank, "nobody"), "users", "name or password is wrong"],
    ] as const) {
      expect(await admin(command)).toEqual({
        ...{ code: 1, stdout: "", stderr: `Refused: ${message}.\n` },
      });
    }
  });

  it("a password that is too weak for the role: 1, and what to do", async () => {
    const bank = await startOperatedBank({ passwords: "demo" });
    await (await bank.dial()).signUp("tess", "eight ch");
    await bank.ada.call("admin.setRoles", { username: "tess", roles: ["teller"] });
    const { code, stderr } = await operatorAt(bank, "tess", "eight ch")("show", "ada");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Refused: your password is too weak for your role\. Change it: /);
  });

  it("a second factor without its code: 1, and what to do; with it all is well", async () => {
    const bank = await startOperatedBank();
    const { secret } = await bank.ada.beginFactor(OPERATOR_PASSWORD);
    const authenticator = new Authenticator(secret);
    await bank.ada.enrolFactor(authenticator.next());
    const admin = operatorAt(bank);
    expect(await admin("users")).toEqual({
      ...{ code: 1, stdout: "" },
      stderr: "Refused: a code of the second factor too. Give it with --code.\n",
    });
    expect(await linesOf(admin("users", "--code", authenticator.next()))).toEqual([
      "ada  administrator  two factors",
    ]);
  });

  it("no bank: 3; one with another key: 4; no password: 2", async () => {
    const { bank } = await startTestBank();
    const key = "8f".repeat(32);
    const away = await operatorOf(1, "ada")("users", "--bank-key", key);
    expect(away).toMatchObject({
      ...{
        code: 3,
        stderr: expect.stringMatching(/^The bank cannot be reached: ECONNREFUSED\. Is it running/),
      },
    });
    const otherKey = encodeHex(nodeCiphers.generateKeyPair().publicKey);
    const { code, stderr } = await operatorOf(bank.port, "ada")("users", "--bank-key", otherKey);
    expect(code).toBe(4);
    expect(stderr).toMatch(/^REFUSED: .*Nothing secret was sent/);
    const line = ["admin", "users", "--user", "ada", "--bank-key", key];
    expect(await program(line)).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining("There is no password") },
    });
  });
});

it.for(["lock", "unlock", "disable"])(
  "the help of %s tells a lock from what is off",
  async (name) => {
    const { code, stdout } = await program(["admin", name, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("A locked account takes no login until unlock");
    expect(stdout).toContain("A disabled one has no session left");
  },
);

describe("admin init", () => {
  it("makes one administrator, whose password is fit for one, in a bank that is down", async () => {
    const folder = join(temporaryFolder(), "data");
    const line = ["admin", "init", "--data", folder, "--bcrypt-cost", "4", "--password-file", "-"];
    const short = await program([...line, "--user", "ada"], "fourteen chars\n");
    expect(short.code).toBe(2);
    expect(short.stderr).toContain("at least 15 characters");
    const made = await program([...line, "--user", "ada", "--json"], `${OPERATOR_PASSWORD}\n`);
    expect(made.code).toBe(0);
    const result = { username: "ada" };
    expect(parsed(made)).toEqual({ ok: true, command: "admin.init", result });
    const again = await program([...line, "--user", "eve"], `${OPERATOR_PASSWORD}\n`);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("has an administrator");
    const name = await program([...line, "--user", "a b"], `${OPERATOR_PASSWORD}\n`);
    expect(name.code).toBe(2);
    const bank = await startTestBank({ folder });
    const running = await program([...line, "--user", "eve"], `${OPERATOR_PASSWORD}\n`);
    expect(running.code).toBe(3);
    const ada = operatorOf(bank.bank.port, "ada");
    expect(await linesOf(ada("users", "--data", folder))).toEqual([
      "ada  administrator  no second factor",
    ]);
  });
});
