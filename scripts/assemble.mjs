/**
 * Assembles src/ciphers/gcm.wat into src/ciphers/gcm-code.ts, which is kept beside it, so that
 * nobody who builds or runs the bank needs an assembler: `node scripts/assemble.mjs`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import openWabt from "wabt";
import { ROOT } from "./node-runtime.mjs";

const SOURCE = join(ROOT, "src/ciphers/gcm.wat");
const TARGET = join(ROOT, "src/ciphers/gcm-code.ts");
const LINE_CHARACTERS = 92;

/** What the target is to hold. @throws if the source is wrong; the message is the assembler's */
export async function assembled() {
  const wabt = await openWabt();
  const module = wabt.parseWat(SOURCE, readFileSync(SOURCE, "utf8"));
  try {
    module.validate();
    return typescriptOf(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}

/** @param {Uint8Array} code */
function typescriptOf(code) {
  const lines = Buffer.from(code)
    .toString("base64")
    .match(new RegExp(`.{1,${LINE_CHARACTERS}}`, "g"));
  return [
    "/** The WebAssembly of ./gcm.wat, in base64. Written by scripts/assemble.mjs. */",
    "// oxfmt-ignore",
    "export const GCM_CODE = [",
    ...(lines ?? []).map((line) => `  "${line}",`),
    '].join("");',
    "",
  ].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  writeFileSync(TARGET, await assembled());
}
