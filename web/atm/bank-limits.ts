/** What a bank says that it takes, before anybody tells it anything. */

import { ModernClient, type Dial } from "../../src/client/modern-client.ts";
import type { Ciphers } from "../../src/protocol/ciphers.ts";
import type { Greeting } from "../../src/protocol/greeting.ts";

/** @throws as `ModernClient.connect`. */
export async function bankLimits(
  ciphers: Ciphers,
  dial: Dial,
  bankPublicKey: Uint8Array,
): Promise<Greeting["limits"]> {
  const client = await ModernClient.connect(dial, ciphers, bankPublicKey);
  // A line that ends without a word would be one that was cut.
  client.logOut().catch(() => client.close());
  return client.greeting.limits;
}
