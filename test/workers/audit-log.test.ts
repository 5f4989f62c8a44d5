/** The audit files: one line for each entry, whatever happened in between. */

import {
  appendFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  truncateSync,
} from "node:fs";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatAuditLine, type AuditEntry } from "../../src/bank/audit.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { importFernetKey } from "../../src/protocol/fernet.ts";
import {
  AuditLog,
  openAuditLine,
  plainFormat,
  sealedFormat,
  type LineFormat,
} from "../../src/workers/audit-log.ts";
import { AuditPages, pageOf } from "../../src/workers/audit-pages.ts";
import type { AuditReader } from "../../src/workers/store.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const key = importFernetKey(nodeCiphers, new Uint8Array(32).fill(7));
const formats = [plainFormat, sealedFormat(nodeCiphers, key)];

const entry = (sequence: number): AuditEntry => ({
  ...{ sequence, at: sequence * 1_000, who: `user${sequence}`, action: "deposit", outcome: "ok" },
  ...{ amount: null, transaction: null, object: null, origin: "here" },
});

/** A reader over entries in memory: the interface that the store's reader has. */
class Entries implements AuditReader {
  count: number;
  nameOf = (sequence: number): string => `user${sequence}`;
  /** Called once, when whoever reads has read all. */
  atEnd: (() => void) | null = null;
  constructor(count: number) {
    this.count = count;
  }
  auditAfter(sequence: number, limit: number): AuditEntry[] {
    const size = Math.min(limit, this.count - sequence);
    if (size === 0) {
      this.atEnd?.();
      this.atEnd = null;
    }
    return Array.from({ length: Math.max(0, size) }, (_, index) =>
      this.#entry(sequence + index + 1),
    );
  }
  auditLast = () => this.count;
  auditAt = (sequence: number) => (sequence <= this.count ? this.#entry(sequence) : null);
  #entry = (sequence: number) => ({ ...entry(sequence), who: this.nameOf(sequence) });
}

function setUp(format: LineFormat, count: number) {
  const folder = temporaryFolder();
  const reader = new Entries(count);
  const damages: string[] = [];
  const onDamage = (message: string) => void damages.push(message);
  const open = () => new AuditLog({ folder, format, pages: new AuditPages(reader), onDamage });
  const path = join(folder, format.file);
  const lines = () =>
    readFileSync(path, "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => format.decode(line));
  return { folder, reader, damages, open, path, lines };
}

const expectedLines = (count: number) =>
  Array.from({ length: count }, (_, index) => formatAuditLine(entry(index + 1)));

describe.for(formats)("$file", (format) => {
  it("is made on the first event, for its owner's eyes", () => {
    const { reader, open, path, lines } = setUp(format, 0);
    const log = open();
    log.catchUp();
    expect(existsSync(path)).toBe(false);
    reader.count = 1;
    log.catchUp();
    expect(lines()).toEqual(expectedLines(1));
    if (process.platform !== "win32") expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("has a line for each entry, in order, over many writes and restarts", () => {
    const { reader, open, lines } = setUp(format, 3);
    open().catchUp();
    reader.count = 2_500;
    open().catchUp();
    const log = open();
    reader.count = 2_501;
    log.catchUp();
    log.catchUp();
    expect(lines()).toEqual(expectedLines(2_501));
  });

  it("cut at any byte of its last line, as by a crash, is continued without loss or double", () => {
    const { reader, open, path, lines } = setUp(format, 2);
    open().catchUp();
    const before = statSync(path).size;
    reader.count = 3;
    open().catchUp();
    const whole = readFileSync(path);
    for (let size = before; size <= whole.length; size++) {
      writeFileSync(path, whole.subarray(0, size));
      open().catchUp();
      expect(lines()).toEqual(expectedLines(3));
    }
  });

  it.for([
    ["its last line was edited", (path: string) => editLastLine(path)],
    ["a line was deleted", (path: string) => deleteFirstLine(path)],
    ["a line was added", (path: string) => appendFileSync(path, "root\tdeposit\tnow\n")],
  ] as const)("is set aside and written anew when %s", ([, damage]) => {
    const { folder, damages, open, path, lines } = setUp(format, 3);
    open().catchUp();
    damage(path);
    open().catchUp();
    expect(lines()).toEqual(expectedLines(3));
    expect(damages).toHaveLength(1);
    expect(readdirSync(folder).filter((name) => name.includes(".damaged-"))).toHaveLength(1);
  });

  it.for([
    ["moved away", (path: string) => renameSync(path, `${path}.1`)],
    ["emptied", (path: string) => writeFileSync(path, "")],
    ["cut within a line", (path: string) => truncateSync(path, 40)],
  ] as const)("is whole again when it was %s under its writer", ([, damage]) => {
    const { reader, damages, open, path, lines } = setUp(format, 3);
    const log = open();
    log.catchUp();
    damage(path);
    reader.count = 5;
    log.catchUp();
    expect(lines()).toEqual(expectedLines(5));
    expect(damages).toEqual([]);
  });

  it("is whole again when it was moved away as its writer was about to end", () => {
    const { reader, open, path, lines } = setUp(format, 3);
    const log = open();
    reader.atEnd = () => renameSync(path, `${path}.1`);
    log.catchUp();
    expect(existsSync(path)).toBe(false);
    log.catchUp();
    expect(lines()).toEqual(expectedLines(3));
  });

  it("has names in any script", () => {
    const { reader, open, lines } = setUp(format, 3);
    const who = ["Jürgen", "日本", "\u{1f600}"];
    reader.nameOf = (sequence) => who[sequence - 1]!;
    open().catchUp();
    expect(lines().map((line) => line?.split("\t")[0])).toEqual(who);
  });

  it("is written anew when it was removed", () => {
    const { open, path, lines } = setUp(format, 3);
    open().catchUp();
    rmSync(path);
    open().catchUp();
    expect(lines()).toEqual(expectedLines(3));
  });
});

function editLastLine(path: string): void {
  const text = readFileSync(path, "utf8");
  const at = text.length - 5;
  writeFileSync(path, `${text.slice(0, at)}${text[at] === "7" ? "8" : "7"}${text.slice(at + 1)}`);
}

function deleteFirstLine(path: string): void {
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.slice(text.indexOf("\n") + 1));
}

describe("openAuditLine", () => {
  it("opens a line of any age, and only under its own key", () => {
    const page = sealedFormat(nodeCiphers, key).encode(pageOf([entry(1)]));
    const line = Buffer.from(page).toString().trimEnd();
    const other = importFernetKey(nodeCiphers, new Uint8Array(32).fill(8));
    expect(openAuditLine([key], line)).toBe(formatAuditLine(entry(1)));
    expect(openAuditLine([other], line)).toBeNull();
    expect(openAuditLine([key], "rubbish")).toBeNull();
  });
});

describe("both files together", () => {
  it("read each page once, and miss nothing that comes later", () => {
    const { folder, reader, damages, lines } = setUp(plainFormat, 30);
    const asked: number[] = [];
    const counted: AuditReader = {
      auditAfter(sequence, limit) {
        const entries = reader.auditAfter(sequence, limit);
        if (entries.length > 0) asked.push(sequence);
        return entries;
      },
      auditAt: reader.auditAt,
      auditLast: reader.auditLast,
    };
    const pages = new AuditPages(counted);
    const onDamage = (message: string) => void damages.push(message);
    const logs = formats.map((format) => new AuditLog({ folder, format, pages, onDamage }));
    for (const log of logs) log.catchUp();
    reader.count = 40;
    for (const log of logs) log.catchUp();
    expect(asked).toEqual([0, 30]);
    expect(lines()).toEqual(expectedLines(40));
    const sealed = readFileSync(join(folder, formats[1]!.file), "utf8").split("\n").slice(0, -1);
    expect(sealed.map((line) => openAuditLine([key], line))).toEqual(expectedLines(40));
    expect(damages).toEqual([]);
  });
});
