/**
 * A session in the modern protocol: over lines that may break, until the customer or the bank ends
 * it. It keeps name and password for as long, to log in again on a new line, and forgets both with
 * the session.
 */

import type { PasswordMinimum, PasswordReason } from "../../src/bank/password-policy.ts";
import { LineLost } from "../../src/client/line-lost.ts";
import { ModernSession, type SessionState } from "../../src/client/modern-session.ts";
import type { News } from "../../src/client/modern-client.ts";
import {
  BankNotAuthentic,
  OutcomeUnknown,
  Refused,
  SessionEnded,
  type SessionOver,
} from "../../src/client/modern-errors.ts";
import { charsMinFor } from "../../src/client/password-texts.ts";
import { isRefusal } from "../../src/client/verdicts.ts";
import type { Ciphers } from "../../src/protocol/ciphers.ts";
import type { Credentials, Moved, Result } from "../../src/protocol/methods.ts";
import { ERRORS, type ErrorKind } from "../../src/protocol/rpc-error.ts";
import type { Answer, EndReason, HistoryOrder, LineState, Message, Problem } from "./state.ts";
import {
  faultOf,
  lineProblem,
  type Asked,
  type Counsel,
  type Dialled,
  type Tell,
  type Teller,
} from "./teller.ts";

export class ModernTeller implements Teller {
  readonly #session: ModernSession;
  readonly #tell: Tell;
  readonly #counsel: Counsel;
  #credentials: Credentials | null = null;
  /** The log-in is to go on with a code; if the line closes first, it does not. */
  #awaitsCode = false;
  #wasSecured = false;
  #passwordCharsMin: PasswordMinimum | null = null;
  /** A call is under way: who asked hears of its end. */
  #isAsking = false;

  constructor(
    ciphers: Ciphers,
    dial: () => Dialled,
    bankPublicKey: Uint8Array,
    { tell, counsel }: { tell: Tell; counsel: Counsel },
  ) {
    this.#tell = tell;
    this.#counsel = counsel;
    this.#session = new ModernSession({
      ...{ dial, ciphers, bankPublicKey },
      credentials: () => this.#credentials,
      onState: (state) => this.#stateChanged(state),
      onNotification: (news) => this.#heard(news),
    });
  }

  signUp(username: string, password: string): Promise<Message> {
    return this.#asking(
      async () => {
        await this.#session.signUp(username, password);
        return { type: "signed_up" };
      },
      (error) => this.#signUpFailure(error),
    );
  }

  logIn(username: string, password: string): Promise<Message> {
    return this.#enter({ username, password });
  }

  giveCode(code: string): Promise<Message> {
    const credentials = this.#credentials;
    return credentials === null ? Promise.resolve(LATE) : this.#enter(credentials, code);
  }

  ask(order: Asked, key: string | null): Promise<Message> {
    return this.#asking(async () => {
      const used = key ?? this.#session.newKey();
      const answer = await this.#confirming(() => this.#answerTo(order, used));
      return { type: "answered", answer, at: Date.now() };
    }, callFailure);
  }

  changePassword(oldPassword: string, newPassword: string): Promise<Message> {
    return this.#asking(async () => {
      await this.#session.changePassword(oldPassword, newPassword);
      if (this.#credentials !== null) {
        this.#credentials = { ...this.#credentials, password: newPassword };
      }
      return { type: "answered", answer: { type: "password_changed" }, at: Date.now() };
    }, callFailure);
  }

  close(): void {
    this.#credentials = null;
    // The bank answers by closing the line; where it cannot, there is no session to end.
    this.#session.logOut().catch(() => this.#session.close());
  }

  #enter(credentials: Credentials, code?: string): Promise<Message> {
    const { username, password } = credentials;
    return this.#asking(
      async () => {
        await this.#session.logIn(username, password, code);
        this.#credentials = credentials;
        this.#awaitsCode = false;
        return { type: "authenticated" };
      },
      (error) => {
        const wasWrong = code !== undefined && isRefusal(error, "authentication_failed");
        this.#awaitsCode = wasWrong || isRefusal(error, "code_required");
        this.#credentials = this.#awaitsCode ? credentials : null;
        return this.#awaitsCode ? { type: "code_wanted", wasWrong } : entryFailure(error);
      },
    );
  }

  /** A large sum wants the password once more; then the same goes on, under the same key. */
  async #confirming<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const refusal = error instanceof OutcomeUnknown ? error.cause : error;
      if (!(refusal instanceof Refused) || refusal.kind !== "confirmation_required") throw error;
      if (!(await this.#confirmed())) throw error;
      return work();
    }
  }

  async #confirmed(): Promise<boolean> {
    for (let wasWrong = false; ; wasWrong = true) {
      const password = await this.#counsel.askPassword(wasWrong);
      if (password === null) return false;
      try {
        await this.#session.confirm(password);
        return true;
      } catch (error) {
        if (!(error instanceof Refused) || error.kind !== "authentication_failed") throw error;
      }
    }
  }

  async #answerTo(order: Asked, key: string): Promise<Answer> {
    const session = this.#session;
    switch (order.kind) {
      case "deposit":
        return cashAnswer("deposited", order.amount, await session.deposit(order.amount, key));
      case "withdraw":
        return cashAnswer("withdrew", order.amount, await session.withdraw(order.amount, key));
      case "transfer": {
        const { to, amount, memo } = order;
        const wish = { to, amount, ...(memo !== "" && { memo }) };
        const { transactionId, balance } = await session.transfer(wish, key);
        return { type: "transferred", balance, reference: transactionId };
      }
      case "balance":
        return { type: "balance", balance: (await session.balance()).balance };
      case "history":
        return { type: "history", page: await this.#readHistory(order) };
      case "session":
        return { type: "session", info: await session.sessionInfo() };
    }
  }

  /** An empty page may have more behind it, where the bank had much to pass over: it reads on. */
  async #readHistory(order: HistoryOrder): Promise<Result<"account.history">> {
    const wish = historyWish(order);
    let page = await this.#session.history(wish);
    while (page.entries.length === 0 && page.next !== undefined) {
      page = await this.#session.history({ ...wish, before: page.next });
    }
    return page;
  }

  async #asking(
    work: () => Promise<Message>,
    failed: (error: unknown) => Message,
  ): Promise<Message> {
    this.#isAsking = true;
    try {
      return await work();
    } catch (error) {
      return failed(error);
    } finally {
      this.#isAsking = false;
    }
  }

  #stateChanged(state: SessionState): void {
    if (state.type === "secured") {
      this.#wasSecured = true;
      const { passwordCharsMin } = state.greeting.limits;
      this.#passwordCharsMin = passwordCharsMin;
      this.#tell({ type: "limits_learned", passwordCharsMin });
    }
    this.#tell({ type: "line_changed", line: lineOf(state, this.#wasSecured) });
    if (state.type === "checking") this.#tell({ type: "checking" });
    if (state.type === "offline" && this.#awaitsCode && !this.#isAsking) {
      this.#credentials = null;
      this.#tell(LATE);
    }
    if (state.type !== "ended") return;
    this.#credentials = null;
    this.#counsel.dismiss();
    if (!this.#isAsking) this.#tell(endOf(state.over));
  }

  #signUpFailure(error: unknown): Message {
    const reason = error instanceof Refused ? error.reason : null;
    if (reason === null) return entryFailure(error);
    const charsMin = charsMinFor(this.#passwordCharsMin, false);
    const field = "password" as const;
    return { type: "refused", problem: { type: "bad_password", field, reason, charsMin } };
  }

  #heard(news: News): void {
    if (news.method === "session.expiring") {
      const { seconds, limit } = news.params;
      const stay = (): void => void this.#session.sessionInfo().catch(() => undefined);
      return this.#counsel.warnOfEnd(seconds, limit === "idle" ? stay : null);
    }
    const { transactionId: id, amount, from, memo = "" } = news.params;
    this.#tell({ type: "credited", credit: { id, amount, from, memo } });
  }
}

const cashAnswer = (
  type: "deposited" | "withdrew",
  amount: Moved["balance"],
  { transactionId: reference, balance }: Moved,
): Answer => ({ type, amount, balance, reference });

/** The end of a day is the customer's own, where they are. */
function historyWish({ day, trail }: HistoryOrder) {
  const before = trail.at(-1);
  const until = day === "" ? undefined : new Date(`${day}T23:59:59.999`).toISOString();
  return { ...(before !== undefined && { before }), ...(until !== undefined && { until }) };
}

function lineOf(state: SessionState, wasSecured: boolean): LineState {
  switch (state.type) {
    case "connecting":
      return wasSecured ? "reconnecting" : "connecting";
    case "checking":
      return "reconnecting";
    case "secured":
    case "offline":
      return state.type;
    case "ended":
      return "none";
  }
}

function entryFailure(error: unknown): Message {
  if (error instanceof Refused) return { type: "refused", problem: entryProblem(error.kind) };
  if (error instanceof LineLost) return lineProblem(faultOf(error.end));
  if (error instanceof BankNotAuthentic) return { type: "not_authentic" };
  if (error instanceof SessionEnded) return lineProblem("line_lost");
  throw error;
}

function entryProblem(kind: ErrorKind): Problem {
  if (kind === "authentication_failed" || kind === "username_taken") return { type: kind };
  return { type: "refused", text: sentence(ERRORS[kind].message) };
}

function callFailure(error: unknown): Message {
  if (error instanceof Refused) return answered(error.kind, textOf(error.kind), error.reason);
  if (error instanceof OutcomeUnknown) {
    const stranger = error.cause instanceof BankNotAuthentic;
    return { type: "outcome_unknown", key: error.idempotencyKey, stranger };
  }
  if (error instanceof LineLost) {
    if (error.inDoubt) return { type: "outcome_unknown", key: null, stranger: false };
    const isStranger = error.end.kind === "not_authentic";
    return answered("unreachable", isStranger ? NOT_YOUR_BANK : "The bank cannot be reached");
  }
  if (error instanceof BankNotAuthentic) return { type: "not_authentic" };
  if (error instanceof SessionEnded) return endOf(error.over);
  throw error;
}

const LATE: Message = { type: "refused", problem: { type: "code_late" } };

const NOT_YOUR_BANK = "Who answered has not proved to be your bank, and was told nothing";

const answered = (
  kind: ErrorKind | "unreachable",
  text: string,
  reason: PasswordReason | null = null,
): Message => ({
  ...{ type: "answered", answer: { type: "refused", kind, text, reason }, at: Date.now() },
});

/** The original's words where it has any. */
const textOf = (kind: ErrorKind): string => {
  if (kind === "insufficient_funds") return "Insufficient funds";
  if (kind === "confirmation_required") return "You did not confirm it, so nothing was done";
  return sentence(ERRORS[kind].message);
};

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

function endOf(over: SessionOver): Message {
  if (over.type === "bank_not_authentic") return { type: "not_authentic" };
  return { type: "session_ended", reason: reasonOf(over) };
}

function reasonOf(over: Exclude<SessionOver, { type: "bank_not_authentic" }>): EndReason {
  switch (over.type) {
    case "closed_by_bank":
      return over.reason === "logout" ? "logged_out" : over.reason;
    case "closed_here":
      return "logged_out";
    case "breach":
      return "breach";
    case "credentials_needed":
    case "login_refused":
      return "line_lost";
  }
}
