/** `secure-atm identity` as a user types it. */

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openIdentity, readIdentity } from "../../src/server/keys/identity.ts";
import { startProgram } from "../system/program.ts";
import { temporaryFolder } from "../temporary-folder.ts";

async function run(...args: string[]): Promise<{ code: unknown; output: string }> {
  const program = startProgram("identity", ...args);
  return { code: await program.ended, output: program.output() };
}

describe("secure-atm identity", () => {
  it("shows the key and its fingerprint, and with --json as an object", async () => {
    const folder = temporaryFolder();
    const { publicKeyHex, fingerprint } = openIdentity(folder, Date.now());
    const text = await run("--data", folder);
    expect(text).toMatchObject({ code: 0, output: expect.stringContaining(publicKeyHex) });
    expect(text.output).toContain(fingerprint);
    const json = await run("--json", "--data", folder);
    expect(JSON.parse(json.output)).toEqual({
      ...{ publicKey: publicKeyHex, fingerprint, previous: [] },
    });
  });

  it.for([[], ["rotate"]])("makes nothing where there is no bank: %j", async (command) => {
    const folder = join(temporaryFolder(), "none");
    const { code, output } = await run(...command, "--data", folder);
    expect({ code, output }).toEqual({
      code: 3,
      output: `There is no bank with an identity in ${folder}; its first start makes one.\n`,
    });
    expect(existsSync(folder)).toBe(false);
  });

  it("ends with 4 if the key is damaged", async () => {
    const folder = temporaryFolder();
    openIdentity(folder, Date.now());
    writeFileSync(join(folder, "keys", "identity-1.json"), "{}");
    const { code, output } = await run("--data", folder);
    expect(code).toBe(4);
    expect(output).toContain("identity-1.json does not hold a key");
  });
});

describe("secure-atm identity rotate", () => {
  it("makes a new key and says until when the old one works", async () => {
    const folder = temporaryFolder();
    const before = openIdentity(folder, Date.now());
    const fromMs = Date.now() + 48 * 3_600_000;
    const { code, output } = await run(
      ...["rotate", "--data", folder, "--overlap", "48", "--json"],
    );
    expect(code).toBe(0);
    const now = readIdentity(folder, Date.now());
    expect(JSON.parse(output)).toEqual({
      publicKey: now?.publicKeyHex,
      fingerprint: now?.fingerprint,
      previous: [
        {
          publicKey: before.publicKeyHex,
          fingerprint: before.fingerprint,
          until: new Date(now?.previous[0]?.untilMs ?? 0).toISOString(),
        },
      ],
    });
    expect(now?.previous[0]?.untilMs).toBeGreaterThanOrEqual(fromMs);
  });

  it("tells the operator that clients must learn the new key", async () => {
    const folder = temporaryFolder();
    openIdentity(folder, Date.now());
    const { code, output } = await run("rotate", "--data", folder);
    expect(code).toBe(0);
    expect(output).toContain("Every client must learn the new key");
  });

  it("takes no overlap that is not a number of hours", async () => {
    const folder = temporaryFolder();
    const before = openIdentity(folder, Date.now());
    expect(await run("rotate", "--data", folder, "--overlap", "-1")).toMatchObject({ code: 2 });
    expect(readIdentity(folder, Date.now())).toEqual(before);
  });
});
