/**
 * A transport in memory, with a bank of the modern protocol at its other end that the test plays by
 * hand: it proves itself, sees what was asked, and answers as it likes.
 */
import type { LineEnd, Transport } from "../../src/client/transport.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { cents } from "../../src/bank/money.ts";
import { PREFACE, ServerHandshake } from "../../src/protocol/channel.ts";
import type { Channel } from "../../src/protocol/channel.ts";
import { encodeFrame, FrameSplitter } from "../../src/protocol/frames.ts";
import type { Greeting } from "../../src/protocol/greeting.ts";
import type { Call, Method, Result } from "../../src/protocol/methods.ts";
import { encodeNotification, encodeResult, parseCall } from "../../src/protocol/modern.ts";
import { HandshakeState } from "../../src/protocol/noise.ts";
import type { PasswordReason } from "../../src/bank/password-policy.ts";
import type { Notification } from "../../src/protocol/notifications.ts";
import { encodeError } from "../../src/protocol/rpc.ts";
import type { ErrorKind, RpcId } from "../../src/protocol/rpc-error.ts";

export const IDENTITY = nodeCiphers.generateKeyPair();

export const GREETING: Greeting = {
  bank: "Scripted Bank",
  version: "1",
  time: "2025-11-24T16:00:00.000Z",
  limits: {
    ...{ requestsInFlight: 32, frameBytes: 8192, amountMax: cents(100), historyLimit: 100 },
    passwordCharsMin: { alone: 15, withFactor: 8 },
  },
};

export class ScriptedModernBank implements Transport {
  onBytes: (bytes: Uint8Array) => void = () => {};
  onClose: (end: LineEnd) => void = () => {};
  /** What was asked, in the order in which it came. */
  readonly calls: { id: RpcId; call: Call }[] = [];
  closed = false;
  channel: Channel | null = null;
  /** Called with each call; a test that answers by itself leaves it. */
  onCall: (id: RpcId, call: Call) => void = () => {};
  /** What the bank's side of the handshake does with the client's first frame. */
  onHello: (frame: Uint8Array) => void = (frame) => this.accept(frame);
  readonly #splitter = new FrameSplitter(PREFACE);

  send(bytes: Uint8Array): void {
    for (const frame of this.#splitter.push(bytes)) {
      if (this.channel === null) this.onHello(frame);
      else this.#take(this.channel.open(frame));
    }
  }

  close(): void {
    this.hangUp({ kind: "closed", detail: "closed by the client" });
  }

  hangUp(end: LineEnd = { kind: "closed", detail: "the line was cut" }): void {
    if (this.closed) return;
    this.closed = true;
    this.onClose(end);
  }

  /** Proves itself. @param change What becomes of its frame on the way. */
  accept(frame: Uint8Array, greeting = GREETING, change = (reply: Uint8Array) => reply): void {
    const handshake = new ServerHandshake(nodeCiphers, [IDENTITY]);
    const { channel, reply } = handshake.respond(frame, greeting);
    this.channel = channel;
    this.onBytes(change(reply));
  }

  /** Proves itself, and greets with what no bank says. */
  acceptWith(frame: Uint8Array, payload: Uint8Array): void {
    const handshake = new HandshakeState(nodeCiphers, {
      ...{ pattern: "NK", role: "responder", prologue: PREFACE, static: IDENTITY },
    });
    handshake.readMessage(frame);
    this.onBytes(encodeFrame(handshake.writeMessage(payload)));
  }

  answer<M extends Method>(id: RpcId, method: M, result: Result<M>): void {
    this.say(encodeResult(id, method, result));
  }

  refuse(id: RpcId | null, kind: ErrorKind, reason?: PasswordReason): void {
    this.say(encodeError(id, { kind, reason }));
  }

  notify(notification: Notification): void {
    this.say(encodeNotification(notification));
  }

  /** Seals a text and sends it. @param change What becomes of the frame on the way. */
  say(message: Uint8Array, change = (frame: Uint8Array) => frame): void {
    this.onBytes(change(this.seal(message)));
  }

  seal(message: Uint8Array): Uint8Array {
    if (this.channel === null) throw new Error("there was no handshake");
    return this.channel.seal(message);
  }

  #take(message: Uint8Array): void {
    const asked = parseCall(message);
    this.calls.push(asked);
    this.onCall(asked.id, asked.call);
  }
}
