/**
 * The line between a thread and the main thread that is not for its letters: "ready" and alarms
 * one way, and one word the other way. The main thread closes it to end the thread in good order.
 */

import type { MessagePort } from "node:worker_threads";

export type ControlMessage = { type: "ready" } | { type: "alarm"; message: string };

/** A thread's own end. */
export class Control {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  ready(): void {
    this.#post({ type: "ready" });
  }

  /** Something an operator must know of. */
  alarm(message: string): void {
    this.#post({ type: "alarm", message });
  }

  /** Runs `finish` once when the main thread wants the thread to end. */
  onStop(finish: () => void): void {
    this.#port.once("close", finish);
  }

  #post(message: ControlMessage): void {
    this.#port.postMessage(message);
  }
}
