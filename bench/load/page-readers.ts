/** Customers who ask for the latest page of their histories, again and again. */

import { nodeCiphers } from "../../src/ciphers/node.ts";
import { ModernClient } from "../../src/client/modern-client.ts";
import { TcpTransport } from "../../src/client/tcp-transport.ts";
import type { BankProcess } from "../bank/bank-process.ts";
import { nowMs } from "./clock.ts";
import type { User } from "./line.ts";
import { emptyHistogram } from "./meter.ts";

/** Of a bank, what its readers need to know. */
export type PagesOf = Pick<BankProcess, "host" | "port" | "publicKey">;

/** How long each page took, in ns. */
export async function readPages(bank: PagesOf, users: readonly User[], durationMs: number) {
  const latency = emptyHistogram();
  const readers = await Promise.all(users.map((user) => logIn(bank, user)));
  const endAt = nowMs() + durationMs;
  await Promise.all(
    readers.map(async (reader) => {
      for (let askedAt = nowMs(); askedAt < endAt; askedAt = nowMs()) {
        await reader.history();
        latency.record(Math.max(1, Math.round((nowMs() - askedAt) * 1e6)));
      }
      reader.close();
    }),
  );
  return latency;
}

async function logIn(bank: PagesOf, { name, password }: User): Promise<ModernClient> {
  const dial = () => new TcpTransport(bank.host, bank.port);
  const client = await ModernClient.connect(dial, nodeCiphers, bank.publicKey);
  await client.logIn(name, password);
  return client;
}
