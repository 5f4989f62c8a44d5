/**
 * The crypto pool: work that is worth a hop to another thread. Two Piscina pools, since the two
 * kinds of work must not wait for each other: bcrypt, which takes a fifth of a second and yields
 * to everything else, and packed batches of the sessions' sealing work.
 */

import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import {
  OPERATOR_PASSWORD_MINIMUM,
  leastChars,
  passwordMinimum,
  type NewPassword,
  type PasswordMinimum,
  type PasswordProfile,
  type PasswordRefusal,
} from "../../bank/password-policy.ts";
import type { HashNewPassword, JudgePassword, NewHash } from "../../workers/new-password.ts";
import { isOutdatedHash } from "../../bank/password-hash.ts";
import {
  packTasks,
  unpackResults,
  type PackedTask,
  type SealingResult,
} from "../../protocol/sealing.ts";
import type { CheckPassword, HashPassword, PasswordHashing } from "../../workers/passwords.ts";
import { threadFile } from "./thread-file.ts";

/** How nice bcrypt's threads are, so that a flood of logins leaves sessions their cores. */
const PASSWORD_NICE = 10;
/** Batches on their way at once; past that, tasks gather for the next. */
const BATCHES_MAX = 8;
const BATCH_TASKS_MAX = 64;
const IDLE_MS = 30_000;
/** Of the places for passwords, those that tries may have which are refused anyway. */
const FEIGNED_SHARE = 1 / 8;

export type CryptoPoolOptions = {
  /** What passwords are hashed under, at every look: the current one first. */
  peppers: () => PasswordHashing["peppers"];
  /** bcrypt's cost for new passwords: 2^cost rounds. */
  bcryptCost: number;
  /** What new passwords must be; anything goes where nothing is said. */
  passwords?: PasswordProfile | undefined;
  /** Passwords in work or waiting; past it `takeTurn` refuses. */
  passwordsMax: number;
  /** Told of what an operator must know. */
  onAlarm?: (message: string) => void;
};

type RunOptions = { name: string; transferList?: ArrayBuffer[]; signal?: AbortSignal };
type WaitingTask = {
  task: PackedTask;
  resolve: (result: SealingResult) => void;
  reject: (error: unknown) => void;
};

export class CryptoPool {
  readonly #options: CryptoPoolOptions;
  readonly #passwords: Piscina;
  readonly #sealing: Piscina;
  #turns = 0;
  #feigned = 0;
  /** At most one of each session, since a session does one thing at a time. */
  #waiting: WaitingTask[] = [];
  #flushDue = false;
  #batches = 0;
  #isClosed = false;
  /** In the order in which they came: those in hand, then those that wait. */
  readonly #passwordsAsked = new Set<{ done: Promise<unknown>; drop: () => void }>();

  constructor(options: CryptoPoolOptions) {
    this.#options = options;
    const filename = threadFile("crypto").href;
    const cores = availableParallelism();
    this.#passwords = new Piscina({
      ...{ filename, minThreads: 1, maxThreads: cores, niceIncrement: PASSWORD_NICE },
      idleTimeout: IDLE_MS,
    });
    this.#sealing = new Piscina({
      ...{ filename, minThreads: 1, maxThreads: Math.max(1, cores - 1), idleTimeout: IDLE_MS },
    });
    // One more thread may fail to start, as when the system has no descriptors left. The work then
    // waits for the first one, which is always there; unheard, the error would end the process.
    for (const pool of [this.#passwords, this.#sealing]) {
      pool.on("error", ({ message }: Error) => {
        options.onAlarm?.(`a crypto thread failed: ${message}`);
      });
    }
  }

  /** Takes a place in the line for a password, or false if the line is full. */
  takeTurn(): boolean {
    if (this.#turns >= this.#options.passwordsMax) return false;
    this.#turns += 1;
    return true;
  }

  /** Gives the place back. Every turn that was taken ends in this. */
  endTurn(): void {
    this.#turns -= 1;
  }

  hashPassword(password: string): Promise<string> {
    const request: HashPassword = { password, ...this.#hashing() };
    return this.#runPassword(request, "hashPassword");
  }

  /** Hashes a new password, or says why it cannot be one; an operator's by a rule of its own. */
  async hashNewPassword(asked: NewPassword & { isOperator?: true }): Promise<NewHash> {
    const minimum = asked.isOperator === true ? OPERATOR_PASSWORD_MINIMUM : this.#minimum();
    if (minimum === null) return { hash: await this.hashPassword(asked.password) };
    const request: HashNewPassword = { ...asked, ...this.#hashing(), minimum };
    return this.#runPassword(request, "hashNewPassword");
  }

  /** How long a password without a second factor has to be. */
  charsMin({ isOperator = false }: { isOperator?: boolean }): number {
    const minimum = isOperator ? OPERATOR_PASSWORD_MINIMUM : this.#minimum();
    return minimum === null ? 0 : leastChars(minimum, false);
  }

  /** Whether an operator could take this password as a new one. */
  async isFitForOperator(password: NewPassword): Promise<boolean> {
    const request: JudgePassword = { ...password, minimum: OPERATOR_PASSWORD_MINIMUM };
    const refusal = await this.#runPassword<PasswordRefusal | null>(request, "judgePassword");
    return refusal === null;
  }

  /** `hash` is null for a name that nobody has: that takes as long, and is false. */
  checkPassword(password: string, hash: string | null): Promise<boolean> {
    const request: CheckPassword = { password, ...this.#hashing(), hash };
    return this.#runPassword(request, "checkPassword");
  }

  /**
   * Does the work of a check for a try that is refused whatever its password. Few at a time, or a
   * flood of such tries would take the threads from those who may try.
   * @throws Error past that.
   */
  async feignCheck(password: string): Promise<void> {
    const { passwordsMax } = this.#options;
    if (this.#feigned >= Math.max(1, Math.floor(passwordsMax * FEIGNED_SHARE))) {
      throw new Error("too many are refused at once");
    }
    this.#feigned += 1;
    try {
      await this.checkPassword(password, null);
    } finally {
      this.#feigned -= 1;
    }
  }

  /** Whether a password that was just found right should be hashed anew. */
  isOutdated(hash: string | null): boolean {
    if (hash === null) return false;
    const { bcryptCost: cost, peppers } = this.#options;
    return isOutdatedHash(hash, { pepper: peppers()[0].version, cost });
  }

  /** Does a sealing task with those of other sessions in this turn of the event loop. */
  seal(task: PackedTask): Promise<SealingResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, resolve, reject });
      if (this.#flushDue) return;
      this.#flushDue = true;
      setImmediate(() => {
        this.#flushDue = false;
        this.#flush();
      });
    });
  }

  metrics(): { turns: number; sealingBatches: number; sealingWaiting: number } {
    return {
      turns: this.#turns,
      sealingBatches: this.#batches,
      sealingWaiting: this.#waiting.length,
    };
  }

  /**
   * Ends the threads. Passwords in hand are finished: a thread that is ended within bcrypt, which
   * nothing interrupts anyway, may take the process with it. All other work is rejected.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    const passwords = [...this.#passwordsAsked];
    const inHand = passwords.length - this.#passwords.queueSize; // They are taken in order.
    for (const { drop } of passwords.slice(inHand)) drop();
    await Promise.allSettled(passwords.map(({ done }) => done));
    await Promise.all([this.#passwords.destroy(), this.#sealing.destroy()]);
  }

  /** Null where anything goes. */
  #minimum(): PasswordMinimum | null {
    const { passwords: profile } = this.#options;
    return profile === undefined ? null : passwordMinimum(profile);
  }

  #hashing(): PasswordHashing {
    return { peppers: this.#options.peppers(), cost: this.#options.bcryptCost };
  }

  async #runPassword<T>(work: unknown, name: string): Promise<T> {
    const dropped = new AbortController();
    const done = this.#run<T>(this.#passwords, work, { name, signal: dropped.signal });
    const asked = { done, drop: () => dropped.abort() };
    this.#passwordsAsked.add(asked);
    try {
      return await done;
    } finally {
      this.#passwordsAsked.delete(asked);
    }
  }

  // A destroyed Piscina would take the work and start threads anew, which nobody then ends.
  #run<T>(pool: Piscina, work: unknown, options: RunOptions): Promise<T> {
    if (this.#isClosed) return Promise.reject(new Error("the crypto pool is closed"));
    return pool.run(work, options);
  }

  #flush(): void {
    while (this.#waiting.length > 0 && this.#batches < BATCHES_MAX) {
      this.#batches += 1;
      void this.#runBatch(this.#waiting.splice(0, BATCH_TASKS_MAX));
    }
  }

  async #runBatch(batch: readonly WaitingTask[]): Promise<void> {
    try {
      const packed = packTasks(batch.map(({ task }) => task));
      const options = { name: "runSealingBatch", transferList: [packed.buffer] };
      const results = unpackResults(await this.#run(this.#sealing, packed, options));
      for (const [index, result] of results.entries()) batch[index]?.resolve(result);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    this.#batches -= 1;
    this.#flush();
  }
}
