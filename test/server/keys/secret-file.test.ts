/** Files that hold secrets: made once, whole, and for their owner alone, on any file system. */

import { linkSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createSecretFile } from "../../../src/server/keys/secret-file.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

type Link = typeof linkSync;

/** What a file system without hard links says, which many a memory stick has. */
const withoutLinks =
  (code: string, meanwhile: () => void = () => undefined): Link =>
  () => {
    meanwhile();
    throw Object.assign(new Error(`${code}: operation not permitted, link`), { code });
  };

describe("a secret file", () => {
  it.for<readonly [where: string, link: Link]>([
    ["with hard links", linkSync],
    ["of FAT", withoutLinks("EPERM")],
    ["of macOS without hard links", withoutLinks("ENOTSUP")],
    ["of a user's own file system", withoutLinks("ENOSYS")],
  ])("is made once on a file system %s", ([, link]) => {
    const folder = temporaryFolder();
    const path = join(folder, "a.key");
    expect(createSecretFile(path, "first", link)).toBe(true);
    expect(createSecretFile(path, "second", link)).toBe(false);
    expect(readFileSync(path, "utf8")).toBe("first");
    expect(readdirSync(folder)).toEqual(["a.key"]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("is never put in place of another's who was quicker, without hard links either", () => {
    const folder = temporaryFolder();
    const path = join(folder, "a.key");
    const link = withoutLinks("EPERM", () => writeFileSync(path, "another's"));
    expect(createSecretFile(path, "mine", link)).toBe(false);
    expect(readFileSync(path, "utf8")).toBe("another's");
    expect(readdirSync(folder)).toEqual(["a.key"]);
  });

  it("is not made where links fail for another reason, and nothing is left", () => {
    const folder = temporaryFolder();
    const link = withoutLinks("EIO");
    expect(() => createSecretFile(join(folder, "a.key"), "text", link)).toThrow("EIO");
    expect(readdirSync(folder)).toEqual([]);
  });
});
