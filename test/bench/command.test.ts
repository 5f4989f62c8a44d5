/** `npm run bench` as a whole, in the smallest run there is, and its options. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseOptions } from "../../bench/options.ts";
import { PROGRAM } from "../built-program.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const MAIN = fileURLToPath(new URL("../../bench/main.ts", import.meta.url));

async function bench(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const [code] = (await once(child, "close")) as [number];
  return { code, out, err };
}

/** It takes the first line, and ends. */
const DYING_BANK = `
import { createServer } from "node:net";
const server = createServer(() => process.exit(0)).listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  process.send({ type: "listening", host: "127.0.0.1", port, publicKey: "00".repeat(32) });
});`;

describe("npm run bench", () => {
  it("proves what it did, and writes its reports", async () => {
    const folder = temporaryFolder();
    const [json, html] = [join(folder, "report.json"), join(folder, "report.html")];
    const { code, out } = await bench(
      ...["--only", "transactions", "--connections", "4", "--duration", "1"],
      ...["--program", PROGRAM, "--json", json, "--html", html],
    );
    // With another load than the default there are no thresholds to miss.
    expect(code).toBe(0);
    expect(out).toContain("Thresholds\n  none for this load");
    const report: unknown = JSON.parse(readFileSync(json, "utf8"));
    expect(report).toMatchObject({
      runs: [{ name: "echo" }, { name: "classic" }, { name: "modern" }, { name: "modern16" }],
      proofs: [{ name: "transactions", faults: [] }],
    });
    expect(readFileSync(html, "utf8")).toContain("<figcaption>Throughput over time");
  });

  it("ends with 1 if a scenario breaks off, and still reports", async () => {
    const { code, out } = await bench(
      ...["--target", "127.0.0.1:1", "--connections", "1", "--duration", "1"],
    );
    expect(code).toBe(1);
    expect(out).toMatch(/target .*FAILED: it broke off: ECONNREFUSED/);
  });

  it("ends by itself when its bank has died", async () => {
    const program = join(temporaryFolder(), "dying-bank.mjs");
    writeFileSync(program, DYING_BANK);
    const { code, out } = await bench(
      ...["--only", "transactions", "--connections", "2", "--duration", "1"],
      ...["--program", program],
    );
    expect(code).toBe(1);
    expect(out).toMatch(/transactions .*FAILED: it broke off/);
  });

  it.for([
    ["--only", "everything"],
    ["--connections", "none"],
    ["--unknown", ""],
  ])("ends with 2 for %s %s", async (args) => {
    const { code, err } = await bench(...args);
    expect(code).toBe(2);
    expect(err).toContain("error:");
  });

  it("explains itself", async () => {
    const { code, out } = await bench("--help");
    expect(code).toBe(0);
    for (const part of ["Examples:", "--target", "Scenarios: start,", "Exit codes:"]) {
      expect(out).toContain(part);
    }
  });
});

describe("its options", () => {
  it("are 64 connections with as many deposits as inquiries, unless told", () => {
    expect(parseOptions([])).toMatchObject({
      ...{ connections: 64, depositPercent: 50, seed: 42, quick: false, only: [], target: null },
    });
  });

  it("make runs shorter when it is to be quick, unless told how long", () => {
    const long = parseOptions([]).durationMs;
    expect(parseOptions(["--quick"]).durationMs).toBeLessThan(long);
    expect(parseOptions(["--quick", "--duration", "9"]).durationMs).toBe(9_000);
  });

  it("name a target", () => {
    const { target } = parseOptions(["--target", "127.0.0.1:65432"]);
    expect(target).toEqual({ host: "127.0.0.1", port: 65_432 });
  });
});
