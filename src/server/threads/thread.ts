/** A thread of the bank as its supervisor sees it: started from its file, ended in good order. */

import { MessageChannel, Worker } from "node:worker_threads";
import type { Child } from "../../actor/supervisor.ts";
import type { ControlMessage } from "../../workers/control.ts";

/** How long a thread may take to finish what it has before it is ended. */
const STOP_MS_MAX = 10_000;

export type ThreadOptions = {
  /** Shown by the system's tools. */
  name: string;
  file: URL;
  /** What its entry hands on; must be something that can be cloned. */
  data: unknown;
  onReady: () => void;
  onAlarm: (message: string) => void;
};

export class Thread implements Child {
  readonly worker: Worker;
  readonly #stop: () => void;
  readonly #ended: Promise<unknown>;
  #isEnded = false;
  #isStopping = false;

  constructor({ name, file, data, onReady, onAlarm }: ThreadOptions) {
    const { port1: control, port2 } = new MessageChannel();
    const workerData = { control: port2, data };
    this.worker = new Worker(file, { name, workerData, transferList: [port2] });
    this.#stop = () => control.close();
    control.on("message", (message: ControlMessage) => {
      if (message.type === "ready") onReady();
      else onAlarm(message.message);
    });
    let failure: unknown = new Error("the thread ended of itself");
    this.worker.on("error", (error) => (failure = error));
    this.#ended = new Promise((resolve) => {
      this.worker.on("exit", () => {
        this.#isEnded = true;
        control.close();
        resolve(failure);
      });
    });
  }

  onEnd(listener: (error: unknown) => void): void {
    void this.#ended.then(listener);
  }

  /** Whether its end is wanted. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  async stop(): Promise<void> {
    if (this.#isEnded) return;
    this.#isStopping = true;
    this.#stop();
    const timer = setTimeout(() => void this.worker.terminate(), STOP_MS_MAX);
    await this.#ended;
    clearTimeout(timer);
  }
}
