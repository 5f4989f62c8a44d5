/** Reads the files of test/vectors. */
import { readFileSync } from "node:fs";

/** @param name Below that folder, as `hmac/rfc4231_sha256.json`. Who asks says what is in it. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), "utf8")) as T;
}
