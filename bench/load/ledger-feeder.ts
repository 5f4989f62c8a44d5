/**
 * Feeds the ledger's thread alone, as the bank's main thread does, with batches of one size. Two
 * are on their way: while the thread commits one, the next waits for it, so that it never idles.
 */

import { MessageChannel, Worker } from "node:worker_threads";
import { REPLIES_AT } from "../../src/actor/port.ts";
import { seededRandom } from "../../src/actor/random.ts";
import type { AccountId } from "../../src/bank/ledger.ts";
import { dollars } from "../../src/bank/money.ts";
import {
  packRequest,
  unpackReply,
  type LedgerReply,
  type LedgerRequest,
} from "../../src/protocol/ledger-letters.ts";
import type { ControlMessage } from "../../src/workers/control.ts";
import { userName } from "../bank/scratch-folder.ts";

const ORIGIN = "127.0.0.1:50000";
const TERMINAL = "127.0.0.1";
/** Less than a batch takes, or the thread would idle; a timer cannot wait for so short a time. */
const APART_MS = 0.2;

export type FedRun = {
  /** Deposits that it acknowledged. */
  deposits: number;
  elapsedMs: number;
  /** That the thread really made. */
  batches: number;
};

export class LedgerFeeder {
  readonly #worker: Worker;
  readonly #control: MessageChannel["port1"];
  readonly #random: () => number;
  #id = 0;
  #vault = 0 as AccountId;

  private constructor(worker: Worker, control: MessageChannel["port1"], seed: number) {
    this.#worker = worker;
    this.#control = control;
    this.#random = seededRandom(seed);
  }

  /** @param file The thread's entry. @param folder A store with a customer of this name in it. */
  static async start(file: URL, folder: string, user: string, seed: number): Promise<LedgerFeeder> {
    const { port1: control, port2 } = new MessageChannel();
    const grownChannel = `bench ${crypto.randomUUID()}`;
    const workerData = { control: port2, data: { folder, bytesMax: undefined, grownChannel } };
    const worker = new Worker(file, { workerData, transferList: [port2] });
    await new Promise<void>((resolve, reject) => {
      worker.once("error", reject);
      control.on("message", ({ type }: ControlMessage) => {
        if (type === "ready") resolve();
      });
    });
    const feeder = new LedgerFeeder(worker, control, seed);
    await feeder.#openVault(user);
    return feeder;
  }

  /** Deposits for customers with the numbers 1 to `customers`. */
  run(batch: number, customers: number, durationMs: number): Promise<FedRun> {
    const startedAt = performance.now();
    let deposits = 0;
    let batches = 0;
    let onTheirWay = 0;
    let isOneDue = false;
    const isOver = (): boolean => performance.now() - startedAt >= durationMs;
    const send = (): void => {
      onTheirWay += batch;
      this.#worker.postMessage(this.#letters(batch, customers));
    };
    return new Promise((resolve, reject) => {
      this.#worker.once("error", reject);
      // Two that lie in the port together are done as one. Where that has happened, the second
      // follows when the thread is at work on the first.
      const sendSoon = (): void => {
        isOneDue = true;
        const dueAt = performance.now() + APART_MS;
        const sendWhenDue = (): void => {
          if (performance.now() < dueAt) return void setImmediate(sendWhenDue);
          isOneDue = false;
          if (!isOver()) send();
          endIfAllCame();
        };
        setImmediate(sendWhenDue);
      };
      const endIfAllCame = (): void => {
        if (!isOver() || isOneDue || onTheirWay > 0) return;
        this.#worker.off("message", take);
        this.#worker.off("error", reject);
        resolve({ deposits, elapsedMs: performance.now() - startedAt, batches });
      };
      const take = (message: unknown): void => {
        const replies = repliesIn(message);
        for (const { type } of replies) {
          if (type !== "posted") reject(new Error(`the ledger answered ${type}`));
        }
        batches += 1;
        deposits += replies.length;
        onTheirWay -= replies.length;
        if (!isOver()) send();
        if (!isOver() && !isOneDue && onTheirWay <= batch) sendSoon();
        endIfAllCame();
      };
      this.#worker.on("message", take);
      send();
      sendSoon();
    });
  }

  /** CPU time of the thread since its start. */
  async cpuMs(): Promise<number> {
    const { user, system } = await this.#worker.cpuUsage();
    return (user + system) / 1_000;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#worker.once("exit", resolve));
    this.#control.close();
    await ended;
  }

  /** A vault is opened by the first login at its terminal. */
  async #openVault(username: string): Promise<void> {
    const common = { username, terminal: TERMINAL };
    const logIn: LedgerRequest[] = [
      requestOf({ type: "begin_login", ...common }, username),
      requestOf({ type: "end_login", ...common, outcome: "authenticated" }, username),
    ];
    const answered = new Promise<unknown>((resolve) => this.#worker.once("message", resolve));
    this.#worker.postMessage(logIn.flatMap((request) => [(this.#id += 1), request]));
    for (const reply of repliesIn(await answered)) {
      if (reply.type === "logged_in") this.#vault = reply.vault;
    }
  }

  #letters(count: number, customers: number): unknown[] {
    const letters: unknown[] = [];
    for (let letter = 0; letter < count; letter++) {
      const account = (1 + Math.floor(this.#random() * customers)) as AccountId;
      const amount = dollars(1);
      this.#id += 1;
      const request = requestOf(
        { type: "deposit", account, vault: this.#vault, amount },
        userName(account - 1),
      );
      const idempotencyKey = `018f5f64-8f0d-7c52-9d4e-${this.#id}`;
      letters.push(this.#id, packRequest({ ...request, idempotencyKey }));
    }
    return letters;
  }
}

const requestOf = (
  command: (LedgerRequest & { type: "command" })["command"],
  who: string,
): LedgerRequest & { type: "command" } => ({
  ...{ type: "command", command, who, origin: ORIGIN },
});

/** How letters travel back says src/actor/port.ts. */
function repliesIn(message: unknown): LedgerReply[] {
  const letters = message as readonly unknown[];
  const replies: LedgerReply[] = [];
  for (let at = REPLIES_AT; at < letters.length; at += 2) {
    replies.push(unpackReply(letters[at + 1]));
  }
  return replies;
}
