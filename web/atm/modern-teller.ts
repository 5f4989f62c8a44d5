/**
 * A session in the modern protocol: over lines that may break, until the customer or the bank ends
 * it. It keeps name and password for as long, to log in again on a new line, and forgets both with
 * the session.
 */

import { ModernSession, type SessionState } from "../../src/client/modern-session.ts";
import type { News } from "../../src/client/modern-client.ts";
import { OutcomeUnknown } from "../../src/client/modern-errors.ts";
import { isRefusal } from "../../src/client/verdicts.ts";
import type { Ciphers } from "../../src/protocol/ciphers.ts";
import type { Credentials, Moved, Result } from "../../src/protocol/methods.ts";
import { callFailure, endOf, entryFailure, LATE } from "./modern-failures.ts";
import { orderText } from "./money-text.ts";
import type { Answer, AskedOrder, HistoryOrder, LineState, Message, Order } from "./state.ts";
import type { SecretChange, Security } from "./state.ts";
import type { Counsel, Dialled, Tell, Teller } from "./teller.ts";

/** What comes back with an answer: the rest ends the session. */
type AnsweredOrder = Exclude<AskedOrder, { kind: "log_out_everywhere" }>;

export class ModernTeller implements Teller {
  readonly #session: ModernSession;
  readonly #tell: Tell;
  readonly #counsel: Counsel;
  #credentials: Credentials | null = null;
  /** The log-in is to go on with a code; if the line closes first, it does not. */
  #awaitsCode = false;
  /** Whether the password needs a code beside it, as far as this session knows. */
  #hasFactor = false;
  #wasSecured = false;
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
      code: (wasWrong) => counsel.askCode(wasWrong),
      onState: (state) => this.#stateChanged(state),
      onNotification: (news) => this.#heard(news),
    });
  }

  signUp(username: string, password: string): Promise<Message> {
    return this.#asking(async () => {
      await this.#session.signUp(username, password);
      return { type: "signed_up" };
    }, entryFailure);
  }

  logIn(username: string, password: string): Promise<Message> {
    return this.#enter({ username, password });
  }

  giveCode(code: string): Promise<Message> {
    const credentials = this.#credentials;
    return credentials === null ? Promise.resolve(LATE) : this.#enter(credentials, code);
  }

  ask(order: AskedOrder, key: string | null): Promise<Message> {
    if (order.kind === "log_out_everywhere") return this.#logOutEverywhere();
    return this.#asking(async () => {
      const used = key ?? this.#session.newKey();
      const answer = await this.#confirming(order, () => this.#answerTo(order, used));
      return { type: "answered", answer, at: Date.now() };
    }, callFailure);
  }

  change(change: SecretChange): Promise<Message> {
    return this.#asking(async () => {
      return { type: "answered", answer: await this.#changed(change), at: Date.now() };
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
        const { hasFactor } = await this.#session.logIn(username, password, code);
        this.#credentials = credentials;
        this.#awaitsCode = false;
        this.#hasFactor = hasFactor;
        return { type: "authenticated", hasFactor };
      },
      (error) => {
        const wasWrong = code !== undefined && isRefusal(error, "authentication_failed");
        this.#awaitsCode = wasWrong || isRefusal(error, "code_required");
        this.#credentials = this.#awaitsCode ? credentials : null;
        return this.#awaitsCode ? { type: "code_wanted", wasWrong } : entryFailure(error);
      },
    );
  }

  #logOutEverywhere(): Promise<Message> {
    return this.#asking(async () => {
      await this.#session.logOutEverywhere();
      return { type: "session_ended", reason: "logged_out_everywhere" };
    }, callFailure);
  }

  async #changed(change: SecretChange): Promise<Answer> {
    const session = this.#session;
    switch (change.type) {
      case "change_password": {
        const { oldPassword, newPassword: password, code } = change;
        await session.changePassword(oldPassword, password, code ?? undefined);
        if (this.#credentials !== null) this.#credentials = { ...this.#credentials, password };
        return { type: "password_changed" };
      }
      case "begin_factor":
        return { type: "factor_begun", enrolment: await session.beginFactor(change.password) };
      case "enrol_factor": {
        const { recoveryCodes } = await session.enrolFactor(change.code);
        this.#hasFactor = true;
        return { type: "factor_enrolled", recoveryCodes };
      }
      case "remove_factor":
        await session.removeFactor(change.password, change.code);
        this.#hasFactor = false;
        return { type: "factor_removed" };
    }
  }

  /** A large sum wants the password once more; then the same goes on, under the same key. */
  async #confirming<T>(order: Order, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const refusal = error instanceof OutcomeUnknown ? error.cause : error;
      if (!isRefusal(refusal, "confirmation_required")) throw error;
      if (!(await this.#confirmed(orderText(order)))) throw error;
      return work();
    }
  }

  async #confirmed(what: string): Promise<boolean> {
    for (let wasWrong = false; ;) {
      const proof = await this.#counsel.askProof({ what, withCode: this.#hasFactor, wasWrong });
      if (proof === null) return false;
      try {
        await this.#session.confirm(proof.password, proof.code);
        return true;
      } catch (error) {
        wasWrong = isRefusal(error, "authentication_failed");
        // A second factor that was turned on in another session: only now it is known here.
        const wantsCode = isRefusal(error, "code_required");
        if (wantsCode) this.#hasFactor = true;
        if (!wasWrong && !wantsCode) throw error;
      }
    }
  }

  async #answerTo(order: AnsweredOrder, key: string): Promise<Answer> {
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
      case "security":
        return { type: "security", security: await this.#readSecurity() };
      case "end_session":
        await session.endSession(order.session);
        return { type: "other_session_ended" };
    }
  }

  async #readSecurity(): Promise<Security> {
    const { hasFactor } = await this.#session.sessionInfo();
    return { hasFactor, ...(await this.#session.sessions()) };
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
