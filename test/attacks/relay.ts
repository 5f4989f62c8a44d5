/**
 * Somebody on the way between a client and the bank, as a bridge is: passes bytes on, keeps what
 * passes, and interferes where the test says so.
 */

import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What becomes of a piece that passes: the piece itself or others; an empty one stops it. */
export type Meddling = {
  toBank?: (piece: Buffer, relay: RelayedLine) => Uint8Array;
  toClient?: (piece: Buffer, relay: RelayedLine) => Uint8Array;
};

/** One line through the relay, for sending what neither end has sent. */
export type RelayedLine = {
  sayToClient: (bytes: Uint8Array) => void;
  sayToBank: (bytes: Uint8Array) => void;
};

/** Starts a relay to the bank at `bankPort`. @returns the port to call instead of the bank's. */
export async function startRelay(bankPort: number, meddling: Meddling): Promise<number> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const bank = connect({ host: "127.0.0.1", port: bankPort, noDelay: true });
    const line: RelayedLine = {
      sayToClient: (bytes) => void client.write(bytes),
      sayToBank: (bytes) => void bank.write(bytes),
    };
    const pass = (from: Socket, to: Socket, meddle: Meddling["toBank"]): void => {
      open.add(from);
      from.setNoDelay(true);
      from.on("data", (piece) => void to.write(meddle?.(piece, line) ?? piece));
      from.on("error", () => undefined); // 'close' follows.
      from.on("close", () => to.destroy());
    };
    pass(client, bank, meddling.toBank);
    pass(bank, client, meddling.toClient);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}
