/**
 * A customer's session with the bank over lines that may break: reconnects, logs in again, and
 * brings every change that was in doubt to its one outcome, by asking again with the same key.
 */
import type { Cents } from "../bank/money.ts";
import { encodeBase64Url } from "../protocol/base64url.ts";
import type { Ciphers } from "../protocol/ciphers.ts";
import type { Greeting } from "../protocol/greeting.ts";
import { HISTORY_LIMIT } from "../protocol/methods.ts";
import type { Credentials, Moved, Params, Result } from "../protocol/methods.ts";
import { pause, persistently } from "./back-off.ts";
import type { BackOff } from "./back-off.ts";
import { LineLost } from "./line-lost.ts";
import { ModernClient } from "./modern-client.ts";
import type { Dial, HistoryWish, ModernClientOptions, TransferWish } from "./modern-client.ts";
import { BankNotAuthentic, OutcomeUnknown, Refused } from "./modern-errors.ts";
import type { SessionEnd, SessionOver } from "./modern-errors.ts";
import { afterTimeout } from "./timers.ts";
import type { LineEnd } from "./transport.ts";
import {
  endedError,
  isHangUp,
  isOutcome,
  isPassing,
  isRefusal,
  leavesDoubt,
  overBy,
} from "./verdicts.ts";

/** Tries to reach a bank that was reached before: some 13 seconds. */
const DIAL_TRIES_MAX = 8;
/** Hang-ups at the handshake in a row: a bank that stops may do that, one with another key does. */
const HANG_UPS_MAX = 3;
/** How often one change, or one question, is asked. */
const CALL_TRIES_MAX = 5;

const LOST_AT_ONCE: LineEnd = { kind: "closed", detail: "the line was lost at once" };

const KEY_BYTES = 16;
const KEY_CHARS = 22;

export interface ModernSessionOptions extends Omit<ModernClientOptions, "onEnd"> {
  readonly dial: Dial;
  readonly ciphers: Ciphers;
  readonly bankPublicKey: Uint8Array;
  /**
   * Lends the name and password of the login that is to be repeated on a new line; null if they are
   * no longer there. The session keeps neither of them.
   */
  readonly credentials: () => Credentials | null | Promise<Credentials | null>;
  /**
   * Asks for a code of the second factor, where a login on a new line needs one; null if nobody
   * gives one, which is also what it does where it is missing. `wasWrong` tells that the bank has
   * refused the code before: each works once.
   */
  readonly code?: (wasWrong: boolean) => Promise<string | null>;
  /** Called with each change of the state. */
  readonly onState?: (state: SessionState) => void;
}

export type SessionState =
  /** Dials, proves the bank, and logs in again where somebody was logged in. */
  | { readonly type: "connecting" }
  | { readonly type: "secured"; readonly greeting: Greeting; readonly fingerprint: string }
  /** Changes under these keys were sent, and their outcome is being asked for. */
  | { readonly type: "checking"; readonly idempotencyKeys: readonly string[] }
  /** The bank cannot be reached; the next call tries again. */
  | { readonly type: "offline" }
  | { readonly type: "ended"; readonly over: SessionOver };

type Change = "account.deposit" | "account.withdraw" | "account.transfer";
type Question = "account.balance" | "account.history" | "session.info" | "session.list";

/**
 * Every call rejects with `Refused`; with `LineLost` if the bank cannot be reached; with
 * `BankNotAuthentic` or `SessionEnded` once the session is over. Changes of an account take a key,
 * or make one, and reject with `OutcomeUnknown` where they were sent and no answer could be had.
 */
export class ModernSession {
  readonly #options: ModernSessionOptions;
  readonly #over = new AbortController();
  readonly #backOff: BackOff;
  readonly #inDoubt = new Set<string>();
  #client: ModernClient | null = null;
  #connecting: Promise<ModernClient> | null = null;
  /** Who is logged in, as they typed it: nobody else may take the session over. */
  #username: string | null = null;
  #wasSecured = false;
  #state: SessionState = { type: "offline" };

  /** Nothing happens before the first call. */
  constructor(options: ModernSessionOptions) {
    this.#options = options;
    this.#backOff = {
      after: options.after ?? afterTimeout,
      chance: () => options.ciphers.randomBytes(1)[0]! / 256,
      signal: this.#over.signal,
    };
  }

  get state(): SessionState {
    return this.#state;
  }

  /** A new idempotency key: nobody else has it, and nobody can guess it. */
  newKey(): string {
    return encodeBase64Url(this.#options.ciphers.randomBytes(KEY_BYTES)).slice(0, KEY_CHARS);
  }

  /** Connects, if there is no line; the first time it tries once. @returns the bank's greeting. */
  async connect(): Promise<Greeting> {
    return (await this.#connected()).greeting;
  }

  /** Asked once: if it rejects with `LineLost` and `inDoubt`, a login tells whether it was done. */
  async signUp(username: string, password: string): Promise<Result<"auth.signUp">> {
    return (await this.#connected()).signUp(username, password);
  }

  /** Refused with `code_required` where the account has a second factor and no code came along. */
  async logIn(username: string, password: string, code?: string): Promise<Result<"auth.login">> {
    const result = await (await this.#connected()).logIn(username, password, code);
    this.#username = username;
    return result;
  }

  /** Ends the session, at both ends if there is a line. */
  async logOut(): Promise<void> {
    try {
      await this.#client?.logOut();
      this.#finish({ type: "closed_by_bank", reason: "logout" });
    } catch (error) {
      if (!(error instanceof LineLost)) throw error;
      this.close(); // Who wants to leave needs no line for it.
    }
  }

  /** Ends all sessions of the account. @throws LineLost if the others may not have been ended. */
  async logOutEverywhere(): Promise<void> {
    await (await this.#connected()).logOutEverywhere();
    this.#finish({ type: "closed_by_bank", reason: "logout" });
  }

  /** Holds for the line in use: on a new one, large sums want the password again. */
  async confirm(password: string, code?: string): Promise<Result<"auth.confirm">> {
    return (await this.#connected()).confirm(password, code);
  }

  sessions(): Promise<Result<"session.list">> {
    return this.#ask("session.list", {});
  }

  /** Ended already, it is refused with `unknown_session`. */
  async endSession(session: string): Promise<void> {
    await (await this.#connected()).endSession(session);
  }

  /** From then on `credentials` must lend the new password. Asked once, as a sign-up is. */
  async changePassword(oldPassword: string, newPassword: string, code?: string): Promise<void> {
    await (await this.#connected()).changePassword(oldPassword, newPassword, code);
  }

  /** The bank keeps the secret for the line in use: on a new one, begin again. */
  async beginFactor(password: string): Promise<Result<"auth.beginFactor">> {
    return (await this.#connected()).beginFactor(password);
  }

  /** From then on a new line needs a `code`. Asked once, as a sign-up is. */
  async enrolFactor(code: string): Promise<Result<"auth.enrolFactor">> {
    return (await this.#connected()).enrolFactor(code);
  }

  /** Asked once, as a sign-up is. */
  async removeFactor(password: string, code: string): Promise<void> {
    await (await this.#connected()).removeFactor(password, code);
  }

  balance(): Promise<Result<"account.balance">> {
    return this.#ask("account.balance", {});
  }

  history(wish: HistoryWish = {}): Promise<Result<"account.history">> {
    return this.#ask("account.history", { limit: HISTORY_LIMIT, ...wish });
  }

  sessionInfo(): Promise<Result<"session.info">> {
    return this.#ask("session.info", {});
  }

  deposit(amount: Cents, idempotencyKey = this.newKey()): Promise<Moved> {
    return this.#change("account.deposit", { amount, idempotencyKey });
  }

  withdraw(amount: Cents, idempotencyKey = this.newKey()): Promise<Moved> {
    return this.#change("account.withdraw", { amount, idempotencyKey });
  }

  transfer(wish: TransferWish, idempotencyKey = this.newKey()): Promise<Moved> {
    return this.#change("account.transfer", { ...wish, idempotencyKey });
  }

  /** Ends the session at this end, at once. */
  close(): void {
    this.#finish({ type: "closed_here" });
  }

  /** Nothing is changed by asking again. */
  async #ask<M extends Question>(method: M, params: Params<M>): Promise<Result<M>> {
    for (let tries = 1; ; tries += 1) {
      const client = await this.#connected();
      try {
        return await client.call(method, params);
      } catch (error) {
        if (!(error instanceof LineLost) || tries === CALL_TRIES_MAX) throw error;
      }
    }
  }

  async #change<M extends Change>(method: M, params: Params<M>): Promise<Result<M>> {
    const { idempotencyKey: key } = params;
    try {
      return await this.#changeOnce(method, params);
    } catch (error) {
      throw this.#inDoubt.has(key) && !isOutcome(error) ? new OutcomeUnknown(key, error) : error;
    } finally {
      if (this.#inDoubt.delete(key)) this.#tell();
    }
  }

  /** Asks until there is an outcome: the key makes it happen once. */
  async #changeOnce<M extends Change>(method: M, params: Params<M>): Promise<Result<M>> {
    for (let tries = 1; ; tries += 1) {
      const client = await this.#connected();
      try {
        return await client.call(method, params);
      } catch (error) {
        if (leavesDoubt(error)) this.#doubt(params.idempotencyKey);
        const isOpen = error instanceof LineLost || this.#inDoubt.has(params.idempotencyKey);
        if (isOutcome(error) || !isOpen || tries === CALL_TRIES_MAX) throw error;
        // A line that was lost has its own waits, before the next.
        if (error instanceof Refused) await pause(tries, this.#backOff);
      }
    }
  }

  #doubt(key: string): void {
    this.#inDoubt.add(key);
    this.#tell();
  }

  /** The client to use: all who ask meanwhile share one attempt to get one. */
  async #connected(): Promise<ModernClient> {
    if (this.#state.type === "ended") throw endedError(this.#state.over);
    if (this.#client !== null) return this.#client;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = null;
      this.#tell();
    });
    this.#tell();
    return this.#connecting;
  }

  async #connect(): Promise<ModernClient> {
    const triesMax = this.#wasSecured ? DIAL_TRIES_MAX : 1;
    let hangUps = 0;
    const mayPass = (error: unknown, tries: number): boolean => {
      hangUps = isHangUp(error) ? hangUps + 1 : 0;
      return tries < triesMax && (hangUps > 0 ? hangUps < HANG_UPS_MAX : isPassing(error));
    };
    try {
      return await persistently(() => this.#connectOnce(), mayPass, this.#backOff);
    } catch (error) {
      if (error instanceof BankNotAuthentic) {
        this.#finish({ type: "bank_not_authentic", evidence: error.evidence });
      }
      throw error;
    }
  }

  async #connectOnce(): Promise<ModernClient> {
    const { dial, ciphers, bankPublicKey } = this.#options;
    const onEnd = (): void => this.#noticeEnd();
    const options = { ...this.#options, onEnd };
    const client = await ModernClient.connect(dial, ciphers, bankPublicKey, options);
    try {
      this.#stillWanted();
      this.#wasSecured = true;
      if (this.#username !== null) await this.#logInAgain(client, this.#username);
      this.#stillWanted();
      if (client.end !== null) throw new LineLost(LOST_AT_ONCE, false);
    } catch (error) {
      const over = client.end === null ? null : this.#overBy(client.end);
      if (over !== null) this.#finish(over);
      client.close();
      throw error;
    }
    this.#client = client;
    return client;
  }

  async #logInAgain(client: ModernClient, username: string): Promise<void> {
    const credentials = await this.#options.credentials();
    // A change that is in doubt belongs to one account: under another it would be another change.
    if (credentials === null || credentials.username !== username) {
      this.#finish({ type: "credentials_needed" });
      return this.#stillWanted();
    }
    try {
      await client.logIn(username, credentials.password).catch(async (error: unknown) => {
        if (!isRefusal(error, "code_required")) throw error;
        await this.#logInWithCode(client, credentials);
      });
    } catch (error) {
      if (error instanceof Refused && error.retry === "never") {
        this.#finish({ type: "login_refused", kind: error.kind });
      }
      throw error;
    }
  }

  /** The password was right: what is wrong from here on is the code. */
  async #logInWithCode(client: ModernClient, { username, password }: Credentials): Promise<void> {
    for (let wasWrong = false; ; wasWrong = true) {
      const code = (await this.#options.code?.(wasWrong)) ?? null;
      if (code === null) {
        this.#finish({ type: "credentials_needed" });
        return this.#stillWanted();
      }
      this.#stillWanted();
      try {
        return void (await client.logIn(username, password, code));
      } catch (error) {
        if (!isRefusal(error, "authentication_failed")) throw error;
      }
    }
  }

  /** @throws SessionEnded, or BankNotAuthentic, if the session ended meanwhile. */
  #stillWanted(): void {
    if (this.#state.type === "ended") throw endedError(this.#state.over);
  }

  /** Looks whether the line in use has ended, and if so, goes for another. */
  #noticeEnd(): void {
    const end = this.#client?.end ?? null;
    if (end === null) return;
    this.#client = null;
    const over = this.#overBy(end);
    if (over !== null) return this.#finish(over);
    // Nobody waits for it, but a customer's news wants a line. If it fails, the state says so.
    if (this.#username !== null) this.#connected().catch(() => undefined);
    this.#tell();
  }

  #overBy(end: SessionEnd): SessionOver | null {
    return overBy(end, this.#username !== null);
  }

  #finish(over: SessionOver): void {
    if (this.#state.type === "ended") return;
    this.#state = { type: "ended", over };
    this.#over.abort();
    this.#client?.close();
    this.#client = null;
    this.#options.onState?.(this.#state);
  }

  #tell(): void {
    if (this.#state.type === "ended") return;
    const state = this.#stateNow();
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    this.#options.onState?.(state);
  }

  #stateNow(): SessionState {
    if (this.#inDoubt.size > 0) return { type: "checking", idempotencyKeys: [...this.#inDoubt] };
    if (this.#client !== null) {
      const { greeting, fingerprint } = this.#client;
      return { type: "secured", greeting, fingerprint };
    }
    return this.#connecting === null ? { type: "offline" } : { type: "connecting" };
  }
}
