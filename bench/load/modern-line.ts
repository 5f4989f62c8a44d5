/**
 * A line that speaks the modern protocol, with many requests in flight. A request's id is its
 * number on the line, since its place is not known yet when it is sealed. Of a reply only the id is
 * read as it comes, and the rest after the run; where there is but one request in flight it is not
 * even opened before.
 */

import type { Socket } from "node:net";
import { ZERO, type Cents } from "../../src/bank/money.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { ClientHandshake, type Channel } from "../../src/protocol/channel.ts";
import { FrameSplitter } from "../../src/protocol/frames.ts";
import { CUSTOMER_CODECS } from "../../src/protocol/customer-codecs.ts";
import { encodeCall, parseReply, parseResult } from "../../src/protocol/modern.ts";
import { UnexpectedReply, type Line, type LineEvents, type User } from "./line.ts";
import type { Mix } from "./mix.ts";
import { RequestStock } from "./request-stock.ts";
import { openSocket, type Target } from "./socket.ts";

const {
  "auth.login": LOGIN,
  "account.balance": BALANCE,
  "account.deposit": DEPOSIT,
} = CUSTOMER_CODECS;

const LOGIN_ID = "login";
/** How a bank of ours begins its answers, up to the digits of the id. */
const BEFORE_ID = Buffer.from('{"jsonrpc":"2.0","id":');
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

export class ModernLine implements Line {
  readonly #events: LineEvents;
  readonly #isOneByOne: boolean;
  /** Before each idempotency key of this line; no other line has it. */
  readonly #keyPrefix: string;
  readonly #splitter = new FrameSplitter();
  readonly #stock: RequestStock;
  #socket: Socket | null = null;
  #channel: Channel | null = null;
  #isClosing = false;
  #sealed = 0;
  #sent = 0;
  /** Of the requests in flight, by their numbers; not kept where there is but one. */
  readonly #places = new Map<number, number>();
  #outgoing: Uint8Array[] = [];
  #takeFrame: (body: Uint8Array) => void = () => undefined;

  private constructor(events: LineEvents, mix: Mix, inFlight: number) {
    this.#events = events;
    this.#stock = new RequestStock((amount) => this.#seal(amount), mix);
    this.#isOneByOne = inFlight === 1;
    this.#keyPrefix = Buffer.from(nodeCiphers.randomBytes(9)).toString("base64url");
  }

  /** Connects, proves the bank, and logs in. @throws Error if the bank does not let the user in. */
  static async open(
    target: Target & { bankKey: Uint8Array },
    user: User,
    events: LineEvents,
    mix: Mix,
    inFlight: number,
  ): Promise<ModernLine> {
    const line = new ModernLine(events, mix, inFlight);
    const lost = Promise.withResolvers<never>();
    lost.promise.catch(() => undefined); // Heard below while it matters.
    const onLost = (reason: string): void => {
      lost.reject(new Error(`the line was lost: ${reason}`));
      if (!line.#isClosing) events.onLost(reason);
    };
    line.#socket = await openSocket(target, (bytes) => line.#take(bytes), onLost);
    await Promise.race([line.#enter(target.bankKey, user), lost.promise]);
    return line;
  }

  stock(requests: number): void {
    this.#stock.fill(requests); // A channel opens in order: what the last run has left comes first.
  }

  send(place: number): Cents {
    this.#sent += 1;
    if (!this.#isOneByOne) this.#places.set(this.#sent, place);
    return this.#stock.take(this.#leave);
  }

  flush(): void {
    if (this.#outgoing.length === 0) return;
    const [first] = this.#outgoing;
    this.#socket!.write(this.#outgoing.length === 1 ? first! : Buffer.concat(this.#outgoing));
    this.#outgoing = [];
  }

  balanceIn(reply: Uint8Array, amount: Cents): number {
    // A channel opens in order, and in order they are read.
    const parsed = parseReply(this.#isOneByOne ? this.#channel!.open(reply) : reply);
    if (parsed.type !== "result") {
      throw new UnexpectedReply(`the bank said: ${JSON.stringify(parsed)}`);
    }
    return parseResult(amount === ZERO ? BALANCE : DEPOSIT, parsed.result).balance;
  }

  close(): void {
    this.#isClosing = true;
    this.#socket?.destroy();
  }

  #enter(bankKey: Uint8Array, { name: username, password }: User): Promise<void> {
    const handshake = new ClientHandshake(nodeCiphers, bankKey);
    return new Promise((resolve, reject) => {
      this.#takeFrame = (body) => {
        this.#channel = handshake.finish(body).channel;
        this.#takeFrame = (sealed) => {
          const reply = parseReply(this.#channel!.open(sealed));
          this.#takeFrame = (next) => this.#takeReply(next);
          if (reply.type === "result" && reply.id === LOGIN_ID) resolve();
          else reject(new Error(`${username} was not let in: ${JSON.stringify(reply)}`));
        };
        const login = { method: "auth.login", params: { username, password } } as const;
        this.#socket!.write(this.#channel.seal(encodeCall(LOGIN_ID, login, LOGIN)));
      };
      this.#socket!.write(handshake.first());
    });
  }

  readonly #leave = (message: Uint8Array): void => void this.#outgoing.push(message);

  #seal(amount: Cents): Uint8Array {
    this.#sealed += 1;
    const id = this.#sealed;
    if (amount === ZERO) {
      const inquiry = { method: "account.balance", params: {} } as const;
      return this.#channel!.seal(encodeCall(id, inquiry, BALANCE));
    }
    const params = { amount, idempotencyKey: `${this.#keyPrefix}-${id}` };
    return this.#channel!.seal(encodeCall(id, { method: "account.deposit", params }, DEPOSIT));
  }

  #take(bytes: Uint8Array): void {
    for (const body of this.#splitter.push(bytes)) this.#takeFrame(body);
    this.flush(); // All that was sent because of these replies, in one write.
  }

  #takeReply(body: Uint8Array): void {
    if (this.#isOneByOne) {
      this.#events.onReply(0, body);
      return;
    }
    const reply = this.#channel!.open(body);
    const id = idIn(reply);
    const place = id === null ? undefined : this.#places.get(id);
    if (id !== null && place !== undefined) {
      this.#places.delete(id);
      this.#events.onReply(place, reply);
    } else if (parseReply(reply).type === "error") {
      throw new UnexpectedReply("an error of no request");
    }
  }
}

/** The id of the request that a message answers; null for a message that answers none. */
function idIn(message: Uint8Array): number | null {
  if (BEFORE_ID.compare(message, 0, BEFORE_ID.length) !== 0) return null;
  let id = 0;
  let at = BEFORE_ID.length;
  for (; message[at]! >= DIGIT_0 && message[at]! <= DIGIT_9; at++) {
    id = id * 10 + message[at]! - DIGIT_0;
  }
  return at === BEFORE_ID.length ? null : id;
}
