/**
 * The modern protocol's channel: who opens a line, the two sides of its handshake, and the sealed
 * frames behind it (docs/protocol.md, "The channel"). No I/O: bytes in, bytes out.
 */
import type { Ciphers, KeyPair } from "./ciphers.ts";
import { ProtocolError } from "./error.ts";
import { encodeFrame, PLAINTEXT_BYTES_MAX } from "./frames.ts";
import { encodeGreeting, parseGreeting } from "./greeting.ts";
import type { Greeting } from "./greeting.ts";
import { encodeHex } from "./hex.ts";
import { HandshakeState } from "./noise.ts";
import type { HandshakeOptions, Transport } from "./noise.ts";
import type { CipherState } from "./noise-symmetric.ts";

const encoder = new TextEncoder();
const EMPTY = new Uint8Array(0);

/** What a modern client sends first; it is the prologue of the handshake too. */
export const PREFACE: Uint8Array = encoder.encode("ATM/2\n");

const PROTOCOLS: ReadonlyMap<number, "classic" | "tls" | "modern"> = new Map([
  [0x7b, "classic"], // The brace of a JSON object.
  [0x16, "tls"], //     A TLS record of type handshake (RFC 8446 section 5.1).
  [0x41, "modern"], //  The preface's "A".
] as const);

/** What a client speaks, by the first byte that it sends; null for a byte that starts nothing. */
export const protocolOf = (firstByte: number): "classic" | "tls" | "modern" | null =>
  PROTOCOLS.get(firstByte) ?? null;

const FINGERPRINT_BYTES = 16;

/**
 * A bank's public key as people compare it: the first 16 bytes of its SHA-256, in lower-case hex,
 * as eight groups of four digits. Who wanted another key with the same would try 2^128.
 */
export function fingerprintOf(ciphers: Ciphers, publicKey: Uint8Array): string {
  const digits = encodeHex(ciphers.sha256(publicKey).subarray(0, FINGERPRINT_BYTES));
  return digits.match(/.{4}/g)!.join(" ");
}

/** The client's side: `first` goes onto the wire, the first frame that comes back into `finish`. */
export class ClientHandshake {
  readonly #handshake: HandshakeState;

  /**
   * @param bankPublicKey The key that the client pins.
   * @param ephemeral For tests and the worked example: a client draws its own.
   */
  constructor(ciphers: Ciphers, bankPublicKey: Uint8Array, ephemeral?: KeyPair) {
    this.#handshake = new HandshakeState(ciphers, {
      ...optionsOf("initiator", ephemeral),
      remoteStatic: bankPublicKey,
    });
  }

  /**
   * The preface and the first frame.
   * @throws ProtocolError `bad_handshake` for a pinned key that gives everyone the same secret.
   */
  first(): Uint8Array {
    const frame = encodeFrame(this.#handshake.writeMessage(EMPTY));
    const bytes = new Uint8Array(PREFACE.length + frame.length);
    bytes.set(PREFACE);
    bytes.set(frame, PREFACE.length);
    return bytes;
  }

  /**
   * @throws ProtocolError `bad_handshake` unless the frame comes from the bank whose key is pinned;
   *   `bad_reply` for a greeting that no bank gives.
   */
  finish(frameBody: Uint8Array): { channel: Channel; greeting: Greeting } {
    const greeting = parseGreeting(this.#handshake.readMessage(frameBody));
    return { channel: new Channel(this.#handshake.split()), greeting };
  }
}

/** The bank's side of one handshake. */
export class ServerHandshake {
  readonly #ciphers: Ciphers;
  readonly #identities: readonly KeyPair[];
  readonly #ephemeral: KeyPair | undefined;

  /**
   * @param identities The current key first, then those that still count in their overlap.
   * @param ephemeral For tests and the worked example: a bank draws its own.
   */
  constructor(ciphers: Ciphers, identities: readonly KeyPair[], ephemeral?: KeyPair) {
    this.#ciphers = ciphers;
    this.#identities = identities;
    this.#ephemeral = ephemeral;
  }

  /**
   * Answers the first frame under the key that its client pins. What the client put into it is not
   * read: whoever recorded it could send it again.
   * @returns `reply`, a whole frame, and `identity`, the key pair that the client knows.
   * @throws ProtocolError `bad_handshake` for a client of another bank, and for any forgery.
   */
  respond(
    frameBody: Uint8Array,
    greeting: Greeting,
  ): { channel: Channel; reply: Uint8Array; identity: KeyPair } {
    for (const identity of this.#identities) {
      const handshake = this.#tryReading(identity, frameBody);
      if (handshake === null) continue;
      const reply = encodeFrame(handshake.writeMessage(encodeGreeting(greeting)));
      return { channel: new Channel(handshake.split()), reply, identity };
    }
    throw new ProtocolError("bad_handshake");
  }

  #tryReading(identity: KeyPair, frameBody: Uint8Array): HandshakeState | null {
    const options = optionsOf("responder", this.#ephemeral);
    const handshake = new HandshakeState(this.#ciphers, { ...options, static: identity });
    try {
      handshake.readMessage(frameBody);
      return handshake;
    } catch (error) {
      if (error instanceof ProtocolError) return null;
      throw error;
    }
  }
}

const optionsOf = (
  role: HandshakeOptions["role"],
  ephemeral: KeyPair | undefined,
): HandshakeOptions => ({
  pattern: "NK",
  role,
  prologue: PREFACE,
  ...(ephemeral === undefined ? {} : { ephemeral }),
});

/**
 * Sealed frames, one direction each way, each in its place: a frame that was changed, repeated,
 * moved or left out, and every frame after it, does not open.
 */
export class Channel {
  /** Names this session, and no other: both sides have it, and nobody can choose it. */
  readonly handshakeHash: Uint8Array;
  readonly #send: CipherState;
  readonly #receive: CipherState;

  constructor({ send, receive, handshakeHash }: Transport) {
    this.#send = send;
    this.#receive = receive;
    this.handshakeHash = handshakeHash;
  }

  /** A whole frame. @throws RangeError above PLAINTEXT_BYTES_MAX: no frame holds more. */
  seal(plaintext: Uint8Array): Uint8Array {
    if (plaintext.length > PLAINTEXT_BYTES_MAX) throw new RangeError("too long for one frame");
    return encodeFrame(this.#send.encryptWithAd(EMPTY, plaintext));
  }

  /**
   * The text of a frame, to be read at once: the next one of any channel may lie in its place.
   * @throws ProtocolError `bad_frame` for every frame that is not the peer's next, whatever is
   *   wrong with it. This direction is dead then: say so in the other, and hang up.
   */
  open(frameBody: Uint8Array): Uint8Array {
    const plaintext = this.#receive.decryptWithAd(EMPTY, frameBody);
    if (plaintext === null) throw new ProtocolError("bad_frame");
    return plaintext;
  }
}
