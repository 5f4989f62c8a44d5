/** How much of a list goes into one frame. */

import { PLAINTEXT_BYTES_MAX } from "./frames.ts";
import type { JsonSource } from "./rpc.ts";

/** What a result has around its list, at most: the longest id, names, and where it goes on. */
const AROUND_BYTES = 512;

const encoder = new TextEncoder();

/** As many, from the first, as fit. The longest that there can be must fit alone. */
export function fitting<T>(items: readonly T[], encode: (item: T) => JsonSource): readonly T[] {
  let bytes = AROUND_BYTES;
  const end = items.findIndex((item) => {
    bytes += encoder.encode(JSON.stringify(encode(item))).length + 1; // A comma behind each.
    return bytes > PLAINTEXT_BYTES_MAX;
  });
  return end === -1 ? items : items.slice(0, end);
}
