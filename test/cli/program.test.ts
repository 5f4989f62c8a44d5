/** `secure-atm` from outside: what it says of itself, and how it ends when something is wrong. */

import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startTestBank } from "../test-bank.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { parseAddress } from "../../src/cli/options.ts";
import { freeAtmNumber } from "../system/atm-pages.ts";
import { startProgram } from "../system/program.ts";
import { run } from "./run.ts";

/** A port of 127.0.0.1 that somebody else has. */
async function portInUse(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe("help", () => {
  it.for([
    [["--help"], "start --demo"],
    [["start", "--help"], "start --demo"],
    [["server", "--help"], "server --port 7000"],
    [["client", "--help"], "client 2"],
    [["admin", "--help"], "admin init --user ada"],
    [["audit", "--help"], "audit list"],
    [["cert", "--help"], "cert init"],
    [["audit", "decrypt", "--help"], "audit decrypt"],
  ] as const)("of %s begins with examples", async ([args, example]) => {
    const { code, stdout } = await run(...args);
    expect(code).toBe(0);
    expect(stdout.split("\n")[0]).toBe("Examples:");
    expect(stdout.split("\n\n")[0]).toContain(`secure-atm ${example}`);
  });

  it("of a bank names each option's variable and default", async () => {
    const { stdout } = await run("server", "--help");
    const text = stdout.replaceAll(/\s+/g, " ");
    expect(text).toContain('where to listen (default: "127.0.0.1", env: BANK_HOST)');
    expect(text).toContain("2^n rounds (default: 12, env: BANK_BCRYPT_COST)");
  });
});

describe("a mistake on the command line", () => {
  it.for([
    [["servre"], "(Did you mean server?)"],
    [["server", "--prot", "7000"], "(Did you mean --port?)"],
    [["server", "--port", "high"], "It must be a whole number from 0 to 65535."],
    [["client", "0"], "It must be a whole number from 1 to 60535."],
    [["client", "2", "--bank", "nowhere"], "It must be HOST:PORT"],
    [["client", "2", "3"], "too many arguments"],
    [["client", "2", "--tls-cert", "a.pem", "--tls-key", "a.key"], "need --tls-ca"],
    [["start", "--mutual-tls", "on"], "the ATM needs --tls-ca, --tls-cert and --tls-key"],
  ] as const)("%s ends with 2 and what to do", async ([args, hint]) => {
    const { code, stdout, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(hint);
    expect(stdout).toBe("");
  });

  it("in the environment is one too", async () => {
    process.env["BANK_PORT"] = "high";
    onTestFinished(() => void delete process.env["BANK_PORT"]);
    const { code, stderr } = await run("server");
    expect(code).toBe(2);
    expect(stderr).toContain("BANK_PORT");
  });
});

describe("surroundings that do not fit", () => {
  it("as an ATM's port that is taken end with 3, in the original's words", async () => {
    const port = await portInUse();
    const { code, stderr } = await run("client", String(port - 5_000));
    expect(stderr).toBe(
      `Error: Port ${port} is already in use. Please choose a different client number.\n`,
    );
    expect(code).toBe(3);
  });

  it("as that of the ATM of `start` name the flag beside them, and leave no bank", async () => {
    const port = await portInUse();
    const folder = temporaryFolder();
    const place = ["--port", "0", "--data", folder, "--log", "off"];
    const { code, stderr } = await run("start", "--atm", String(port - 5_000), ...place);
    expect(stderr).toContain(
      `Error: Port ${port} is already in use. Please choose a different client number.\n` +
        "Here --atm NUMBER chooses it.\n",
    );
    expect(code).toBe(3);
  });

  it.for([
    ["that is not there", "none.pem", "cannot read"],
    ["that is none", "package.json", "no certificate"],
  ] as const)("as a certificate %s end with 3, in one line", async ([, file, hint]) => {
    const { code, stderr } = await run("client", "2", "--tls-ca", file);
    expect(stderr).toMatch(new RegExp(`^.*${hint}.*\\n$`));
    expect(code).toBe(3);
  });

  it("as a bank's port that is taken end with 3, and name the flag", async () => {
    const port = await portInUse();
    const folder = temporaryFolder();
    const { code, stderr } = await run("server", "--port", String(port), "--data", folder);
    expect(stderr).toBe(
      `Port ${port} is already in use: stop what uses it, or choose another with --port.\n`,
    );
    expect(code).toBe(3);
  });

  it("as a data folder that is a file end with 3, in one line", async () => {
    const file = join(temporaryFolder(), "data");
    writeFileSync(file, "");
    const { code, stderr } = await run("server", "--port", "0", "--data", file);
    expect(stderr).toMatch(/^EEXIST: .*\n$/);
    expect(code).toBe(3);
  });

  it("as a folder that another bank uses end with 3", async () => {
    const { folder } = await startTestBank();
    const { code, stderr } = await run("server", "--port", "0", "--data", folder);
    expect(stderr).toBe(
      `another bank is using ${folder}: stop it, or choose another folder with --data\n`,
    );
    expect(code).toBe(3);
  });

  it("as a bank without its keys end with 4", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "bank.sqlite"), "");
    const { code, stderr } = await run("server", "--port", "0", "--data", folder);
    expect(stderr).toMatch(/^the key .* is missing\n$/);
    expect(code).toBe(4);
  });
});

describe("a bank at an address of IPv6", () => {
  it("is told of with brackets, as --bank takes it", async () => {
    const flags = ["--host", "::1", "--port", "0", "--atm", await freeAtmNumber()];
    const started = startProgram("start", ...flags, "--data", temporaryFolder());
    const [, listening = ""] = await started.printed(/\[LISTENING\] on (\S+)/);
    const [, told = ""] = await started.printed(/├─ Bank +(\S+)/);
    expect(told).toBe(listening);
    expect(parseAddress(told).host).toBe("::1");
    const atm = await run("atm", "--bank", told, "--bank-key", "8f".repeat(32), "--", "info");
    expect(atm.stderr).toMatch(/^REFUSED: /); // It is there, and has a key of its own.
    started.child.kill("SIGTERM");
    expect(await started.ended).toBe(0);
  });
});

describe("the warning that other machines can reach the bank", () => {
  it.for([
    ["127.0.0.2", false],
    ["localhost", false],
    ["::1", false],
    ["0.0.0.0", true],
    ["::", true],
  ] as const)("with --host %s: %s", async ([host, isWarned]) => {
    const flags = ["--host", host, "--port", "0", "--data", temporaryFolder()];
    const bank = startProgram("server", ...flags);
    await bank.printed(/\[LISTENING\]/);
    bank.child.kill("SIGTERM");
    await bank.ended;
    expect(bank.output().includes("WARNING")).toBe(isWarned);
  });
});
