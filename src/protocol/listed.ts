/** Results that are a list and where it goes on: how they are written, as much as a frame holds. */

import { PLAINTEXT_BYTES_MAX } from "./frames.ts";
import { Room } from "./room.ts";
import type { JsonSource } from "./rpc.ts";

/** What a result has around its list, at most: the longest id, names, and where it goes on. */
const AROUND_BYTES = 512;

const room = new Room();

/**
 * The writers of a result whose list is `name`.
 * @param encode The longest item that there can be must fit into a frame, written so.
 * @param cursorOf Where a list goes on that ends with this item.
 */
export const givesListed = <Name extends string, Item>(
  name: Name,
  encode: (item: Item) => JsonSource,
  cursorOf: (item: Item) => string,
) => ({
  encodeResult: (result: Listed<Name, Item>): JsonSource => ({
    [name]: result[name].map(encode),
    next: result.next,
  }),

  writeResult(result: Listed<Name, Item>): string {
    const texts: string[] = [];
    let next = result.next;
    let bytes = AROUND_BYTES;
    for (const item of result[name]) {
      const text = JSON.stringify(encode(item));
      bytes += room.encode(text).length + 1; // A comma behind each.
      if (bytes > PLAINTEXT_BYTES_MAX) {
        next = cursorOf(result[name][texts.length - 1]!);
        break;
      }
      texts.push(text);
    }
    const end = next === undefined ? "" : `,"next":${JSON.stringify(next)}`;
    return `{${JSON.stringify(name)}:[${texts.join(",")}]${end}}`;
  },
});

type Listed<Name extends string, Item> = { readonly [N in Name]: readonly Item[] } & {
  readonly next?: string;
};
