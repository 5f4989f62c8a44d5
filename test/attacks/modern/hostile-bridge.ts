/**
 * The bridge between an ATM and the bank, in the hands of an attacker: it knows the frames' edges,
 * keeps every frame that passes, and lets through what it likes.
 */

import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { PREFACE } from "../../../src/protocol/channel.ts";
import { FrameSplitter, encodeFrame } from "../../../src/protocol/frames.ts";

export type Direction = "to_bank" | "to_client";

export type Passing = {
  direction: Direction;
  /** Its place in its direction; 0 is the handshake's. */
  index: number;
  /** The whole frame, with its length; a client's first has the preface before it. */
  frame: Uint8Array;
  line: BridgedLine;
};

/** What goes on in the frame's place, in this order; nothing drops the frame. */
export type Meddling = (passing: Passing) => readonly Uint8Array[];

const honestly: Meddling = ({ frame }) => [frame];

/** One client's line to the bank. */
export class BridgedLine {
  /** What has come, before any meddling. */
  readonly frames: Record<Direction, Uint8Array[]> = { to_bank: [], to_client: [] };
  readonly #client: Socket;
  readonly #bank: Socket;

  constructor(client: Socket, bank: Socket, bridge: HostileBridge) {
    this.#client = client;
    this.#bank = bank;
    this.#pass("to_bank", client, bank, bridge);
    this.#pass("to_client", bank, client, bridge);
  }

  /** Sends what neither end has sent. */
  say(direction: Direction, bytes: Uint8Array): void {
    (direction === "to_bank" ? this.#bank : this.#client).write(bytes);
  }

  /** Cuts both halves, behind what was sent. */
  cut(): void {
    this.#client.end();
    this.#bank.end();
  }

  #pass(direction: Direction, from: Socket, to: Socket, bridge: HostileBridge): void {
    const splitter = new FrameSplitter(direction === "to_bank" ? PREFACE : undefined);
    const frames = this.frames[direction];
    from.on("data", (piece) => {
      for (const body of splitter.push(piece)) {
        const isHello = direction === "to_bank" && frames.length === 0;
        const bytes = encodeFrame(body);
        const frame = isHello ? Buffer.concat([PREFACE, bytes]) : bytes;
        const index = frames.push(frame) - 1;
        for (const other of bridge.meddle({ direction, index, frame, line: this })) {
          to.write(other);
        }
      }
    });
    from.on("error", () => undefined); // 'close' follows.
    from.on("end", () => to.end());
    from.on("close", () => to.destroy());
  }
}

export class HostileBridge {
  readonly port: number;
  readonly lines: BridgedLine[] = [];
  meddle: Meddling = honestly;

  private constructor(port: number) {
    this.port = port;
  }

  /** Starts a bridge to the bank at `bankPort`, which passes everything on until told. */
  static async start(bankPort: number): Promise<HostileBridge> {
    const open = new Set<Socket>();
    const server = createServer({ noDelay: true }, (client) => {
      const bank = connect({ host: "127.0.0.1", port: bankPort, noDelay: true });
      for (const socket of [client, bank]) open.add(socket);
      bridge.lines.push(new BridgedLine(client, bank, bridge));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const bridge = new HostileBridge((server.address() as AddressInfo).port);
    onTestFinished(() => {
      server.close();
      for (const socket of open) socket.destroy();
    });
    return bridge;
  }
}

/** Meddles with one kind of frame alone, and passes all others on. */
export const onFrames =
  (of: Direction, meddle: Meddling): Meddling =>
  (passing) =>
    passing.direction === of ? meddle(passing) : [passing.frame];

/** The frame with one byte changed. */
export function altered(frame: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(frame);
  copy[at]! ^= 1;
  return copy;
}
