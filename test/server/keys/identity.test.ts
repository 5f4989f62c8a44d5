/** The bank's identity: made once, kept, rotated with an overlap, and never replaced in silence. */

import { chmodSync, copyFileSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { decodeHex, encodeHex } from "../../../src/protocol/hex.ts";
import { fingerprintOf } from "../../../src/protocol/channel.ts";
import {
  followIdentity,
  openIdentity,
  readIdentity,
  rotateIdentity,
} from "../../../src/server/keys/identity.ts";
import { KeyUnusable } from "../../../src/server/keys/key-ring.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const HOUR_MS = 3_600_000;
const keyFile = (folder: string, number: number): string =>
  join(folder, "keys", `identity-${number}.json`);
const keyFiles = (folder: string): string[] =>
  readdirSync(join(folder, "keys")).filter((name) => name.startsWith("identity"));

describe("the identity", () => {
  it("is made on the first start, and is the same on the next", () => {
    const folder = temporaryFolder();
    const made = openIdentity(folder, 0);
    expect(openIdentity(folder, 0)).toEqual(made);
    expect(readIdentity(folder, 0)).toEqual(made);
    expect(made.all).toEqual([made.current]);
    expect(made.previous).toEqual([]);
  });

  it("is an X25519 pair, shown in hex and as a fingerprint", () => {
    const { current, publicKeyHex, fingerprint } = openIdentity(temporaryFolder(), 0);
    expect(nodeCiphers.publicKeyOf(current.privateKey)).toEqual(current.publicKey);
    expect(decodeHex(publicKeyHex)).toEqual(current.publicKey);
    expect(fingerprint).toBe(fingerprintOf(nodeCiphers, current.publicKey));
  });

  it("is for the bank's owner alone, but for the public key", () => {
    const folder = temporaryFolder();
    const { publicKeyHex } = openIdentity(folder, 0);
    expect(statSync(join(folder, "keys")).mode & 0o777).toBe(0o700);
    expect(statSync(keyFile(folder, 1)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, "identity.pub"), "utf8")).toBe(`${publicKeyHex}\n`);
  });

  it("is given to a bank of an earlier version, which has none", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "keys"));
    writeFileSync(join(folder, "keys", "pepper.key"), "");
    writeFileSync(join(folder, "bank.sqlite"), "");
    expect(readIdentity(folder, 0)).toBe(null);
    openIdentity(folder, 0);
    expect(keyFiles(folder)).toEqual(["identity-1.json"]);
  });

  it("is told to clients again if their file is gone", () => {
    const folder = temporaryFolder();
    const { publicKeyHex } = openIdentity(folder, 0);
    rmSync(join(folder, "identity.pub"));
    openIdentity(folder, 0);
    expect(readFileSync(join(folder, "identity.pub"), "utf8")).toBe(`${publicKeyHex}\n`);
  });
});

describe("a rotation", () => {
  it("makes a new key, and the old one works until its time", () => {
    const folder = temporaryFolder();
    const before = openIdentity(folder, 0);
    const after = rotateIdentity(folder, { overlapMs: HOUR_MS, nowMs: 1_000 });
    expect(after.publicKeyHex).not.toBe(before.publicKeyHex);
    expect(after.all).toEqual([after.current, before.current]);
    const { publicKeyHex, fingerprint } = before;
    expect(after.previous).toEqual([{ publicKeyHex, fingerprint, untilMs: HOUR_MS + 1_000 }]);
    expect(openIdentity(folder, HOUR_MS + 999)).toEqual(after);
    expect(keyFiles(folder)).toHaveLength(2);
  });

  it("ends with the old key dead, and erased by the next start", () => {
    const folder = temporaryFolder();
    const before = openIdentity(folder, 0);
    const after = rotateIdentity(folder, { overlapMs: HOUR_MS, nowMs: 0 });
    expect(readIdentity(folder, HOUR_MS)?.all).toEqual([after.current]);
    expect(openIdentity(folder, HOUR_MS).all).toEqual([after.current]);
    expect(keyFiles(folder)).toEqual(["identity-2.json"]);
    const held = readdirSync(join(folder, "keys")).map((name) =>
      readFileSync(join(folder, "keys", name), "utf8"),
    );
    expect(held.join()).not.toContain(encodeHex(before.current.privateKey));
  });

  it("without an overlap ends all keys before it", () => {
    const folder = temporaryFolder();
    openIdentity(folder, 0);
    rotateIdentity(folder, { overlapMs: HOUR_MS, nowMs: 0 });
    const last = rotateIdentity(folder, { overlapMs: 0, nowMs: 1 });
    expect(last.all).toEqual([last.current]);
    expect(openIdentity(folder, 1).all).toEqual([last.current]);
    expect(keyFiles(folder)).toEqual(["identity-3.json"]);
  });

  it("may follow another within its overlap", () => {
    const folder = temporaryFolder();
    const first = openIdentity(folder, 0);
    const second = rotateIdentity(folder, { overlapMs: HOUR_MS, nowMs: 0 });
    const third = rotateIdentity(folder, { overlapMs: HOUR_MS, nowMs: 1 });
    expect(third.all).toEqual([third.current, second.current, first.current]);
    expect(openIdentity(folder, HOUR_MS).all).toEqual([third.current, second.current]);
    expect(openIdentity(folder, HOUR_MS + 1).all).toEqual([third.current]);
  });

  it("that broke off before clients were told is finished by the next start", () => {
    const folder = temporaryFolder();
    openIdentity(folder, 0);
    const published = join(folder, "identity.pub");
    copyFileSync(published, `${published}.before`);
    const { publicKeyHex } = rotateIdentity(folder, { overlapMs: HOUR_MS, nowMs: 0 });
    copyFileSync(`${published}.before`, published);
    expect(openIdentity(folder, 2 * HOUR_MS).publicKeyHex).toBe(publicKeyHex);
    expect(readFileSync(published, "utf8")).toBe(`${publicKeyHex}\n`);
  });
});

describe("a bank that runs", () => {
  it("takes up a rotation at once, and lets the old key end on time", () => {
    const folder = temporaryFolder();
    let nowMs = 0;
    const before = openIdentity(folder, nowMs);
    const identity = followIdentity(folder, { now: () => nowMs, onDamage: raise });
    expect(identity()).toEqual(before);
    const after = rotateIdentity(folder, { overlapMs: HOUR_MS, nowMs });
    expect(identity()).toEqual(after);
    nowMs = HOUR_MS;
    expect(identity().all).toEqual([after.current]);
  });

  it("keeps the key that it has if the files are damaged under it, and says so", () => {
    const folder = temporaryFolder();
    const before = openIdentity(folder, 0);
    const damages: Error[] = [];
    const onDamage = (error: Error): void => void damages.push(error);
    const identity = followIdentity(folder, { now: () => 0, onDamage });
    expect(identity()).toEqual(before);
    writeFileSync(join(folder, "identity.pub"), "0\n");
    expect(identity()).toEqual(before);
    expect(identity()).toEqual(before);
    expect(damages).toHaveLength(1);
  });

  it.for<[name: string, hide: (path: string) => void]>([
    ["is a folder (EISDIR)", (path) => mkdirSync(path)],
    ["leads nowhere (ENOENT)", (path) => symlinkSync(`${path}.gone`, path)],
    ["leads to itself (ELOOP)", (path) => symlinkSync(path, path)],
  ])("keeps the key that it has while the next %s, and takes it up then", ([, hide]) => {
    const folder = temporaryFolder();
    const before = openIdentity(folder, 0);
    const damages: Error[] = [];
    const onDamage = (error: Error): void => void damages.push(error);
    const identity = followIdentity(folder, { now: () => 0, onDamage });
    const after = rotateIdentity(folder, { overlapMs: HOUR_MS, nowMs: 0 });
    const path = keyFile(folder, 2);
    renameSync(path, `${path}.aside`);
    hide(path);
    expect(identity()).toEqual(before);
    expect(identity()).toEqual(before);
    expect(damages).toHaveLength(1);
    rmSync(path, { recursive: true });
    renameSync(`${path}.aside`, path);
    expect(identity()).toEqual(after);
  });
});

describe("a bank is not opened", () => {
  it.for<[name: string, damage: (folder: string) => void]>([
    ["without the key that it had", (folder) => rmSync(keyFile(folder, 2))],
    ["without a key at all", (folder) => rmSync(join(folder, "keys"), { recursive: true })],
    ["with a gap between its keys", (folder) => rename(folder, 2, 3)],
    ["with an empty key", (folder) => writeFileSync(keyFile(folder, 2), "")],
    ["with a key that is none", (folder) => writeFileSync(keyFile(folder, 2), "null")],
    ["with half a key", (folder) => alter(folder, (text) => text.replace(/[0-9a-f]{32}/, ""))],
    [
      "with one digit changed",
      (folder) => alter(folder, (text) => text.replace(/[0-9a-f]"/, flip)),
    ],
    ["with another bank's key", (folder) => copyFileSync(another(), keyFile(folder, 2))],
  ])("%s", ([, damage]) => {
    const folder = temporaryFolder();
    openIdentity(folder, 0);
    rotateIdentity(folder, { overlapMs: HOUR_MS, nowMs: 0 });
    damage(folder);
    expect(() => openIdentity(folder, 0)).toThrow(KeyUnusable);
    expect(() => readIdentity(folder, 0)).toThrow(KeyUnusable);
    expect(() => rotateIdentity(folder, { overlapMs: 0, nowMs: 0 })).toThrow(KeyUnusable);
  });
});

const raise = (error: Error): never => {
  throw error;
};

const flip = (digit: string): string => (digit.startsWith("0") ? '1"' : '0"');

function alter(folder: string, change: (text: string) => string): void {
  chmodSync(keyFile(folder, 2), 0o600);
  writeFileSync(keyFile(folder, 2), change(readFileSync(keyFile(folder, 2), "utf8")));
}

function rename(folder: string, from: number, to: number): void {
  copyFileSync(keyFile(folder, from), keyFile(folder, to));
  rmSync(keyFile(folder, from));
}

function another(): string {
  const folder = temporaryFolder();
  openIdentity(folder, 0);
  return keyFile(folder, 1);
}
