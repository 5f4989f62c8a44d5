/** A socket of the load: what arrives goes to one function, out of one buffer of its thread. */

import { connect, type Socket } from "node:net";

export type Target = { host: string; port: number };

/** Shared by all sockets of a thread: what is in it is used up before the next read. */
const buffer = Buffer.alloc(256 * 1_024);

/**
 * Connects, and resolves when the line is up.
 * @param onBytes Must not keep what it is given.
 * @param onLost Called once when the line ends, whoever ended it.
 */
export function openSocket(
  { host, port }: Target,
  onBytes: (bytes: Uint8Array) => void,
  onLost: (reason: string) => void,
): Promise<Socket> {
  const callback = (length: number): boolean => {
    onBytes(buffer.subarray(0, length));
    return true;
  };
  const socket = connect({ host, port, noDelay: true, onread: { buffer, callback } });
  return new Promise((resolve, reject) => {
    let reason = "the line was closed";
    socket.once("connect", () => resolve(socket));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      reason = error.code ?? error.message;
      reject(error);
    });
    socket.on("close", () => onLost(reason));
  });
}
