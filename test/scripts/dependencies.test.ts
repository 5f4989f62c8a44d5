/** Whether the set-up sees that dependencies are missing, and which npm it would take. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dependenciesAreInstalled, findNpm, isInstalled } from "../../scripts/dependencies.mjs";

describe("node_modules matches the lock file", () => {
  const lit = { version: "3.3.3" };
  const forMacs = { version: "2.3.3", optional: true };
  const wanted = { "": {}, "node_modules/lit": lit, "node_modules/fsevents": forMacs };

  it.for([
    ["all is there", { "node_modules/lit": lit, "node_modules/fsevents": forMacs }, true],
    ["only another platform's package is missing", { "node_modules/lit": lit }, true],
    ["a package is missing", {}, false],
    ["a version differs", { "node_modules/lit": { version: "3.3.2" } }, false],
  ] as const)("%s: $2", ([, installed, matches]) => {
    expect(isInstalled(wanted, installed)).toBe(matches);
  });
});

describe("in a folder of its own", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "secure atm dependencies "));
  });

  afterEach(() => rmSync(root, { recursive: true }));

  it("an installation that broke off does not count", () => {
    writeFileSync(join(root, "package-lock.json"), '{ "packages": {} }');
    mkdirSync(join(root, "node_modules"));
    expect(dependenciesAreInstalled(root)).toBe(false);
    // npm writes this file last.
    writeFileSync(join(root, "node_modules", ".package-lock.json"), '{ "packages": {} }');
    expect(dependenciesAreInstalled(root)).toBe(true);
  });

  it("a folder without a lock file is not this project", () => {
    expect(() => dependenciesAreInstalled(root)).toThrow("no package-lock.json");
  });

  it("the npm that runs is taken, with the Node that it runs on", () => {
    const npm = join(root, "npm-cli.js");
    writeFileSync(npm, "");
    const environment = { npm_execpath: npm, npm_node_execpath: "/its/node" };
    expect(findNpm(environment, "/this/node")).toEqual(["/its/node", npm]);
  });

  it("another package manager is not taken for npm", () => {
    const yarn = join(root, "yarn.js");
    writeFileSync(yarn, "");
    expect(() => findNpm({ npm_execpath: yarn, PATH: root }, join(root, "node"))).toThrow("no npm");
  });
});
