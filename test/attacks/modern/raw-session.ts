/**
 * A session of the modern protocol whose client keeps no rule: it shakes hands as it should, or as
 * it likes, seals any bytes, sends any frames, and shows what the bank says, text by text.
 */

import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { ClientHandshake, type Channel } from "../../../src/protocol/channel.ts";
import type { Ciphers, KeyPair } from "../../../src/protocol/ciphers.ts";
import type { Greeting } from "../../../src/protocol/greeting.ts";
import { decodeHex } from "../../../src/protocol/hex.ts";
import { RawLine } from "../raw-line.ts";

export const PASSWORD = "a good password";
const HEADER_BYTES = 2;

/** What the bank said: an answer or news, as its JSON has it. */
export type Said = {
  id?: number | string | null;
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data: { kind: string } };
  method?: string;
  params?: Record<string, unknown>;
};

/** Whoever speaks for a bank: what matters is its port, and the key that clients pin, in hex. */
export type Target = { bank: { port: number; publicKey: string } };

export class RawSession {
  readonly line: RawLine;
  readonly channel: Channel;
  readonly greeting: Greeting;
  #lastId = 0;

  constructor(line: RawLine, { channel, greeting }: { channel: Channel; greeting: Greeting }) {
    this.line = line;
    this.channel = channel;
    this.greeting = greeting;
  }

  static async open({ bank }: Target): Promise<RawSession> {
    const line = await RawLine.open(bank.port);
    const handshake = new ClientHandshake(nodeCiphers, decodeHex(bank.publicKey));
    await line.send(handshake.first());
    return new RawSession(line, handshake.finish(await takeFrame(line)));
  }

  /** Signs up and logs in. */
  static async customer(bank: Target, username: string): Promise<RawSession> {
    const session = await RawSession.open(bank);
    await session.ask("auth.signUp", { username, password: PASSWORD });
    return session.logIn(username);
  }

  async logIn(username: string): Promise<this> {
    const { error } = await this.ask("auth.login", { username, password: PASSWORD });
    if (error !== undefined) throw new Error(`could not log in: ${error.data.kind}`);
    return this;
  }

  /** A whole frame of any text or bytes. */
  seal(text: string | Uint8Array): Uint8Array {
    return this.channel.seal(typeof text === "string" ? Buffer.from(text) : text);
  }

  /** A whole frame of a request, with the next id. */
  request(method: string, params: unknown = {}): Uint8Array {
    this.#lastId += 1;
    return this.seal(JSON.stringify({ jsonrpc: "2.0", id: this.#lastId, method, params }));
  }

  async ask(method: string, params: unknown = {}): Promise<Said> {
    await this.line.send(this.request(method, params));
    return this.hear();
  }

  /** The word of the error that a text is answered with, or "result". */
  async kindOf(text: string | Uint8Array): Promise<string> {
    await this.line.send(this.seal(text));
    const { error } = await this.hear();
    return error?.data.kind ?? "result";
  }

  /** What the bank says next. @throws Error if it hangs up instead. */
  async hear(): Promise<Said> {
    return this.#open(await takeFrame(this.line));
  }

  /** All that the bank says until it hangs up. */
  async hearOut(): Promise<Said[]> {
    const rest = await this.line.rest();
    const said: Said[] = [];
    for (let at = 0; at < rest.length;) {
      const end = at + HEADER_BYTES + rest.readUInt16BE(at);
      said.push(this.#open(rest.subarray(at + HEADER_BYTES, end)));
      at = end;
    }
    return said;
  }

  #open(frame: Uint8Array): Said {
    return JSON.parse(Buffer.from(this.channel.open(frame)).toString("utf8")) as Said;
  }
}

export const CLOSED_FOR_BREACH: Said & { jsonrpc: string } = {
  ...{ jsonrpc: "2.0", method: "session.closed", params: { reason: "breach" } },
};

/** The body of the bank's next frame. */
export async function takeFrame(line: RawLine): Promise<Uint8Array> {
  const frame = await line.take((received) => {
    if (received.length < HEADER_BYTES) return null;
    const length = HEADER_BYTES + received.readUInt16BE(0);
    return received.length >= length ? length : null;
  });
  return frame.subarray(HEADER_BYTES);
}

/**
 * The preface and the first frame of a client with this ephemeral key, authentic for whoever takes
 * `secret` for what the two keys share.
 */
export function forgedHello(bankKey: Uint8Array, ephemeral: KeyPair, secret: Uint8Array) {
  const forger: Ciphers = Object.assign(Object.create(nodeCiphers) as Ciphers, {
    sharedSecret: () => secret,
  });
  return new ClientHandshake(forger, bankKey, ephemeral).first();
}
