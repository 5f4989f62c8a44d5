/**
 * Drives the lines of one thread. Closed: each place of each line sends its next request when its
 * reply is there. Open: requests are sent when they are due, as far as places are free, and waiting
 * for a place counts as latency.
 */

import type { Line } from "./line.ts";
import { nowMs } from "./clock.ts";
import { Meter } from "./meter.ts";
import { ObservationColumns, type Observations } from "./observations.ts";
import { MessageStore } from "./message-store.ts";
import { Schedule } from "./schedule.ts";
import type { Cents } from "../../src/bank/money.ts";

/** How often an open loop looks what is due, apart from at each reply: a timer can do no better. */
const TICK_MS = 1;
/** How long after its end an open loop still sends what it could not send in time. */
const LATE_MS_MAX = 5_000;

export type Run = {
  /** Requests a second of all threads together; null for a closed loop. */
  perSecond: number | null;
  startAt: number;
  /** Before this it warms up. */
  measureFrom: number;
  endAt: number;
};

export type DrivenRun = {
  meter: Meter;
  /** Requests of an open loop that never found a place. */
  unsent: number;
};

export type DriverOptions = {
  lines: readonly Line[];
  /** The user of each line. */
  accounts: readonly number[];
  /** Requests at once on each line. */
  inFlight: number;
  /** Which of the threads this is, to share a rate. */
  share: { index: number; of: number };
};

export class Driver {
  readonly #options: DriverOptions;
  /** By line and place: what was asked, and when it was sent and due. */
  readonly #amounts: Float64Array;
  readonly #startedAt: Float64Array;
  readonly #dueAt: Float64Array;
  #columns = new ObservationColumns();
  #replies = new MessageStore();
  #replyLines: number[] = [];
  #meter = new Meter(0, 0);
  #sent = 0;
  #answered = 0;
  /** What follows a reply: the next request of a closed loop, or what is due of an open one. */
  #afterReply: (index: number, now: number) => void = () => undefined;

  constructor(options: DriverOptions) {
    const places = options.lines.length * options.inFlight;
    this.#options = options;
    this.#amounts = new Float64Array(places);
    this.#startedAt = new Float64Array(places);
    this.#dueAt = new Float64Array(places);
  }

  /** Has each line seal as many requests ahead. */
  stock(perLine: number): void {
    for (const line of this.#options.lines) line.stock(perLine);
  }

  /** Takes a reply from a line. */
  replied(line: number, place: number, reply: Uint8Array): void {
    const now = nowMs();
    const index = line * this.#options.inFlight + place;
    this.#answered += 1;
    this.#meter.record(this.#dueAt[index]!, now);
    const account = this.#options.accounts[line]!;
    this.#columns.add(account, this.#amounts[index]!, this.#startedAt[index]!, now);
    this.#replies.keep(reply);
    this.#replyLines.push(line);
    this.#afterReply(index, now);
  }

  /** Runs to the end, and until every request that was sent is answered. */
  async run(run: Run): Promise<DrivenRun> {
    this.#columns = new ObservationColumns();
    this.#replies = new MessageStore();
    this.#replyLines = [];
    this.#meter = new Meter(run.measureFrom, run.endAt - run.measureFrom);
    const unsent = run.perSecond === null ? await this.#runClosed(run) : await this.#runOpen(run);
    return { meter: this.#meter, unsent };
  }

  /** Reads the replies of the last run. @throws UnexpectedReply if one is no answer. */
  read(): Observations {
    const { lines } = this.#options;
    return this.#columns.finish((index, _account, amount) => {
      const line = lines[this.#replyLines[index]!]!;
      return line.balanceIn(this.#replies.at(index), amount as Cents);
    });
  }

  #runClosed({ endAt }: Run): Promise<number> {
    return new Promise((resolve) => {
      this.#afterReply = (index, now) => {
        if (now < endAt) this.#send(index, now);
        else if (this.#sent === this.#answered) resolve(0);
      };
      const now = nowMs();
      for (let index = 0; index < this.#amounts.length; index++) this.#send(index, now);
      for (const line of this.#options.lines) line.flush();
    });
  }

  #runOpen({ perSecond, startAt, endAt }: Run): Promise<number> {
    const rate = { startAt, endAt, perSecond: perSecond! };
    const schedule = new Schedule(rate, this.#options.share);
    const free = Array.from(this.#amounts.keys());
    const lastAt = endAt + LATE_MS_MAX;
    const sendDue = (now: number): void => {
      if (now >= lastAt) return;
      while (free.length > 0) {
        const dueAt = schedule.take(now);
        if (dueAt === null) return;
        this.#send(free.pop()!, dueAt).flush();
      }
    };
    return new Promise((resolve) => {
      this.#afterReply = (index, now) => {
        free.push(index);
        sendDue(now);
      };
      const timer = setInterval(() => {
        const now = nowMs();
        sendDue(now);
        const isSending = schedule.left > 0 && now < lastAt;
        if (isSending || this.#sent !== this.#answered) return;
        clearInterval(timer);
        resolve(schedule.left);
      }, TICK_MS);
    });
  }

  #send(index: number, dueAt: number): Line {
    const { lines, inFlight } = this.#options;
    const place = index % inFlight;
    const line = lines[(index - place) / inFlight]!;
    this.#dueAt[index] = dueAt;
    this.#startedAt[index] = nowMs();
    this.#sent += 1;
    this.#amounts[index] = line.send(place);
    return line;
  }
}
