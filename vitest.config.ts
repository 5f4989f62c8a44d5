/** How the tests run: every *.test.ts under test/, each file in a process of its own. */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/longest-first.ts";

// Each test process and each thread of its banks loads the sources anew; what Node has made of them
// is kept from one to the next, or most of the time would go by in erasing types. Node goes by a
// source's content, so nothing there is ever out of date.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(
  new URL("node_modules/.cache/node-compile-cache", import.meta.url),
);

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Processes, not threads: the tests start threads, send signals and load native addons.
    pool: "forks",
    // Some of the time is waiting, for limits to pass and for programs, so one more than cores.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    // Whole banks and browsers start in some tests, on machines that may be slow or busy. This is
    // when to give up on a hang, not how long a test may take.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // So is this, for what a test waits to see: a second was too little on a busy machine.
    expect: { poll: { timeout: 30_000 } },
    // One test enabled alone by mistake must not look like a success of all.
    allowOnly: false,
  },
});
