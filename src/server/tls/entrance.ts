/** TLS at the bank's own port: handshakes on sockets that the acceptor has already taken. */

import { existsSync } from "node:fs";
import type { Socket } from "node:net";
import { createServer } from "node:tls";
import type { TlsEntrance, TlsOutcome } from "../entrance.ts";
import { terminalCheck } from "./terminals.ts";
import { bankTlsOptions } from "./options.ts";
import { tlsFolderIn } from "./files.ts";

/**
 * @param mutual Whether clients need a certificate of the bank's authority.
 * @returns null if `secure-atm cert init` was never run for this folder.
 * @throws KeyUnusable if the certificate is damaged or has expired.
 */
export function openTlsEntrance(folder: string, mutual: boolean): TlsEntrance | null {
  if (!existsSync(tlsFolderIn(folder))) return null;
  const check = terminalCheck(folder, { mutual });
  // Not listening: it is handed its connections. By the peer's address, since the socket that it
  // gives back does not say which one it was made from.
  const server = createServer(bankTlsOptions(folder, { mutual }));
  const waiting = new Map<string, TlsOutcome>();
  server.on("secureConnection", (secure) => {
    const peer = peerOf(secure);
    const outcome = waiting.get(peer);
    waiting.delete(peer);
    if (outcome === undefined) secure.destroy();
    else outcome.onSecure(secure, check(secure));
  });
  return {
    unwrap(socket, outcome) {
      const peer = peerOf(socket);
      waiting.set(peer, outcome);
      socket.on("close", () => {
        if (waiting.delete(peer)) outcome.onFailed();
      });
      // Not resumed: what it has read already is for TLS, which takes it in its own time.
      server.emit("connection", socket);
    },
  };
}

const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress}:${remotePort}`;
