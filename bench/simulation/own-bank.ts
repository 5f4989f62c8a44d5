/**
 * A bank of the simulation's own: a process on a free port and a scratch folder, which can be
 * killed and started again. Whoever dials meanwhile waits until it listens.
 */

import { spawn, type ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { readBankKey } from "../../src/cli/bank-key.ts";
import type { Bank } from "./lines/bank-line.ts";
import { dial } from "./terminals.ts";

const HOST = "127.0.0.1";
/** What it has said last is kept, to be shown if it fails. */
const SAID_CHARS_MAX = 4_096;
/** Short enough that dreamers are sent away while somebody watches. */
const IDLE_SECONDS = 5;

export type OwnBankOptions = {
  /** The program `secure-atm`, built or as a source. */
  program: string;
  folder: string;
  bcryptCost: number;
};

export class OwnBank implements Bank {
  readonly folder: string;
  readonly #options: OwnBankOptions;
  readonly #failed = Promise.withResolvers<never>();
  #key: Uint8Array | null = null;
  #run: BankRun;

  private constructor(options: OwnBankOptions) {
    this.folder = options.folder;
    this.#options = options;
    this.#failed.promise.catch(() => undefined); // Whoever waits for it learns of it.
    this.#run = this.#startProgram();
  }

  /** Resolves when the bank listens. @throws Error with what it has said, if it never does. */
  static async start(options: OwnBankOptions): Promise<OwnBank> {
    const bank = new OwnBank(options);
    await bank.#run.port;
    bank.#key = readBankKey(options.folder);
    return bank;
  }

  get key(): Uint8Array {
    if (this.#key === null) throw new Error("the bank has not written down its key");
    return this.#key;
  }

  /** Fails if the bank ended by itself. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  async dial(terminal: number): Promise<Socket> {
    return dial({ host: HOST, port: await this.#run.port }, terminal);
  }

  /** Kills it without a warning, and starts it again on what is on the disk. */
  async killAndRestart(): Promise<void> {
    const killed = this.#run;
    killed.isExpectedToEnd = true;
    killed.child.kill("SIGKILL");
    const restarted = Promise.withResolvers<number>();
    restarted.promise.catch(() => undefined);
    // From now on, who dials waits.
    this.#run = { ...killed, port: restarted.promise };
    await killed.ended;
    this.#run = this.#startProgram();
    restarted.resolve(this.#run.port);
    await this.#run.port;
  }

  /** Lets it finish. @returns its exit code, or the signal that ended it. */
  async stop(): Promise<number | string | null> {
    this.#run.isExpectedToEnd = true;
    this.#run.child.kill("SIGTERM");
    return this.#run.ended;
  }

  #startProgram(): BankRun {
    const run = startProgram(this.#options);
    void run.ended.then((end) => {
      if (run.isExpectedToEnd) return;
      this.#failed.reject(new Error(`the bank ended with ${end}, having said: ${run.said()}`));
    });
    return run;
  }
}

type BankRun = {
  readonly child: ChildProcess;
  readonly port: Promise<number>;
  readonly ended: Promise<number | string | null>;
  readonly said: () => string;
  isExpectedToEnd: boolean;
};

function startProgram({ program, folder, bcryptCost }: OwnBankOptions): BankRun {
  const args = ["server", "--host", HOST, "--port", "0", "--data", folder];
  const limits = ["--bcrypt-cost", String(bcryptCost), "--idle-timeout", String(IDLE_SECONDS)];
  limits.push("--signups-max", "1000000");
  const child = spawn(process.execPath, [program, ...args, ...limits], {
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: Ctrl+C is for the simulation, which still has to ask the bank.
    detached: true,
  });
  const killWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", killWithUs);

  const port = Promise.withResolvers<number>();
  port.promise.catch(() => undefined); // Whoever dials learns of it.
  const ended = new Promise<number | string | null>((resolve) => {
    child.once("error", port.reject);
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  let said = "";
  const hear = (piece: Buffer): void => {
    said = (said + piece.toString()).slice(-SAID_CHARS_MAX);
    const listening = /\[LISTENING\] on \S+:(\d+)/.exec(said)?.[1];
    if (listening !== undefined) port.resolve(Number(listening));
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  void ended.then((end) => {
    process.off("exit", killWithUs);
    port.reject(new Error(`the bank ended with ${end}, having said: ${said}`));
  });
  return { child, ended, port: port.promise, said: () => said, isExpectedToEnd: false };
}
