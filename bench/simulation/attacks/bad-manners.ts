/** Attacks on the bank's patience: bytes that mean nothing, come too slowly, or are never read. */

import type { Socket } from "node:net";
import { encodeHello } from "../../../src/protocol/classic.ts";
import type { Attack } from "../habits/attackers.ts";
import type { Means, Outcome } from "./attacker.ts";
import { NOT_SERVED, classicSession, sealAny } from "./classic-attacks.ts";

/** How long the attacker waits for a word; a bank may wait longer for the rest of a message. */
const LISTEN_MS = 300;
/** How long it leaves replies unread before it goes. */
const UNREAD_MS = 500;
/** What the bank says to garbage is shown up to here. */
const WORD_CHARS_MAX = 60;

export async function garbage(
  { bytes }: Attack & { type: "garbage" },
  { attacker, bank, pace }: Means,
): Promise<Outcome> {
  const line = eavesdropped(await bank.dial(attacker.terminal));
  line.socket.write(bytes);
  await Promise.race([line.ended, pace.rest(LISTEN_MS)]);
  line.socket.destroy();
  return { result: resultOf(line), gained: false };
}

export async function trickle(
  { bytes, pauseMs }: Attack & { type: "trickle" },
  { attacker, bank, pace }: Means,
): Promise<Outcome> {
  const line = eavesdropped(await bank.dial(attacker.terminal));
  const hello = encodeHello({ action: "login", ...attacker.who });
  for (const byte of hello.subarray(0, Math.min(bytes, hello.length - 1))) {
    line.socket.write(Uint8Array.of(byte));
    await Promise.race([line.ended, pace.pause(pauseMs)]);
    if (line.isOver()) break;
  }
  line.socket.destroy();
  return { result: resultOf(line), gained: false };
}

export async function deafness(
  { requests }: Attack & { type: "deafness" },
  means: Means,
): Promise<Outcome> {
  const session = await classicSession(means);
  if (session === null) return NOT_SERVED;
  const { client, tap, keys } = session;
  tap.deafen();
  for (let sent = 0; sent < requests; sent++) tap.inject(sealAny(keys, '{"action": "balance"}'));
  await Promise.race([tap.ended, means.pace.rest(UNREAD_MS)]);
  const result = tap.isOver ? "hung up" : "left unread";
  client.close();
  return { result, gained: false };
}

type Eavesdropped = {
  readonly socket: Socket;
  readonly ended: Promise<void>;
  readonly isOver: () => boolean;
  readonly heard: () => string;
};

function eavesdropped(socket: Socket): Eavesdropped {
  let heard = "";
  let isOver = false;
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on("data", (piece) => {
    heard = (heard + piece.toString("latin1")).slice(0, WORD_CHARS_MAX);
  });
  socket.on("error", () => undefined); // 'close' follows.
  socket.on("close", () => {
    isOver = true;
    resolve();
  });
  return { socket, ended: promise, isOver: () => isOver, heard: () => heard };
}

function resultOf({ heard, isOver }: Eavesdropped): string {
  const word = heard();
  if (word !== "") return word;
  return isOver() ? "hung up" : "waited in vain";
}
