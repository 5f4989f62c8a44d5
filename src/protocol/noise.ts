/**
 * The Noise Protocol Framework, revision 34 (noiseprotocol.org/noise.html), with X25519,
 * AES-256-GCM and SHA-256. Names and order follow section 5 of its specification; numbers in
 * comments are its sections.
 */
import { X25519_KEY_BYTES } from "./ciphers.ts";
import type { Ciphers, KeyPair } from "./ciphers.ts";
import { ProtocolError } from "./error.ts";
import { concat, SymmetricState } from "./noise-symmetric.ts";
import type { CipherState } from "./noise-symmetric.ts";

type Token = "e" | "s" | "ee" | "es" | "se" | "ss";
type Pattern = {
  /** Whose static key the other side knows beforehand. */
  readonly known: readonly ("initiator" | "responder")[];
  readonly messages: readonly (readonly Token[])[];
};

// 7.4, 7.5: those without pre-shared keys for which the tests have vectors; the product uses NK.
const PATTERNS = {
  N: { known: ["responder"], messages: [["e", "es"]] },
  NN: { known: [], messages: [["e"], ["e", "ee"]] },
  NK: {
    known: ["responder"],
    messages: [
      ["e", "es"],
      ["e", "ee"],
    ],
  },
  NX: { known: [], messages: [["e"], ["e", "ee", "s", "es"]] },
  KK: {
    known: ["initiator", "responder"],
    messages: [
      ["e", "es", "ss"],
      ["e", "ee", "se"],
    ],
  },
  XK: {
    known: ["responder"],
    messages: [
      ["e", "es"],
      ["e", "ee"],
      ["s", "se"],
    ],
  },
  IK: {
    known: ["responder"],
    messages: [
      ["e", "es", "s", "ss"],
      ["e", "ee", "se"],
    ],
  },
  XX: { known: [], messages: [["e"], ["e", "ee", "s", "es"], ["s", "se"]] },
} as const satisfies Record<string, Pattern>;

export type PatternName = keyof typeof PATTERNS;

const EMPTY = new Uint8Array(0);

/** What a side brings into a handshake. Only tests hand in an ephemeral key. */
export interface HandshakeOptions {
  readonly pattern: PatternName;
  readonly role: "initiator" | "responder";
  readonly prologue: Uint8Array;
  readonly static?: KeyPair;
  readonly remoteStatic?: Uint8Array;
  readonly ephemeral?: KeyPair;
}

/** What a handshake ends in: a key per direction, and a hash that names the session. */
export interface Transport {
  readonly send: CipherState;
  readonly receive: CipherState;
  readonly handshakeHash: Uint8Array;
}

/** 5.3: one side of one handshake. After an error it is dead, like its cipher. */
export class HandshakeState {
  readonly #ciphers: Ciphers;
  readonly #symmetric: SymmetricState;
  readonly #initiator: boolean;
  readonly #messages: readonly (readonly Token[])[];
  readonly #s: KeyPair | undefined;
  #e: KeyPair | undefined;
  #rs: Uint8Array | undefined;
  #re: Uint8Array | undefined;
  #turn = 0;
  #broken = false;

  /** @throws Error if a key that the pattern needs beforehand is missing. */
  constructor(ciphers: Ciphers, options: HandshakeOptions) {
    const pattern: Pattern = PATTERNS[options.pattern];
    this.#ciphers = ciphers;
    this.#symmetric = new SymmetricState(ciphers, `Noise_${options.pattern}_25519_AESGCM_SHA256`);
    this.#initiator = options.role === "initiator";
    this.#messages = pattern.messages;
    this.#s = options.static;
    this.#e = options.ephemeral;
    this.#rs = options.remoteStatic;
    this.#symmetric.mixHash(options.prologue);
    for (const owner of pattern.known) {
      this.#symmetric.mixHash(
        owner === options.role ? needed(this.#s).publicKey : needed(this.#rs),
      );
    }
  }

  /** @throws Error out of turn. */
  writeMessage(payload: Uint8Array): Uint8Array {
    const tokens = this.#takeTurn(true);
    const parts = tokens.map((token) => this.#write(token));
    parts.push(this.#symmetric.encryptAndHash(payload));
    this.#broken = false;
    return concat(...parts);
  }

  /**
   * @returns the payload.
   * @throws ProtocolError `bad_handshake` for every message that is not the peer's.
   * @throws Error out of turn.
   */
  readMessage(message: Uint8Array): Uint8Array {
    let rest = message;
    const take = (length: number): Uint8Array => {
      if (rest.length < length) throw new ProtocolError("bad_handshake");
      const part = rest.slice(0, length);
      rest = rest.subarray(length);
      return part;
    };
    for (const token of this.#takeTurn(false)) this.#read(token, take);
    const payload = this.#symmetric.decryptAndHash(rest);
    this.#broken = false;
    return payload;
  }

  /** @throws Error before the last message. */
  split(): Transport {
    if (this.#broken || this.#turn < this.#messages.length) {
      throw new Error("the handshake has not ended");
    }
    const [toResponder, toInitiator] = this.#symmetric.split();
    const { handshakeHash } = this.#symmetric;
    return this.#initiator
      ? { send: toResponder, receive: toInitiator, handshakeHash }
      : { send: toInitiator, receive: toResponder, handshakeHash };
  }

  /** Broken until the message is done with: an error on the way leaves it so. */
  #takeTurn(writing: boolean): readonly Token[] {
    const tokens = this.#messages[this.#turn];
    const ours = (this.#turn % 2 === 0) === this.#initiator;
    if (this.#broken || tokens === undefined || ours !== writing) {
      throw new Error("this side has no such turn in the handshake");
    }
    this.#broken = true;
    this.#turn += 1;
    return tokens;
  }

  #write(token: Token): Uint8Array {
    switch (token) {
      case "e":
        this.#e ??= this.#ciphers.generateKeyPair();
        this.#symmetric.mixHash(this.#e.publicKey);
        return this.#e.publicKey;
      case "s":
        return this.#symmetric.encryptAndHash(needed(this.#s).publicKey);
      default:
        this.#mixSecret(token);
        return EMPTY;
    }
  }

  #read(token: Token, take: (length: number) => Uint8Array): void {
    switch (token) {
      case "e":
        this.#re = take(X25519_KEY_BYTES);
        this.#symmetric.mixHash(this.#re);
        break;
      case "s":
        this.#rs = this.#symmetric.decryptAndHash(
          take(X25519_KEY_BYTES + this.#symmetric.tagBytes),
        );
        break;
      default:
        this.#mixSecret(token);
    }
  }

  /** The first letter names the initiator's key, the second the responder's. */
  #mixSecret(token: "ee" | "es" | "se" | "ss"): void {
    const [own, remote] = this.#initiator ? [token[0], token[1]] : [token[1], token[0]];
    const secret = this.#ciphers.sharedSecret(
      needed(own === "e" ? this.#e : this.#s).privateKey,
      needed(remote === "e" ? this.#re : this.#rs),
    );
    if (secret === null) throw new ProtocolError("bad_handshake");
    this.#symmetric.mixKey(secret);
  }
}

function needed<T>(key: T | undefined): T {
  if (key === undefined) throw new Error("the pattern needs a key that was not given");
  return key;
}
