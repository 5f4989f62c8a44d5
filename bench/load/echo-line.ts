/**
 * A line to the echo of bench/ceilings: it sends as many bytes as a request has, and takes as many
 * as a reply has for its reply. What remains is what sockets cost, on both sides.
 */

import type { Socket } from "node:net";
import { ZERO, type Cents } from "../../src/bank/money.ts";
import type { EchoSizes } from "../ceilings/echo-process.ts";
import type { Line, LineEvents } from "./line.ts";
import { openSocket, type Target } from "./socket.ts";

const NOTHING = new Uint8Array(0);

export class EchoLine implements Line {
  readonly #events: LineEvents;
  readonly #request: Uint8Array;
  readonly #replyBytes: number;
  /** The places whose replies are due, in order: an echo answers in order. */
  readonly #due: number[] = [];
  #socket: Socket | null = null;
  #isClosing = false;
  #received = 0;
  #unsent = 0;

  private constructor({ requestBytes, replyBytes }: EchoSizes, events: LineEvents) {
    this.#events = events;
    this.#request = Buffer.alloc(requestBytes, "x");
    this.#replyBytes = replyBytes;
  }

  static async open(target: Target, sizes: EchoSizes, events: LineEvents): Promise<EchoLine> {
    const line = new EchoLine(sizes, events);
    line.#socket = await openSocket(
      target,
      (bytes) => line.#take(bytes.length),
      (reason) => {
        if (!line.#isClosing) events.onLost(reason);
      },
    );
    return line;
  }

  stock(): void {} // One message is all that it sends.

  send(place: number): Cents {
    this.#due.push(place);
    this.#unsent += 1;
    return ZERO;
  }

  flush(): void {
    if (this.#unsent === 0) return;
    const one = this.#unsent === 1;
    this.#socket!.write(one ? this.#request : Buffer.alloc(this.#unsent * this.#request.length));
    this.#unsent = 0;
  }

  balanceIn(): number {
    return 0;
  }

  close(): void {
    this.#isClosing = true;
    this.#socket?.destroy();
  }

  #take(length: number): void {
    this.#received += length;
    while (this.#received >= this.#replyBytes && this.#due.length > 0) {
      this.#received -= this.#replyBytes;
      this.#events.onReply(this.#due.shift()!, NOTHING);
    }
    this.flush();
  }
}
