/**
 * Clients that do nothing but log in and hang up again, over and over, one user each. Logins are
 * few, and those that began together end together: so they are counted from the end of one to the
 * end of another, and not between moments before or after which several may end at once.
 */

import type { RecordableHistogram } from "node:perf_hooks";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { ClassicClient } from "../../src/client/classic-client.ts";
import { TcpTransport } from "../../src/client/tcp-transport.ts";
import { nowMs } from "./clock.ts";
import type { User } from "./line.ts";
import { emptyHistogram } from "./meter.ts";
import type { Target } from "./socket.ts";

export type Logins = {
  count: number;
  /** From the end of the last login that does not count to the end of the last that does. */
  elapsedMs: number;
  perSecond: number;
  latency: RecordableHistogram;
};

export class LoginLoop {
  readonly #clients: Promise<void>[];
  #isStopping = false;
  /** Whether logins count: until `finish`, and the one after that. */
  #counting: "on" | "one_more" | "over" = "on";
  #startedAt = nowMs();
  /** When the last login ended. */
  #endedAt = this.#startedAt;
  #count = 0;
  #latency = emptyHistogram();

  constructor(target: Target, users: readonly User[]) {
    this.#clients = users.map((user) => this.#loop(target, user));
    for (const client of this.#clients) client.catch(() => undefined); // `stop` tells of it.
  }

  /** Forgets what was measured so far. */
  restart(): void {
    this.#startedAt = this.#endedAt;
    this.#count = 0;
    this.#latency = emptyHistogram();
  }

  /** The next login that ends is the last to count: so that a wait in vain shows. */
  finish(): void {
    this.#counting = "one_more";
  }

  /** What was measured since the start, or the last restart. */
  get measured(): Logins {
    const [count, elapsedMs] = [this.#count, this.#endedAt - this.#startedAt];
    const perSecond = count === 0 ? 0 : (count * 1_000) / elapsedMs;
    return { count, elapsedMs, perSecond, latency: this.#latency };
  }

  /** Lets logins in hand end. @throws Error if one failed that should not. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#clients);
  }

  async #loop({ host, port }: Target, { name, password }: User): Promise<void> {
    while (!this.#isStopping) {
      const beganAt = nowMs();
      const client = new ClassicClient(new TcpTransport(host, port), nodeCiphers);
      const result = await client.logIn(name, password);
      client.close();
      if (result.type !== "authenticated") throw new Error(`${name} got ${result.type}`);
      if (this.#counting === "over") continue;
      if (this.#counting === "one_more") this.#counting = "over";
      this.#count += 1;
      this.#endedAt = nowMs();
      this.#latency.record(Math.max(1, Math.round((this.#endedAt - beganAt) * 1e6)));
    }
  }
}
