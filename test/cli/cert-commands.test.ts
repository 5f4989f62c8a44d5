/** `secure-atm cert` as a user types it. */

import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { initAuthority, issueTerminal } from "../../src/server/tls/authority.ts";
import { tlsFiles } from "../../src/server/tls/files.ts";
import { startProgram } from "../system/program.ts";
import { temporaryFolder } from "../temporary-folder.ts";

async function run(folder: string, ...args: string[]): Promise<{ code: unknown; output: string }> {
  const program = startProgram("cert", ...args, "--data", folder);
  return { code: await program.ended, output: program.output() };
}

async function folderWithTerminal(): Promise<string> {
  const folder = temporaryFolder();
  await initAuthority(folder, { nowMs: Date.now() });
  await issueTerminal(folder, "lobby", Date.now());
  return folder;
}

const fingerprintAt = (path: string): string =>
  new X509Certificate(readFileSync(path)).fingerprint256;

async function listed(folder: string): Promise<Record<string, unknown>[]> {
  const { code, output } = await run(folder, "list", "--json");
  expect(code).toBe(0);
  const lines = output.trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("secure-atm cert", () => {
  it("makes an authority once, and a terminal's certificate under it", async () => {
    const folder = join(temporaryFolder(), "bank");
    expect(await run(folder, "init", "--name", "bank.example")).toMatchObject({ code: 0 });
    expect(await run(folder, "init")).toEqual({
      code: 2,
      output: `There is an authority in ${join(folder, "tls")} already.\n`,
    });
    const issued = await run(folder, "issue", "lobby");
    expect(issued).toMatchObject({ code: 0 });
    expect(issued.output).toContain(tlsFiles.terminalKey(folder, "lobby"));
    expect(await listed(folder)).toMatchObject([
      { kind: "authority", state: "valid" },
      { kind: "server", state: "valid", hosts: expect.arrayContaining(["bank.example"]) },
      { kind: "terminal", state: "valid", name: "lobby" },
    ]);
  });

  it("renews the bank's certificate, and a terminal's", async () => {
    const folder = await folderWithTerminal();
    const paths = [tlsFiles.server(folder), tlsFiles.terminalCert(folder, "lobby")];
    const [server, terminal] = paths.map(fingerprintAt);
    expect(await run(folder, "renew", "--name", "bank.example")).toMatchObject({ code: 0 });
    expect(await run(folder, "renew", "lobby")).toMatchObject({ code: 0 });
    expect(fingerprintAt(paths[0]!)).not.toBe(server);
    expect(fingerprintAt(paths[1]!)).not.toBe(terminal);
    expect(await run(folder, "renew", "lobby", "--name", "x")).toMatchObject({ code: 2 });
  });

  it("revokes a terminal only when its name is confirmed", async () => {
    const folder = await folderWithTerminal();
    expect(await run(folder, "revoke", "lobby")).toEqual({
      code: 2,
      output: "This cannot be undone. To go ahead, add: --confirm lobby\n",
    });
    expect(await run(folder, "revoke", "lobby", "--confirm", "loby")).toMatchObject({ code: 2 });
    expect((await listed(folder)).at(-1)).toMatchObject({ name: "lobby", state: "valid" });
    expect(await run(folder, "revoke", "lobby", "--confirm", "lobby")).toMatchObject({ code: 0 });
    expect((await listed(folder)).at(-1)).toMatchObject({ name: "lobby", state: "revoked" });
  });

  it("lists for people, too", async () => {
    const { code, output } = await run(await folderWithTerminal(), "list");
    expect(code).toBe(0);
    expect(output).toMatch(/^valid {4}until \d{4}-\d\d-\d\d {2}server .*localhost/m);
  });

  it.for([["issue", "lobby"], ["renew"], ["revoke", "a", "--confirm", "a"], ["list"]])(
    "makes nothing without an authority: %j",
    async (args) => {
      const folder = join(temporaryFolder(), "none");
      const { code, output } = await run(folder, ...args);
      expect(code).toBe(4);
      expect(output).toContain("secure-atm cert init --data");
      expect(existsSync(folder)).toBe(false);
    },
  );
});
