/**
 * A thread of the load: opens its lines, tells that they are there, and runs what it is told to.
 */

import { parentPort, workerData } from "node:worker_threads";
import type { RecordableHistogram } from "node:perf_hooks";
import type { EchoSizes } from "../ceilings/echo-process.ts";
import { ClassicLine } from "./classic-line.ts";
import { Driver, type Run } from "./driver.ts";
import { EchoLine } from "./echo-line.ts";
import type { Line, LineEvents, LineProtocol, User } from "./line.ts";
import type { Slots } from "./meter.ts";
import { seededMix, type Mix } from "./mix.ts";
import { ModernLine } from "./modern-line.ts";
import { buffersOf, type Observations } from "./observations.ts";
import type { Target } from "./socket.ts";

export type ThreadPlan = {
  protocol: LineProtocol;
  target: Target;
  /** What modern lines pin; null where none are opened. */
  bankKey: Uint8Array | null;
  echo: EchoSizes;
  /** One for each line, with its number among the users of the load. */
  users: readonly (User & { account: number })[];
  inFlight: number;
  depositPercent: number;
  seed: number;
  share: { index: number; of: number };
  /** Logins that wait for the bank at the same time. */
  loginsAtOnce: number;
};

export type ThreadOrder =
  /** Seals as many requests of each line before the run, and says when they are there. */
  { type: "stock"; perLine: number } | { type: "run"; run: Run } | { type: "close" };

export type ThreadMessage =
  | { type: "ready" }
  | { type: "stocked" }
  /** The run is over; what follows is only reading what came of it. */
  | { type: "driven" }
  | {
      type: "ran";
      histogram: RecordableHistogram;
      slots: Slots;
      observations: Observations;
      unsent: number;
    };

if (parentPort !== null) await serve(parentPort, workerData as ThreadPlan);

async function serve(port: NonNullable<typeof parentPort>, plan: ThreadPlan): Promise<void> {
  let driver: Driver | null = null;
  const mix = seededMix(plan.seed, plan.depositPercent);
  const lines = await openLines(plan, mix, (line, place, reply) =>
    driver?.replied(line, place, reply),
  );
  driver = new Driver({
    ...{ lines, accounts: plan.users.map(({ account }) => account) },
    ...{ inFlight: plan.inFlight, share: plan.share },
  });
  const running = driver;
  const tell = (message: ThreadMessage): void => port.postMessage(message);
  port.on("message", (order: ThreadOrder) => {
    switch (order.type) {
      case "stock":
        running.stock(order.perLine);
        tell({ type: "stocked" });
        return;
      case "run":
        void running.run(order.run).then(({ meter, unsent }) => {
          tell({ type: "driven" });
          const observations = running.read();
          const { histogram, slots } = meter;
          const message: ThreadMessage = { type: "ran", histogram, slots, observations, unsent };
          port.postMessage(message, buffersOf(observations));
        });
        return;
      case "close":
        for (const line of lines) line.close();
        port.close();
    }
  });
  tell({ type: "ready" });
}

/** Opens all lines, a few at a time, in the order of their users. */
async function openLines(
  plan: ThreadPlan,
  mix: Mix,
  onReply: (line: number, place: number, reply: Uint8Array) => void,
): Promise<Line[]> {
  const lines: Line[] = [];
  let next = 0;
  async function openSome(): Promise<void> {
    for (let index = next++; index < plan.users.length; index = next++) {
      lines[index] = await openLine(plan, plan.users[index]!, mix, {
        onReply: (place, reply) => onReply(index, place, reply),
        onLost: (reason) => {
          throw new Error(`a line of the load was lost: ${reason}`);
        },
      });
    }
  }
  await Promise.all(Array.from({ length: plan.loginsAtOnce }, openSome));
  return lines;
}

function openLine(plan: ThreadPlan, user: User, mix: Mix, events: LineEvents): Promise<Line> {
  switch (plan.protocol) {
    case "classic":
      return ClassicLine.open(plan.target, user, events, mix);
    case "modern":
      if (plan.bankKey === null) throw new Error("a modern line needs the bank's key");
      return ModernLine.open(
        { ...plan.target, bankKey: plan.bankKey },
        user,
        events,
        mix,
        plan.inFlight,
      );
    case "echo":
      return EchoLine.open(plan.target, plan.echo, events);
  }
}
