/** Who serves a customer of the terminal ATM: the modern protocol, or the classic one. */

import { formatDollars, type Cents } from "../bank/money.ts";
import { nodeCiphers } from "../ciphers/node.ts";
import type { Dial } from "../client/modern-client.ts";
import { Refused } from "../client/modern-errors.ts";
import { ModernSession, type SessionState } from "../client/modern-session.ts";
import { METHOD_CODECS } from "../protocol/method-codecs.ts";
import type { Credentials, HistoryEntry, Method, Result } from "../protocol/methods.ts";
import type { News } from "../client/modern-client.ts";
import type { JsonSource } from "../protocol/rpc.ts";

/** What a teller is asked: as it was typed, with the passwords in place of their files. */
export type Wish =
  | Admission
  | CashMove
  | Transfer
  | HistoryQuestion
  | { type: "password"; newPassword: string }
  | { type: "confirm"; password: string }
  | { type: "log-out"; everywhere?: true }
  | { type: "balance" | "info" | "sessions" };

export type Admission = { type: "sign-up" | "log-in" } & Credentials;
export type CashMove = { type: "deposit" | "withdraw"; amount: Cents; key?: string };
type Transfer = { type: "transfer"; to: string; amount: Cents; memo?: string; key?: string };
type HistoryQuestion = { type: "history"; limit?: number; before?: string };

/** `lines` for people; `result` for programs, in the form that it has on the wire. */
export type Answer = { lines: string[]; result: JsonSource };

export interface Teller {
  /** Reaches the bank. @returns what to tell a customer who comes. */
  open(): Promise<string[]>;
  perform(wish: Wish): Promise<Answer>;
  /** Logs out whoever is logged in, where there is a line for it, and hangs up. */
  close(): Promise<void>;
}

export type ModernTellerOptions = {
  dial: Dial;
  bankPublicKey: Uint8Array;
  /** For what nobody has asked for: news, and the state of the line. */
  onNews: (news: News) => void;
  onState: (state: SessionState) => void;
};

export class ModernTeller implements Teller {
  readonly #options: ModernTellerOptions;
  #session: ModernSession;
  /** Who is logged in; kept while they are, to log in again on a new line. */
  #credentials: Credentials | null = null;

  constructor(options: ModernTellerOptions) {
    this.#options = options;
    this.#session = this.#newSession();
  }

  async open(): Promise<string[]> {
    const { bank, version } = await this.#session.connect();
    return [`${bank} ${version}, over a channel that only it can read.`];
  }

  perform(wish: Wish): Promise<Answer> {
    const { state } = this.#session;
    // After a logout the next customer may come; a bank that is not the bank stays refused.
    if (state.type === "ended" && state.over.type !== "bank_not_authentic") {
      this.#credentials = null;
      this.#session = this.#newSession();
    }
    switch (wish.type) {
      case "sign-up":
      case "log-in":
        return this.#admit(wish);
      case "password":
        return this.#changePassword(wish.newPassword);
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
      case "confirm":
        return this.#confirm(wish.password);
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

  #newSession(): ModernSession {
    const { dial, bankPublicKey, onNews, onState } = this.#options;
    return new ModernSession({
      ...{ dial, bankPublicKey, ciphers: nodeCiphers, onState },
      onNotification: onNews,
      credentials: () => this.#credentials,
    });
  }

  async #admit({ type, username, password }: Admission) {
    if (type === "sign-up") {
      const result = await this.#session.signUp(username, password);
      return answer("auth.signUp", result, [`Signed up as ${username}. Now log in.`]);
    }
    const result = await this.#session.logIn(username, password);
    this.#credentials = { username, password };
    return answer("auth.login", result, [`Logged in as ${username}.`]);
  }

  async #changePassword(newPassword: string): Promise<Answer> {
    const { username, password } = this.#credentials ?? { username: "", password: "" };
    await this.#session.changePassword(password, newPassword);
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
        const [line = ""] = movedLines("Sent", amount, moved, ` to ${to}`);
        return answer("account.transfer", moved, [line]);
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
    const more = result.next === undefined ? [] : [`More: history ${limit ?? 20} ${result.next}`];
    const lines = result.entries.map(entryLine);
    return answer("account.history", result, lines.length > 0 ? [...lines, ...more] : NO_HISTORY);
  }

  async #readInfo(): Promise<Answer> {
    const result = await this.#session.sessionInfo();
    return answer("session.info", result, [
      `Customer     ${result.username ?? "nobody is logged in"}`,
      `Protocol     ${result.protocol}`,
      `Bank's key   ${result.fingerprint}`,
      `Terminal     ${result.terminal}`,
      `Since        ${result.startedAt}; ends after ${result.idleSeconds} s without a request`,
    ]);
  }

  async #listSessions(): Promise<Answer> {
    const result = await this.#session.sessions();
    const lines = result.sessions.map(
      ({ session, terminal, protocol, startedAt, lastActiveAt }) => {
        const times = [startedAt, lastActiveAt].map((at) => at.slice(0, 19).replace("T", " "));
        const mark = session === result.current ? "*" : " ";
        return [mark, session, protocol.padEnd(7), ...times, terminal].join("  ");
      },
    );
    return answer("session.list", result, lines);
  }

  async #confirm(password: string): Promise<Answer> {
    const result = await this.#session.confirm(password);
    return answer("auth.confirm", result, [`Large sums may be moved for ${result.seconds} s.`]);
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

const NO_HISTORY = ["Nothing has happened on this account."];

const answer = <M extends Method>(method: M, result: Result<M>, lines: string[]): Answer => ({
  lines,
  result: METHOD_CODECS[method].encodeResult(result),
});

const movedLines = (
  verb: string,
  amount: Cents,
  moved: Result<"account.deposit">,
  whither = "",
): string[] => [
  `${verb} ${formatDollars(amount)}${whither}. Balance: ${formatDollars(moved.balance)} ` +
    `(transaction ${moved.transactionId})`,
];

function entryLine(entry: HistoryEntry): string {
  const { transactionId, kind, amount, balance, at, counterparty, memo } = entry;
  const sign = kind === "deposit" || kind.endsWith("_in") ? "+" : "-";
  const words = [
    transactionId.padStart(6),
    at.slice(0, 19).replace("T", " "),
    kind.padEnd(12),
    `${sign}${formatDollars(amount)}`.padStart(12),
    formatDollars(balance).padStart(12),
    counterparty ?? "",
    memo === undefined ? "" : `"${memo}"`,
  ];
  return words.join("  ").trimEnd();
}
