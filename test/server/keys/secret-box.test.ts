/** Secrets at rest: bound to their account and to a version of the key. */

import { describe, expect, it } from "vitest";
import type { AccountId } from "../../../src/bank/ledger.ts";
import { rotateKey, retireKey } from "../../../src/server/keys/key-files.ts";
import { KeyUnusable, followKeyRing, openKeyRing } from "../../../src/server/keys/key-ring.ts";
import { isSealedUnderOlder, openSecret, sealSecret } from "../../../src/server/keys/secret-box.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const ALICE = 1 as AccountId;
const BOB = 2 as AccountId;

describe("a secret of an account", () => {
  const sealed = () => {
    const { factorKeys } = openKeyRing(temporaryFolder());
    return { factorKeys, box: sealSecret(factorKeys, ALICE, "JBSWY3DPEHPK3PXP") };
  };

  it("opens for that account, and is sealed differently each time", () => {
    const { factorKeys, box } = sealed();
    expect(openSecret(factorKeys, ALICE, box)).toBe("JBSWY3DPEHPK3PXP");
    expect(sealSecret(factorKeys, ALICE, "JBSWY3DPEHPK3PXP")).not.toBe(box);
    expect(box).not.toContain("JBSWY3DPEHPK3PXP");
  });

  it("does not open for another account, under another key, or when it was changed", () => {
    const { factorKeys, box } = sealed();
    expect(openSecret(factorKeys, BOB, box)).toBeNull();
    expect(openSecret(openKeyRing(temporaryFolder()).factorKeys, ALICE, box)).toBeNull();
    const middle = box.length >> 1;
    const other = box[middle] === "A" ? "B" : "A";
    const changed = box.slice(0, middle) + other + box.slice(middle + 1);
    expect(openSecret(factorKeys, ALICE, changed)).toBeNull();
    for (const text of ["", "v1:", "v2:AAAA", "JBSWY3DPEHPK3PXP", `${box}AAAA`]) {
      expect(openSecret(factorKeys, ALICE, text)).toBeNull();
    }
  });
});

describe("a key that is rotated", () => {
  it("is noticed by whoever follows; what it sealed opens until it is retired", () => {
    const folder = temporaryFolder();
    const first = openKeyRing(folder);
    const onDamage = (error: Error): never => expect.fail(error.message);
    const current = followKeyRing(folder, { first, onDamage });
    const box = sealSecret(current().factorKeys, ALICE, "secret");
    rotateKey(folder, "factor");
    expect(current().factorKeys.map(({ version }) => version)).toEqual([2, 1]);
    expect(isSealedUnderOlder(current().factorKeys, box)).toBe(true);
    expect(openSecret(current().factorKeys, ALICE, box)).toBe("secret");
    const resealed = sealSecret(current().factorKeys, ALICE, "secret");
    retireKey(folder, "factor", 1);
    expect(openSecret(current().factorKeys, ALICE, box)).toBeNull();
    expect(openSecret(current().factorKeys, ALICE, resealed)).toBe("secret");
    expect(openKeyRing(folder)).toEqual(current());
  });

  it("cannot be retired while it is the current one, nor twice", () => {
    const folder = temporaryFolder();
    openKeyRing(folder);
    expect(() => retireKey(folder, "pepper", 1)).toThrow(KeyUnusable);
    rotateKey(folder, "pepper");
    retireKey(folder, "pepper", 1);
    expect(() => retireKey(folder, "pepper", 1)).toThrow(/no version 1/);
  });
});
