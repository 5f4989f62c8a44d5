/** Honest customers of the modern protocol, and what the bank has to show of them afterwards. */

import { expect, onTestFinished } from "vitest";
import type { AuditEntry } from "../../../src/bank/audit.ts";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { ModernClient } from "../../../src/client/modern-client.ts";
import type { SessionEnd } from "../../../src/client/modern-errors.ts";
import { TcpTransport } from "../../../src/client/tcp-transport.ts";
import { decodeHex } from "../../../src/protocol/hex.ts";
import type { TestBank } from "../../test-bank.ts";
import { readBooks, type Books } from "../books.ts";

export const PASSWORD = "a good password";

export type Customer = { client: ModernClient; ended: Promise<SessionEnd> };

type Dialled = { bank: Pick<TestBank["bank"], "port" | "publicKey"> };

/** Connects to what should be `bank`, perhaps by somebody's port. */
export async function connectTo({ bank }: Dialled, port = bank.port): Promise<Customer> {
  const { promise: ended, resolve: onEnd } = Promise.withResolvers<SessionEnd>();
  const client = await ModernClient.connect(
    () => new TcpTransport("127.0.0.1", port),
    nodeCiphers,
    decodeHex(bank.publicKey),
    { onEnd },
  );
  onTestFinished(() => client.close());
  return { client, ended };
}

/** Signs up and logs in. */
export async function customerOf(
  bank: TestBank,
  username: string,
  port?: number,
): Promise<Customer> {
  const customer = await connectTo(bank, port);
  await customer.client.signUp(username, PASSWORD);
  await customer.client.logIn(username, PASSWORD);
  return customer;
}

/** What the bank holds at one moment. */
export type Snapshot = { books: Books; rows: number };

export const snapshotOf = ({ folder, audit }: TestBank): Snapshot => ({
  books: readBooks(folder),
  rows: audit().length,
});

/** What the audit says of each event, in a form to compare. */
export const eventOf = ({ action, outcome }: AuditEntry): string => `${action}: ${outcome}`;

/**
 * Waits until the bank serves only `serving` lines, and compares: no money has moved, and the audit
 * has these events more and no others, but for inquiries.
 */
export async function expectNothingMoved(
  bank: TestBank,
  before: Snapshot,
  events: readonly string[],
  serving = 0,
): Promise<void> {
  await expect.poll(() => bank.bank.metrics().acceptor.serving).toBe(serving);
  const told = (): string[] =>
    bank
      .audit()
      .slice(before.rows)
      .map(eventOf)
      .filter((event) => event !== "balance: ok");
  await expect.poll(told).toEqual(events);
  expect(readBooks(bank.folder)).toEqual(before.books);
}
