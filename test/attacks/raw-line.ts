/**
 * A line to a bank for whoever keeps no rule: it sends any bytes in any pieces, and shows what
 * comes back piece by piece, as it came.
 */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { onTestFinished } from "vitest";

/** Turns of the event loop after which a bank in this very process has read what was written. */
const TURNS_TO_ARRIVE = 3;

export type RawLineOptions = {
  host?: string;
  /** The address to call from, where the system has several. */
  localAddress?: string;
};

export class RawLine {
  readonly #socket: Socket;
  /** What has arrived and was not taken yet, one entry for each `data` event. */
  #arrived: Buffer[] = [];
  #hasEnded = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      this.#arrived.push(chunk);
      this.#wake();
    });
    socket.on("error", () => undefined); // 'close' follows.
    for (const end of ["end", "close"]) {
      socket.on(end, () => {
        this.#hasEnded = true;
        this.#wake();
      });
    }
  }

  /** @throws Error as `connect` gives it. The line is closed when the test has ended. */
  static async open(port: number, options: RawLineOptions = {}): Promise<RawLine> {
    const { host = "127.0.0.1", localAddress } = options;
    const from = localAddress === undefined ? {} : { localAddress };
    const socket = connect({ host, port, noDelay: true, ...from });
    onTestFinished(() => void socket.destroy());
    const line = new RawLine(socket);
    await once(socket, "connect");
    return line;
  }

  /** Whether the bank has hung up. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Resolves when the system has taken the bytes, or the line is gone. */
  async send(bytes: Uint8Array | string): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.write(bytes, () => resolve()));
  }

  /** Sends the bytes in pieces that arrive one by one: the bank reads each before the next. */
  async sendCut(bytes: Uint8Array, cuts: readonly number[]): Promise<void> {
    let at = 0;
    for (const cut of [...cuts, bytes.length]) {
      await this.send(bytes.subarray(at, cut));
      for (let turn = 0; turn < TURNS_TO_ARRIVE; turn++) await turnOfTheLoop();
      at = cut;
    }
  }

  /** Reads no more: what the bank sends fills the system's buffers and stays there. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Says that nothing more will be sent, and goes on listening. */
  endSending(): void {
    this.#socket.end();
  }

  /** What one `recv` of a blocking client gives: what is there, or nothing at the end. */
  async recv(): Promise<Buffer> {
    await this.#until(() => this.#arrived.length > 0);
    return this.#arrived.shift() ?? Buffer.alloc(0);
  }

  async recvText(): Promise<string> {
    return (await this.recv()).toString("utf8");
  }

  /**
   * Takes the next reply. `lengthOf` says how long it is, or null while it is not all there.
   * @throws Error if the bank hangs up before that.
   */
  async take(lengthOf: (received: Buffer) => number | null): Promise<Buffer> {
    let length: number | null = null;
    await this.#until(() => (length = lengthOf(this.#received())) !== null);
    if (length === null) throw new Error("the bank hung up instead of a reply");
    const received = this.#received();
    this.#arrived = received.length > length ? [received.subarray(length)] : [];
    return received.subarray(0, length);
  }

  /** All that the bank says until it hangs up. */
  async rest(): Promise<Buffer> {
    await this.#until(() => false);
    const received = this.#received();
    this.#arrived = [];
    return received;
  }

  async restText(): Promise<string> {
    return (await this.rest()).toString("utf8");
  }

  close(): void {
    this.#socket.destroy();
  }

  #received(): Buffer {
    if (this.#arrived.length > 1) this.#arrived = [Buffer.concat(this.#arrived)];
    return this.#arrived[0] ?? Buffer.alloc(0);
  }

  /** Resolves when `isThere`, or when nothing can come any more. */
  async #until(isThere: () => boolean): Promise<void> {
    while (!isThere() && !this.#hasEnded) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
