/** Row 61: something is provoked at a running bank, and must leave its rows and no others. */

import { expect, onTestFinished } from "vitest";
import type { AuditEntry } from "../../../src/bank/audit.ts";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { ModernClient } from "../../../src/client/modern-client.ts";
import { Refused } from "../../../src/client/modern-errors.ts";
import { TcpTransport } from "../../../src/client/tcp-transport.ts";
import { decodeHex } from "../../../src/protocol/hex.ts";
import type { TestBank } from "../../test-bank.ts";

export const PASSWORD = "a good password";

/** `who: action: outcome`, and the object where there is one. */
export type Row = string;
export type Event = readonly [name: string, provoke: () => Promise<unknown>, ...rows: Row[]];

/**
 * One after the other, each of which must leave exactly its rows.
 * @param open How somebody gets in whose own rows mark that all before them are there.
 * @returns how many have, which is all of them
 */
export async function countOfRight(
  bank: TestBank,
  events: readonly Event[],
  open: () => Promise<ModernClient> = () => dial(bank),
): Promise<number> {
  const marker = await open();
  await marker.signUp("marker", PASSWORD);
  await marker.logIn("marker", PASSWORD);
  for (const [name, provoke, ...rows] of events) {
    const before = bank.wholeAudit().length;
    const told = (): Row[] => bank.wholeAudit().slice(before).filter(isNoMark).map(rowOf);
    await provoke();
    await expect.poll(() => [name, ...told()], { timeout: 10_000 }).toEqual([name, ...rows]);
    await marker.balance(); // Whatever was written down behind it is in the store now.
    expect([name, ...told()]).toEqual([name, ...rows]);
  }
  return events.length;
}

const isNoMark = ({ who, action }: AuditEntry): boolean => who !== "marker" || action !== "balance";

/** Ports are the system's choice. */
export function rowOf({ who, action, outcome, object }: AuditEntry): Row {
  const aim = object === null ? "" : ` (${object.replace(/session [\da-f]{32}/, "session …")})`;
  return `${who.replace(/:\d+$/, "")}: ${action}: ${outcome}${aim}`;
}

export async function dial({ bank }: TestBank): Promise<ModernClient> {
  const client = await ModernClient.connect(
    () => new TcpTransport("127.0.0.1", bank.port),
    nodeCiphers,
    decodeHex(bank.publicKey),
  );
  onTestFinished(() => client.close());
  return client;
}

/** A line of its own, on which somebody logs in. */
export async function enter(
  bank: TestBank,
  username: string,
  password = PASSWORD,
  code?: string,
): Promise<ModernClient> {
  const client = await dial(bank);
  await client.logIn(username, password, code);
  return client;
}

/** What is to fail, with the kind of its error. */
export async function refused(call: Promise<unknown>, kind: string): Promise<void> {
  await expect(call).rejects.toSatisfy((error) => error instanceof Refused && error.kind === kind);
}
