/** A session in the classic protocol: one line, whose keys live in its client and go with it. */

import { ClassicClient, type LogInResult } from "../../src/client/classic-client.ts";
import { LineLost } from "../../src/client/line-lost.ts";
import type { Ciphers } from "../../src/protocol/ciphers.ts";
import { formatReply, type Reply } from "../../src/protocol/classic-replies.ts";
import type { Answer, AskedOrder, Message, Order, Problem } from "./state.ts";
import { lineProblem, type Dialled, type Tell, type Teller } from "./teller.ts";

export class ClassicTeller implements Teller {
  readonly #client: ClassicClient;
  readonly #dialled: Dialled;
  readonly #tell: Tell;
  /** A request is on the line: who asked hears of its end. */
  #isAsking = false;

  constructor(ciphers: Ciphers, dialled: Dialled, tell: Tell) {
    this.#dialled = dialled;
    this.#tell = tell;
    this.#client = new ClassicClient(dialled, ciphers);
    const tellClient = dialled.onClose;
    dialled.onClose = (end) => {
      tellClient(end);
      this.#tell({ type: "line_changed", line: "none" });
      if (!this.#isAsking) this.#tell({ type: "session_ended", reason: "line_lost" });
    };
  }

  signUp(username: string, password: string): Promise<Message> {
    return this.#enter(async () => {
      const result = await this.#client.signUp(username, password);
      return result.type === "signed_up" ? result : { type: "refused", problem: result };
    });
  }

  logIn(username: string, password: string): Promise<Message> {
    return this.#enter(async () => {
      const result = await this.#client.logIn(username, password);
      if (result.type !== "authenticated") return { type: "refused", problem: problemOf(result) };
      this.#tell({ type: "line_changed", line: "in_clear" });
      return { type: "authenticated", hasFactor: false };
    });
  }

  ask(order: AskedOrder): Promise<Message> {
    return this.#asking(
      async () => ({
        ...{ type: "answered", answer: answerOf(await this.#request(order)), at: Date.now() },
      }),
      (error) =>
        // What was asked is never sent again: it may have been done.
        error.inDoubt
          ? { type: "outcome_unknown", key: null, session: "ended" }
          : { type: "session_ended", reason: "line_lost" },
    );
  }

  giveCode(): Promise<Message> {
    throw new Error("classic knows no codes");
  }

  change(): Promise<Message> {
    throw new Error("classic changes no secrets");
  }

  close(): void {
    this.#client.close();
  }

  #enter(work: () => Promise<Message>): Promise<Message> {
    this.#tell({ type: "line_changed", line: "connecting" });
    return this.#asking(work, () => lineProblem(this.#dialled.fault));
  }

  async #asking(
    work: () => Promise<Message>,
    whenLost: (error: LineLost) => Message,
  ): Promise<Message> {
    this.#isAsking = true;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof LineLost)) throw error;
      return whenLost(error);
    } finally {
      this.#isAsking = false;
    }
  }

  #request(order: AskedOrder): Promise<Reply> {
    switch (order.kind) {
      case "deposit":
        return this.#client.deposit(order.amount);
      case "withdraw":
        return this.#client.withdraw(order.amount);
      case "balance":
        return this.#client.balance();
      default:
        throw new Error(`classic knows no ${order.kind satisfies Order["kind"]}`);
    }
  }
}

const problemOf = (result: Exclude<LogInResult, { type: "authenticated" }>): Problem =>
  result.type === "authentication_failed" ? { type: "classic_failed" } : result;

function answerOf(reply: Reply): Answer {
  switch (reply.type) {
    case "deposited":
    case "withdrew":
      return { ...reply, reference: null };
    case "balance":
      return reply;
    default:
      return { type: "refused", kind: reply.type, text: formatReply(reply) };
  }
}
