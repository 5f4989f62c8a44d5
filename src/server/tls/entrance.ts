/** TLS at the bank's own port: handshakes on sockets that the acceptor has already taken. */

import { existsSync } from "node:fs";
import type { Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import type { TlsEntrance } from "../entrance.ts";
import { terminalCheck, type TerminalVerdict } from "./terminals.ts";
import { bankTlsOptions } from "./options.ts";
import { tlsFolderIn } from "./files.ts";

type OnSecure = (socket: TLSSocket, verdict: TerminalVerdict) => void;

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
  const waiting = new Map<string, OnSecure>();
  server.on("secureConnection", (secure) => {
    const onSecure = waiting.get(peerOf(secure));
    if (onSecure === undefined) secure.destroy();
    else onSecure(secure, check(secure));
  });
  return {
    unwrap(socket, onSecure) {
      const peer = peerOf(socket);
      waiting.set(peer, onSecure);
      socket.on("close", () => waiting.delete(peer));
      server.emit("connection", socket);
      socket.resume();
    },
  };
}

const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress}:${remotePort}`;
