/**
 * A logged-in session whose owner is the attacker: it knows the session's true keys and seals with
 * them whatever it likes, at whatever time it likes.
 */

import { nodeCiphers } from "../../src/ciphers/node.ts";
import { AUTHENTICATED, SIGNUP_SUCCESSFUL } from "../../src/protocol/classic-replies.ts";
import { encodeEnvelope, encodeHello } from "../../src/protocol/classic.ts";
import { IV_BYTES, openToken, sealToken } from "../../src/protocol/fernet.ts";
import { encodeHex } from "../../src/protocol/hex.ts";
import {
  MASTER_SECRET_BYTES,
  deriveSessionKeys,
  type SessionKeys,
} from "../../src/protocol/session-keys.ts";
import { RawLine, type RawLineOptions } from "./raw-line.ts";

/** Any bank, in this process or in one of its own: what matters is its port. */
export type Target = number | { bank: { port: number } };

export const PASSWORD = "a good password";

/** The forger takes any reply, however old. */
const FOREVER = Number.MAX_SAFE_INTEGER;
const TOKEN_BYTES_BEFORE_TEXT = 57;

export const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

export class ForgedSession {
  readonly line: RawLine;
  readonly keys: SessionKeys;

  constructor(line: RawLine, keys: SessionKeys) {
    this.line = line;
    this.keys = keys;
  }

  /** Signs up and logs in. */
  static async open(bank: Target, username: string): Promise<ForgedSession> {
    const line = await RawLine.open(portOf(bank));
    await line.send(encodeHello({ action: "signup", username, password: PASSWORD }));
    const reply = await line.recvText();
    if (reply !== SIGNUP_SUCCESSFUL) throw new Error(`could not sign up: ${reply}`);
    return ForgedSession.over(line, username);
  }

  /** Logs in once more. */
  static async again(
    bank: Target,
    username: string,
    options: RawLineOptions = {},
  ): Promise<ForgedSession> {
    return ForgedSession.over(await RawLine.open(portOf(bank), options), username);
  }

  static async over(line: RawLine, username: string): Promise<ForgedSession> {
    await line.send(encodeHello({ action: "login", username, password: PASSWORD }));
    const whole = AUTHENTICATED.length + MASTER_SECRET_BYTES;
    const reply = await line.take((received) => {
      if (!AUTHENTICATED.startsWith(received.toString("latin1", 0, AUTHENTICATED.length))) {
        throw new Error(`could not log in: ${received.toString("latin1")}`);
      }
      return received.length >= whole ? whole : null;
    });
    const secret = new Uint8Array(reply.subarray(AUTHENTICATED.length));
    return new ForgedSession(line, deriveSessionKeys(nodeCiphers, secret));
  }

  /** An authentic token of any plaintext and time. */
  token(plaintext: Uint8Array | string, timeSeconds = nowSeconds()): string {
    const bytes = Buffer.from(plaintext);
    const iv = nodeCiphers.randomBytes(IV_BYTES);
    return sealToken(this.keys.fernet, bytes, timeSeconds, iv);
  }

  mac(payload: string): string {
    return encodeHex(this.keys.mac.sign(Buffer.from(payload)));
  }

  /** The payload in an envelope with its true MAC. */
  wrap(payload: string): Uint8Array {
    return encodeEnvelope({ payload, mac: this.mac(payload) });
  }

  /** A whole message of any plaintext and time: authentic in everything but what it says. */
  seal(plaintext: Uint8Array | string, timeSeconds = nowSeconds()): Uint8Array {
    return this.wrap(this.token(plaintext, timeSeconds));
  }

  /** The next reply's token. @throws Error if the bank hangs up instead. */
  async replyToken(): Promise<string> {
    return (await this.line.take((received) => this.#tokenLength(received))).toString("latin1");
  }

  /** The next reply's text. @throws Error if the bank hangs up instead. */
  async reply(): Promise<string> {
    return this.#textOf(await this.replyToken());
  }

  /** The texts of all that the bank says until it hangs up. */
  async allReplies(): Promise<string[]> {
    let said = await this.line.rest();
    const replies: string[] = [];
    while (said.length > 0) {
      const length = this.#tokenLength(said);
      if (length === null) throw new Error("the bank's last word is no token");
      replies.push(this.#textOf(said.toString("latin1", 0, length)));
      said = said.subarray(length);
    }
    return replies;
  }

  /** Sends a message and gives the text of the reply. */
  async ask(message: Uint8Array | string): Promise<string> {
    await this.line.send(message);
    return this.reply();
  }

  deposit(amount: number): Promise<string> {
    return this.ask(this.seal(`{"action": "deposit", "amount": ${amount}}`));
  }

  balance(): Promise<string> {
    return this.ask(this.seal('{"action": "balance"}'));
  }

  /** Nothing marks a token's end; but a whole one opens, and part of one does not. */
  #tokenLength(received: Buffer): number | null {
    for (let blocks = 1; ; blocks++) {
      const length = Math.ceil((TOKEN_BYTES_BEFORE_TEXT + 16 * blocks) / 3) * 4;
      if (length > received.length) return null;
      if (this.#opens(received.toString("latin1", 0, length))) return length;
    }
  }

  #opens(token: string): boolean {
    try {
      this.#textOf(token);
      return true;
    } catch {
      return false; // Not whole yet.
    }
  }

  #textOf(token: string): string {
    const { plaintext } = openToken(this.keys.fernet, token, 0, FOREVER, FOREVER);
    return Buffer.from(plaintext).toString("utf8");
  }
}

const portOf = (target: Target): number => (typeof target === "number" ? target : target.bank.port);
