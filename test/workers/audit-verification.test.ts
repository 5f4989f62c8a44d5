/** Verifying the audit of a running bank: what grows meanwhile is no damage, a forged line is. */

import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatAuditLine, type AuditEntry } from "../../src/bank/audit.ts";
import { plainFormat } from "../../src/workers/audit-log.ts";
import { verifyAuditFile } from "../../src/workers/audit-verification.ts";
import type { AuditReader } from "../../src/workers/store.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const entry = (sequence: number): AuditEntry => ({
  ...{ sequence, at: sequence * 1_000, who: `user${sequence}`, action: "deposit", outcome: "ok" },
  ...{ amount: null, transaction: null, object: null, origin: "here" },
});
const lineOf = (sequence: number): string => `${formatAuditLine(entry(sequence))}\n`;
const linesTo = (last: number): string =>
  Array.from({ length: last }, (_, index) => lineOf(index + 1)).join("");

/** A store that commits `growth` more entries whenever it is read. */
class GrowingEntries implements AuditReader {
  #count: number;
  readonly #growth: number;
  constructor(count: number, growth = 0) {
    this.#count = count;
    this.#growth = growth;
  }
  auditLast = () => this.#count;
  auditAt = (sequence: number) => (sequence <= this.#count ? entry(sequence) : null);
  auditAfter(sequence: number, limit: number): AuditEntry[] {
    const size = Math.max(0, Math.min(limit, this.#count - sequence));
    this.#count += this.#growth;
    return Array.from({ length: size }, (_, index) => entry(sequence + index + 1));
  }
}

function verify(text: string, reader: AuditReader, last: number) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, plainFormat.file), text);
  return verifyAuditFile(folder, plainFormat, reader, last);
}

describe("a file of a bank that runs", () => {
  it.for([
    ["follows its store", linesTo(5), 5],
    ["has got entries since", linesTo(8), 8],
    ["is just getting one", linesTo(5) + lineOf(6).slice(0, 9), 5],
  ] as const)("is whole when it %s", ([, text, lines]) => {
    const reader = new GrowingEntries(9, 3);
    expect(verify(text, reader, 5)).toMatchObject({ lines, fault: null, isBehind: false });
  });

  it.for([
    ["a line that nobody wrote", linesTo(5) + "forged\n", "has lines that nobody wrote, after 5"],
    ["the start of one", linesTo(5) + "forged", "has lines that nobody wrote, after 5"],
    ["a line changed", linesTo(4) + "forged\n", "line 5 is not the one written"],
  ] as const)("is damaged with %s", ([, text, fault]) => {
    expect(verify(text, new GrowingEntries(5), 5)).toMatchObject({ fault, isBehind: false });
  });

  it("is damaged with a later line that is not the store's", () => {
    const text = linesTo(5) + "forged\n";
    const fault = "line 6 is not the one written";
    expect(verify(text, new GrowingEntries(9), 5)).toMatchObject({ fault });
  });

  it("is behind as long as an entry is missing, or half there", () => {
    for (const rest of ["", lineOf(5).slice(0, 4)]) {
      const verification = verify(linesTo(4) + rest, new GrowingEntries(9), 5);
      expect(verification).toMatchObject({
        lines: 4,
        fault: "ends before entry 5",
        isBehind: true,
      });
    }
  });

  it("is not followed for ever while it grows", () => {
    const folder = temporaryFolder();
    const path = join(folder, plainFormat.file);
    writeFileSync(path, linesTo(2));
    const reader = new GrowingEntries(1_000_000);
    let written = 2;
    const decode = (line: string): string => {
      written += 1;
      appendFileSync(path, lineOf(written));
      return line;
    };
    const verification = verifyAuditFile(folder, { ...plainFormat, decode }, reader, 2);
    expect(verification).toMatchObject({ lines: 2, fault: null });
  });
});
