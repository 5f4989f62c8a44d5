/** Where a thread's entry file is: beside the sources, or beside the built program. */

const SOURCES = import.meta.url.endsWith(".ts");

/** @param name `ledger` for src/workers/ledger-main.ts, built as dist/workers/ledger-main.js. */
export const threadFile = (name: "audit" | "crypto" | "history" | "ledger"): URL =>
  SOURCES
    ? new URL(`../../workers/${name}-main.ts`, import.meta.url)
    : new URL(`./workers/${name}-main.js`, import.meta.url);
