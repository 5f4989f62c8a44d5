/**
 * A line to the bank whose owner may cut it at a chosen moment, listen in on it, and put bytes of
 * its own on it: what unlucky customers suffer and attackers do.
 */

import type { Socket } from "node:net";
import { SocketTransport } from "../../../src/client/socket-transport.ts";
import type { LineEnd, Transport } from "../../../src/client/transport.ts";
import type { CutMoment } from "../deeds.ts";

/** Enough for what the bank says at a classic login: the text, and the secret behind it. */
const HEARD_BYTES_MAX = 256;
const NOTHING = new Uint8Array(0);

export class TappedLine implements Transport {
  onBytes: (bytes: Uint8Array) => void = () => {};
  onClose: (end: LineEnd) => void = () => {};
  /** How the line ended, once it has. */
  readonly ended: Promise<LineEnd>;
  readonly #socket: Socket;
  readonly #transport: SocketTransport;
  #cut: CutMoment | null = null;
  #isOver = false;
  #sent: Uint8Array = NOTHING;
  #heard: Uint8Array = NOTHING;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#transport = new SocketTransport(socket, "connect");
    this.#transport.onBytes = (bytes) => this.#hear(bytes);
    const { promise, resolve } = Promise.withResolvers<LineEnd>();
    this.ended = promise;
    this.#transport.onClose = (end) => {
      this.#isOver = true;
      resolve(end);
      this.onClose(end);
    };
  }

  /** The last bytes that its client has sent. */
  get sent(): Uint8Array {
    return this.#sent;
  }

  /** The last bytes that came from the bank. */
  get heard(): Uint8Array {
    return this.#heard;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  send(bytes: Uint8Array): void {
    this.#sent = bytes;
    this.#heard = NOTHING;
    if (this.#cut === "torn") {
      this.#transport.send(bytes.subarray(0, Math.floor(bytes.length / 2)));
      // As soon as the system has the bytes: they may arrive, or be lost with the line.
      this.#socket.write(NOTHING, () => this.close());
      return;
    }
    this.#transport.send(bytes);
    if (this.#cut === "sent") this.#socket.write(NOTHING, () => this.close());
  }

  /** The next bytes that are sent are the last. */
  cutAt(moment: CutMoment): void {
    this.#cut = moment;
  }

  /** Puts bytes on the line behind the client's back. */
  inject(bytes: Uint8Array): void {
    this.#transport.send(bytes);
  }

  /** Reads no more. */
  deafen(): void {
    this.#socket.pause();
  }

  close(): void {
    this.#transport.close();
  }

  #hear(bytes: Uint8Array): void {
    if (this.#cut !== null) {
      this.close();
      return;
    }
    this.#heard = Buffer.concat([this.#heard, bytes]).subarray(-HEARD_BYTES_MAX);
    this.onBytes(bytes);
  }
}
