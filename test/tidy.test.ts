/** Reads the whole tree: every rule of the house holds, and every rule can fail. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  exactVersions,
  importsFollowArrows,
  namedInAtMost,
  noDrawers,
  noEarlyEndingComparison,
  noLongFiles,
  noLongLines,
  noNodeInIsomorphicCode,
  noRegistryInLock,
  nothingLeftOpen,
  noWeakRandom,
  type Rule,
  type SourceFile,
  startsWithDocComment,
} from "./tidy/rules.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDERS = ["bench", "bin", "scripts", "src", "test", "web"];
const SINGLE_FILES = ["package.json", "package-lock.json", "vitest.config.ts"];

// Published test vectors are others' text, and this test holds the samples of everything forbidden.
const NOT_OURS = /^test\/(vectors\/|tidy\.test\.ts$|tidy\/rules\.ts$)/;

type Sample = readonly [path: string, text: string];

/** Rules about single files, each with the smallest files that break it. */
const RULES: readonly (readonly [name: string, rule: Rule, breaches: readonly Sample[]])[] = [
  ["no file is over 400 lines", noLongFiles, [["src/bank/a.ts", "\n".repeat(401)]]],
  ["no line is over 100 columns", noLongLines, [["bench/a.ts", `// ${"x".repeat(98)}`]]],
  [
    "imports follow the arrows",
    importsFollowArrows,
    [
      ["src/bank/a.ts", 'import { x } from "../protocol/x.ts";'],
      ["src/actor/a.ts", 'import type { X } from "../bank/x.ts";'],
      ["src/protocol/a.ts", 'import "../actor/x.ts";'],
      ["src/ciphers/a.ts", 'export { x } from "../bank/x.ts";'],
      ["src/workers/a.ts", 'const x = await import("../server/x.ts");'],
      ["src/server/a.ts", 'import {\n  x,\n  y,\n} from "../workers/x.ts";'],
      ["src/backup/a.ts", 'import { x } from "../cli/x.ts";'],
      ["src/client/a.ts", 'import type { X } from "../server/x.ts";'],
      ["src/client/b.ts", 'import { x } from "../main.ts";'],
      ["web/atm/a.ts", 'import { x } from "../../src/server/x.ts";'],
      ["web/b.ts", 'export * from "../test/x.ts";'],
    ],
  ],
  [
    "what the browser runs knows nothing of Node",
    noNodeInIsomorphicCode,
    [
      ["src/bank/a.ts", 'import { hash } from "node:crypto";'],
      ["src/protocol/a.ts", 'import type { Socket } from "node:net";'],
      ["src/actor/a.ts", 'import { Worker } from "node:worker_threads";'],
      ["src/ciphers/noble.ts", 'import { hash } from "node:crypto";'],
      ["web/a.ts", 'import { hash } from "node:crypto";'],
    ],
  ],
  [
    "no file is a drawer",
    noDrawers,
    [
      ["src/utils/a.ts", ""],
      ["src/string-helpers.ts", ""],
      ["src/common.ts", ""],
      ["web/session-manager.ts", ""],
      ["src/audit-service.ts", ""],
      ["src/bank/index.ts", ""],
    ],
  ],
  [
    "every file says what it is",
    startsWithDocComment,
    [
      ["src/a.ts", "// not a doc comment\n"],
      ["bin/a.mjs", '#!/usr/bin/env node\nimport "./x.mjs";'],
    ],
  ],
  ["no random number can be guessed", noWeakRandom, [["web/a.ts", "const id = Math.random();"]]],
  [
    "what authenticates is compared in constant time",
    noEarlyEndingComparison,
    [
      ["src/protocol/a.ts", "if (mac === expected) return;"],
      ["src/protocol/b.ts", "if (expected !== envelope.mac) return;"],
      ["src/protocol/c.ts", "return this.#tag == tag;"],
      ["src/protocol/d.ts", "return frameDigest !== other;"],
    ],
  ],
  [
    "nothing is left open",
    nothingLeftOpen,
    [
      ["src/a.ts", "// TODO: later"],
      ["src/b.ts", "// FIXME"],
      ["test/a.test.ts", 'it.skip("works", () => {});'],
      ["test/b.test.ts", 'describe.concurrent.only("works", () => {});'],
    ],
  ],
  [
    "the lock file names no registry",
    noRegistryInLock,
    [["package-lock.json", '"resolved": "https://registry.example/x.tgz"']],
  ],
  [
    "every version is exact",
    exactVersions,
    [
      ["package.json", '{ "dependencies": { "x": "^1.0.0" } }'],
      ["package.json", '{ "devDependencies": { "x": "latest" } }'],
    ],
  ],
];

/** Modules that only a few files of the program may import. */
const GATES = [
  ["node:sqlite", 1],
  ["piscina", 1],
  ["node:net", 3],
] as const;

/** What looks like a breach and is none. */
const ALLOWED: readonly (readonly [rule: Rule, path: string, text: string])[] = [
  [importsFollowArrows, "src/server/a.ts", 'import type { Reply } from "../workers/x.ts";'],
  [importsFollowArrows, "src/protocol/a.ts", 'import { cents } from "../bank/money.ts";'],
  [importsFollowArrows, "src/main.ts", 'import { serve } from "./server/x.ts";'],
  [importsFollowArrows, "web/atm/a.ts", 'import "../components/x.ts";'],
  [noNodeInIsomorphicCode, "src/actor/port.ts", 'import type { X } from "node:worker_threads";'],
  [noEarlyEndingComparison, "src/protocol/a.ts", "if (tag.length !== TAG_BYTES) return false;"],
  [noEarlyEndingComparison, "src/protocol/b.ts", "if (BYTES !== tag.length) return false;"],
  [noEarlyEndingComparison, "src/protocol/c.ts", 'if (typeof mac !== "string") return false;'],
  [noEarlyEndingComparison, "src/protocol/d.ts", "if (message.mac === undefined) return false;"],
  [noEarlyEndingComparison, "src/server/e.ts", 'if (step === "mac") return;'],
  [nothingLeftOpen, "src/a.ts", "reader.skip(4);"],
];

describe("the tree", () => {
  const files = [...FOLDERS.flatMap(filesIn), ...SINGLE_FILES.map(read)];

  it("was read", () => {
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["src/bank/money.ts", "scripts/setup.mjs", "package.json"]),
    );
  });

  it.for(RULES)("keeps the rule: %s", ([, rule]) => {
    expect(rule(files)).toEqual([]);
  });

  it.for(GATES)("imports %s in at most %i files", ([module, filesMax]) => {
    expect(namedInAtMost(filesMax, module)(files)).toEqual([]);
  });
});

describe("a breach is found", () => {
  it.for(RULES)("of the rule: %s", ([, rule, breaches]) => {
    for (const [path, text] of breaches) {
      expect(rule([{ path, text }])).toEqual([expect.stringContaining(path)]);
    }
  });

  it.for(GATES)("if %s is imported in more than %i files", ([module, filesMax]) => {
    const users = Array.from({ length: filesMax + 1 }, (_, index) => ({
      path: `src/server/${index}.ts`,
      text: `import { x } from "${module}";`,
    }));
    expect(namedInAtMost(filesMax, module)(users)).toHaveLength(1);
    expect(namedInAtMost(filesMax, module)(users.slice(1))).toEqual([]);
    const reader = { path: "src/server/x.ts", text: `import type { X } from "${module}";` };
    expect(namedInAtMost(filesMax, module)([...users.slice(1), reader])).toEqual([]);
  });

  it.for(ALLOWED)("but not where there is none: $1, $2", ([rule, path, text]) => {
    expect(rule([{ path, text }])).toEqual([]);
  });
});

function filesIn(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !NOT_OURS.test(path))
    .map(read);
}

function read(path: string): SourceFile {
  return { path, text: readFileSync(join(ROOT, path), "utf8") };
}
