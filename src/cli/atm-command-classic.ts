/** The teller that speaks the classic protocol: whole dollars, and nothing that is newer. */

import { formatDollars, type Cents } from "../bank/money.ts";
import { nodeCiphers } from "../ciphers/node.ts";
import { ClassicClient } from "../client/classic-client.ts";
import { Refused } from "../client/modern-errors.ts";
import type { Transport } from "../client/transport.ts";
import { formatReply, type Reply } from "../protocol/classic-replies.ts";
import type { Credentials } from "../protocol/methods.ts";
import type { Answer, CashMove, LogIn, Teller, Wish } from "./atm-command-teller.ts";
import { CommandFailed, EXIT } from "./exit.ts";

/** A line has one session in this protocol, so each login after the first needs another. */
export class ClassicTeller implements Teller {
  readonly #dial: () => Transport;
  #client: ClassicClient;
  #isLoggedIn = false;

  constructor(dial: () => Transport) {
    this.#dial = dial;
    this.#client = new ClassicClient(dial(), nodeCiphers);
  }

  async open(): Promise<string[]> {
    return ["The classic protocol: whoever listens on the line learns the password and the keys."];
  }

  perform(wish: Wish): Promise<Answer> {
    switch (wish.type) {
      case "sign-up":
        return this.#signUp(wish);
      case "log-in":
        return this.#logIn(wish);
      case "deposit":
      case "withdraw":
        return this.#move(wish);
      case "balance":
        return this.#readBalance();
      case "log-out":
        if (wish.everywhere !== true) return this.#logOut();
        return missing("log-out --everywhere");
      case "sessions":
      case "sessions end":
      case "confirm":
      case "factor status":
      case "factor begin":
      case "factor enrol":
      case "factor remove":
      case "transfer":
      case "history":
      case "password":
      case "info":
        return missing(wish.type);
    }
  }

  /** The protocol has no word for it: the end of the line is the end of the session. */
  async close(): Promise<void> {
    this.hangUp();
  }

  hangUp(): void {
    this.#client.close();
  }

  async #signUp({ username, password }: Credentials): Promise<Answer> {
    if (this.#isLoggedIn) this.#renew();
    const reply = await this.#client.signUp(username, password);
    switch (reply.type) {
      case "signed_up":
        return { lines: [`Signed up as ${username}. Now log in.`], result: { username } };
      case "username_taken":
        throw new Refused("username_taken");
      case "refused":
        throw new CommandFailed(EXIT.failure, reply.text);
    }
  }

  async #logIn({ username, password, code }: LogIn): Promise<Answer> {
    if (code !== undefined) return missing("code");
    if (this.#isLoggedIn) this.#renew();
    const reply = await this.#client.logIn(username, password);
    switch (reply.type) {
      case "authenticated":
        this.#isLoggedIn = true;
        return { lines: [`Logged in as ${username}.`], result: { username } };
      case "authentication_failed": {
        const cause = new Refused("authentication_failed");
        throw new CommandFailed(EXIT.failure, `Refused: ${cause.message}.\n${NO_CODES}`, { cause });
      }
      case "refused":
        throw new CommandFailed(EXIT.failure, reply.text);
    }
  }

  async #move({ type, amount, key }: CashMove): Promise<Answer> {
    if (!this.#isLoggedIn) throw new Refused("not_logged_in");
    if (key !== undefined || amount % 100 !== 0) {
      const message = "The classic protocol has neither keys nor cents: leave --classic out.";
      throw new CommandFailed(EXIT.usage, message);
    }
    return answerOf(await this.#client[type](amount));
  }

  async #readBalance(): Promise<Answer> {
    if (!this.#isLoggedIn) throw new Refused("not_logged_in");
    return answerOf(await this.#client.balance());
  }

  async #logOut(): Promise<Answer> {
    this.#renew();
    return { lines: ["Logged out."], result: {} };
  }

  #renew(): void {
    this.#client.close();
    this.#client = new ClassicClient(this.#dial(), nodeCiphers);
    this.#isLoggedIn = false;
  }
}

/** The bank does not tell which it was, for whoever asks may be guessing. */
const NO_CODES = `Or the account has a second factor: the classic protocol has no place for a code.
Leave --classic out then, and name the code with --code.`;

function missing(what: string): Promise<never> {
  const message = `The classic protocol has no ${what}: leave --classic out.`;
  return Promise.reject(new CommandFailed(EXIT.usage, message));
}

function answerOf(reply: Reply): Answer {
  switch (reply.type) {
    case "deposited":
      return moved("Deposited", reply.amount, reply.balance);
    case "withdrew":
      return moved("Withdrew", reply.amount, reply.balance);
    case "balance": {
      const { balance } = reply;
      return { lines: [`Balance: ${formatDollars(balance)}`], result: { balance: `${balance}` } };
    }
    case "insufficient_funds":
      throw new Refused("insufficient_funds");
    default:
      throw new CommandFailed(EXIT.failure, formatReply(reply));
  }
}

const moved = (verb: string, amount: Cents, balance: Cents): Answer => ({
  lines: [`${verb} ${formatDollars(amount)}. Balance: ${formatDollars(balance)}`],
  result: { balance: `${balance}` },
});
