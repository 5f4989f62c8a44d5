/** SHA-256, in hex: of a text that is at hand, and of a file that need not fit in memory. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

export const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** @throws whatever the signal was aborted with */
export async function digestOfFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { signal })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
