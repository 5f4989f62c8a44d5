/** Who serves a customer of the terminal ATM: the modern protocol, or the classic one. */

import { formatDollars, type Cents } from "../bank/money.ts";
import { nodeCiphers } from "../ciphers/node.ts";
import type { Dial } from "../client/modern-client.ts";
import { Refused, SessionEnded } from "../client/modern-errors.ts";
import { ModernSession, type SessionState } from "../client/modern-session.ts";
import { METHOD_CODECS } from "../protocol/method-codecs.ts";
import type { Credentials, Method, Result } from "../protocol/methods.ts";
import type { News } from "../client/modern-client.ts";
import type { JsonSource } from "../protocol/rpc.ts";
import { codeRefused, removalRefused } from "./atm-command-code.ts";
import {
  historyLines,
  infoLines,
  movedLines,
  recoveryLines,
  secretLines,
  sessionLines,
} from "./atm-command-texts.ts";

/** What a teller is asked: as it was typed, with the passwords in place of their files. */
export type Wish =
  | ({ type: "sign-up" } & Credentials)
  | CashMove
  | Transfer
  | HistoryQuestion
  | CodedWish
  | { type: "factor begin"; password: string }
  | { type: "factor enrol"; code: string }
  | { type: "sessions end"; session: string }
  | { type: "log-out"; everywhere?: true }
  | { type: "balance" | "info" | "sessions" | "factor status" };

/** Where an account with a second factor needs a code beside the password. */
export type CodedWish =
  | LogIn
  | { type: "password"; newPassword: string; code?: string }
  | { type: "confirm"; password: string; code?: string }
  | { type: "factor remove"; password: string; code: string };

export type LogIn = { type: "log-in"; code?: string } & Credentials;
export type CashMove = { type: "deposit" | "withdraw"; amount: Cents; key?: string };
type Transfer = { type: "transfer"; to: string; amount: Cents; memo?: string; key?: string };
type HistoryQuestion = { type: "history"; limit?: number; before?: string };

/** `lines` for people; `result` for programs, in the form that it has on the wire. */
export type Answer = {
  lines: string[];
  result: JsonSource;
  /** What an authenticator is to scan. */
  uri?: string;
};

export interface Teller {
  /** Reaches the bank. @returns what to tell a customer who comes. */
  open(): Promise<string[]>;
  perform(wish: Wish): Promise<Answer>;
  /** Logs out whoever is logged in, where there is a line for it, and hangs up. */
  close(): Promise<void>;
  /** Gives up all that is under way, at once. */
  hangUp(): void;
}

export type ModernTellerOptions = {
  dial: Dial;
  bankPublicKey: Uint8Array;
  /** For what nobody has asked for: news, and the state of the line. */
  onNews: (news: News) => void;
  onState: (state: SessionState) => void;
  /** Asks for a code that a new line needs; null where there is none to be had. */
  askCode: (wasWrong: boolean) => Promise<string | null>;
};

export class ModernTeller implements Teller {
  readonly #options: ModernTellerOptions;
  #session: ModernSession;
  /** Who is logged in; kept while they are, to log in again on a new line. */
  #credentials: Credentials | null = null;
  /** Whether somebody waits for an answer, and may be asked for a code. */
  #isServing = false;

  constructor(options: ModernTellerOptions) {
    this.#options = options;
    this.#session = this.#newSession();
  }

  async open(): Promise<string[]> {
    const { bank, version } = await this.#session.connect();
    return [`${bank} ${version}, over a channel that only it can read.`];
  }

  async perform(wish: Wish): Promise<Answer> {
    this.#isServing = true;
    try {
      await this.#renew(wish);
      return await this.#perform(wish);
    } finally {
      this.#isServing = false;
    }
  }

  #perform(wish: Wish): Promise<Answer> {
    switch (wish.type) {
      case "sign-up":
        return this.#signUp(wish);
      case "log-in":
        return this.#logIn(wish);
      case "password":
        return this.#changePassword(wish.newPassword, wish.code);
      case "deposit":
      case "withdraw":
      case "transfer":
        return this.#move(wish);
      case "balance":
        return this.#readBalance();
      case "history":
        return this.#readHistory(wish);
      case "info":
        return this.#readInfo();
      case "log-out":
        return wish.everywhere === true ? this.#logOutEverywhere() : this.#logOut();
      case "sessions":
        return this.#listSessions();
      case "sessions end":
        return this.#endSession(wish.session);
      case "confirm":
        return this.#confirm(wish.password, wish.code);
      case "factor status":
        return this.#readFactor();
      case "factor begin":
        return this.#beginFactor(wish.password);
      case "factor enrol":
        return this.#enrolFactor(wish.code);
      case "factor remove":
        return this.#removeFactor(wish.password, wish.code);
    }
  }

  async close(): Promise<void> {
    try {
      await this.#session.logOut();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // A bank that is too busy for it sees the line end instead.
    } finally {
      this.#credentials = null;
      this.#session.close();
    }
  }

  hangUp(): void {
    this.#session.close();
  }

  /**
   * A session that is over gives way to another. Where a new line needed a code while nobody could
   * be asked, the same customer goes on in it; otherwise the next may come. A bank that is not the
   * bank stays refused.
   */
  async #renew({ type }: Wish): Promise<void> {
    const { state } = this.#session;
    if (state.type !== "ended" || state.over.type === "bank_not_authentic") return;
    const credentials = state.over.type === "credentials_needed" ? this.#credentials : null;
    this.#credentials = null;
    this.#session = this.#newSession();
    if (credentials === null || ENTRIES_AND_EXITS.includes(type)) return;
    const code = await this.#options.askCode(false);
    if (code === null) throw new SessionEnded(state.over);
    await this.#logIn({ type: "log-in", ...credentials, code }).catch((error: unknown) => {
      throw codeRefused(error, "the code");
    });
  }

  #newSession(): ModernSession {
    const { dial, bankPublicKey, onNews, onState } = this.#options;
    return new ModernSession({
      ...{ dial, bankPublicKey, ciphers: nodeCiphers, onState },
      onNotification: onNews,
      credentials: () => this.#credentials,
      code: async (wasWrong) => (this.#isServing ? this.#options.askCode(wasWrong) : null),
    });
  }

  async #signUp({ username, password }: Credentials): Promise<Answer> {
    const result = await this.#session.signUp(username, password);
    return answer("auth.signUp", result, [`Signed up as ${username}. Now log in.`]);
  }

  async #logIn({ username, password, code }: LogIn): Promise<Answer> {
    const result = await this.#session.logIn(username, password, code);
    this.#credentials = { username, password };
    return answer("auth.login", result, [`Logged in as ${username}.`]);
  }

  async #changePassword(newPassword: string, code?: string): Promise<Answer> {
    const { username, password } = this.#credentials ?? { username: "", password: "" };
    await this.#session.changePassword(password, newPassword, code);
    this.#credentials = { username, password: newPassword };
    return answer("auth.changePassword", {}, ["The password is changed."]);
  }

  async #move(wish: CashMove | Transfer): Promise<Answer> {
    switch (wish.type) {
      case "deposit": {
        const moved = await this.#session.deposit(wish.amount, wish.key);
        return answer("account.deposit", moved, movedLines("Deposited", wish.amount, moved));
      }
      case "withdraw": {
        const moved = await this.#session.withdraw(wish.amount, wish.key);
        return answer("account.withdraw", moved, movedLines("Withdrew", wish.amount, moved));
      }
      case "transfer": {
        const { to, amount, memo, key } = wish;
        const asked = { to, amount, ...(memo !== undefined && { memo }) };
        const moved = await this.#session.transfer(asked, key);
        return answer("account.transfer", moved, movedLines("Sent", amount, moved, ` to ${to}`));
      }
    }
  }

  async #readBalance(): Promise<Answer> {
    const result = await this.#session.balance();
    return answer("account.balance", result, [`Balance: ${formatDollars(result.balance)}`]);
  }

  async #readHistory({ limit, before }: HistoryQuestion): Promise<Answer> {
    const result = await this.#session.history({
      ...(limit !== undefined && { limit }),
      ...(before !== undefined && { before }),
    });
    return answer("account.history", result, historyLines(result, limit));
  }

  async #readInfo(): Promise<Answer> {
    const result = await this.#session.sessionInfo();
    return answer("session.info", result, infoLines(result));
  }

  async #listSessions(): Promise<Answer> {
    const result = await this.#session.sessions();
    return answer("session.list", result, sessionLines(result));
  }

  async #endSession(session: string): Promise<Answer> {
    await this.#session.endSession(session);
    return answer("session.end", {}, ["The session is ended."]);
  }

  async #confirm(password: string, code?: string): Promise<Answer> {
    const result = await this.#session.confirm(password, code);
    return answer("auth.confirm", result, [`Large sums may be moved for ${result.seconds} s.`]);
  }

  async #readFactor(): Promise<Answer> {
    const result = await this.#session.sessionInfo();
    return answer("session.info", result, [
      result.hasFactor ? "There is a second factor." : "There is no second factor.",
    ]);
  }

  async #beginFactor(password: string): Promise<Answer> {
    const result = await this.#session.beginFactor(password);
    return { ...answer("auth.beginFactor", result, secretLines(result)), uri: result.uri };
  }

  async #enrolFactor(code: string): Promise<Answer> {
    const result = await this.#session.enrolFactor(code);
    return answer("auth.enrolFactor", result, recoveryLines(result));
  }

  async #removeFactor(password: string, code: string): Promise<Answer> {
    await this.#session.removeFactor(password, code).catch((error: unknown) => {
      throw removalRefused(error);
    });
    return answer("auth.removeFactor", {}, ["The second factor is taken away."]);
  }

  async #logOutEverywhere(): Promise<Answer> {
    await this.#session.logOutEverywhere();
    this.#credentials = null;
    return answer("auth.logoutEverywhere", {}, ["Logged out everywhere."]);
  }

  async #logOut(): Promise<Answer> {
    await this.#session.logOut();
    this.#credentials = null;
    return answer("auth.logout", {}, ["Logged out."]);
  }
}

/** What a session is not needed for. */
const ENTRIES_AND_EXITS: readonly Wish["type"][] = ["sign-up", "log-in", "log-out"];

const answer = <M extends Method>(method: M, result: Result<M>, lines: string[]): Answer => ({
  lines,
  result: METHOD_CODECS[method].encodeResult(result),
});
