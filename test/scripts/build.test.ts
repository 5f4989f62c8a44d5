/** The build: its layout, when it is done again, and that a failure leaves what was there. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { build, isBuilt } from "../../scripts/build.mjs";

let root: string;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const read = (path: string) => readFileSync(join(root, path), "utf8");

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "secure atm build "));
  write("package.json", '{ "type": "module" }');
  write("src/greeting.ts", 'export const greeting: string = "hello";');
  write("src/main.ts", 'import { greeting } from "./greeting.ts"; console.log(greeting);');
  write("src/workers/audit-main.ts", 'import { greeting } from "../greeting.ts"; greeting.at(0);');
  write("web/tsconfig.json", '{ "compilerOptions": { "experimentalDecorators": true } }');
  write("web/main.ts", 'document.title = "ATM";');
  write("web/index.html", "<title>ATM</title>");
  write("web/static/icons/atm.svg", "<svg/>");
});

afterEach(() => rmSync(root, { recursive: true }));

describe("a build", () => {
  it("makes a program that runs, with its threads and pages beside it", async () => {
    await build(root);
    const { stdout } = spawnSync(process.execPath, [join(root, "dist/main.js")]);
    expect(stdout.toString()).toBe("hello\n");
    expect(existsSync(join(root, "dist/workers/audit-main.js"))).toBe(true);
    expect(read("dist/web/main.js")).toContain('document.title="ATM"');
    expect(read("dist/web/index.html")).toBe("<title>ATM</title>");
    expect(read("dist/web/icons/atm.svg")).toBe("<svg/>");
  });

  it("has the page fetch at once what its script imports, but not what comes later", async () => {
    write("web/index.html", "<head><title>ATM</title></head>");
    write("web/both.ts", "export const both = Date.now();");
    write("web/later.ts", 'import { both } from "./both.ts"; export const later = both + 1;');
    write("web/main.ts", 'import { both } from "./both.ts"; both && import("./later.ts");');
    await build(root);
    const imported = /from"\.\/(chunk-\w+\.js)"/.exec(read("dist/web/main.js"))?.[1];
    const links = [...read("dist/web/index.html").matchAll(/<link rel="modulepreload" [^>]*>/g)];
    expect(links.map(([link]) => link)).toEqual([
      `<link rel="modulepreload" href="/${imported}" />`,
    ]);
  });

  it("is done again only when an input has changed", async () => {
    expect(isBuilt(root)).toBe(false);
    await build(root);
    expect(isBuilt(root)).toBe(true);
    write("web/index.html", "<title>Another ATM</title>");
    expect(isBuilt(root)).toBe(false);
    await build(root);
    expect(isBuilt(root)).toBe(true);
    write("src/new.ts", "");
    expect(isBuilt(root)).toBe(false);
  });

  it("removes what no source makes any more", async () => {
    await build(root);
    rmSync(join(root, "src/workers/audit-main.ts"));
    await build(root);
    expect(existsSync(join(root, "dist/workers/audit-main.js"))).toBe(false);
  });

  it("that fails says where, and leaves the last one as it was", async () => {
    await build(root);
    const before = read("dist/main.js");
    write("src/main.ts", "const = ;");
    await expect(build(root)).rejects.toThrow("src/main.ts:1:6");
    expect(read("dist/main.js")).toBe(before);
    expect(isBuilt(root)).toBe(false);
  });
});
