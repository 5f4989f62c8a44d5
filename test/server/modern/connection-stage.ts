/** Modern connections over real sockets, with time by hand, and a ledger that can be held back. */

import { createServer, type AddressInfo, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { encodeHex } from "../../../src/protocol/hex.ts";
import { ModernConnection } from "../../../src/server/modern/connection.ts";
import { PASSWORD, RawSession, type Target } from "../../attacks/modern/raw-session.ts";
import { openStage, type Stage } from "../classic/connection-stage.ts";

export type Served = { connection: ModernConnection; socket: Socket };

export type ModernStage = Omit<Stage, "connect"> &
  Target & {
    /** The bank's ends of the lines, in the order in which they came. */
    served: Served[];
  };

/** A port at which every line gets a modern connection. */
export async function openModernStage(): Promise<ModernStage> {
  const { context, clock, events, held, holdLedger, answer } = openStage();
  const served: Served[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    onTestFinished(() => void socket.destroy());
    const connection = new ModernConnection(socket, context, () => undefined, "lobby");
    served.push({ connection, socket });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const publicKey = encodeHex(context.identities()[0]!.publicKey);
  return { context, clock, events, held, holdLedger, answer, served, bank: { port, publicKey } };
}

export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await turn();
}

/** Lets some turns of the loop pass in which nothing is to happen. */
export async function aWhile(): Promise<void> {
  for (let turns = 0; turns < 10; turns++) await turn();
}

export const LOGIN = { username: "alice", password: PASSWORD };
export const deposit = (amount: string) => ({ amount, idempotencyKey: `key-${amount}` });
export const closedFor = (reason: string) => ({ method: "session.closed", params: { reason } });
/** What was noted or reported of an action. */
export const notesIn = ({ events }: ModernStage, action = "session"): string[] =>
  events.flatMap((event) =>
    event.type === "reported" && event.action === action ? [event.outcome] : [],
  );

/** A session in which alice is logged in, and the bank's end of it. */
export async function openAlice() {
  const stage = await openModernStage();
  const alice = await RawSession.customer(stage, "alice");
  const { connection, socket } = stage.served[0]!;
  return { stage, alice, connection, socket };
}
