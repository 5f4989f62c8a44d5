/**
 * The line to the program that has started the bank with an IPC channel, as the load test does. It
 * is told when the bank listens, and gets the bank's figures whenever it sends anything.
 */

import type { Bank, BankMetrics } from "../server/bank.ts";

export type ParentMessage =
  | { type: "listening"; host: string; port: number; publicKey: string }
  | { type: "figures"; figures: BankFigures };

export type BankFigures = {
  actors: BankMetrics;
  /** Of the whole process, in bytes. */
  memoryBytes: number;
  /** CPU time of the whole process since its start, in ms. */
  cpuMs: number;
};

/** Does nothing for a bank without such a parent. */
export function talkToParent(bank: Bank): void {
  const { host, port, publicKey } = bank;
  if (process.send === undefined) return;
  const tell = (message: ParentMessage): void => void process.send?.(message);
  process.on("message", () => tell({ type: "figures", figures: figuresOf(bank) }));
  process.channel?.unref(); // The bank ends when it is told to, whoever still listens.
  tell({ type: "listening", host, port, publicKey });
}

function figuresOf(bank: Bank): BankFigures {
  const { user, system } = process.cpuUsage();
  return {
    ...{ actors: bank.metrics(), memoryBytes: process.memoryUsage.rss() },
    cpuMs: (user + system) / 1_000,
  };
}
