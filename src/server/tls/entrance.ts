/** TLS at the bank's own port: handshakes on sockets that the acceptor has already taken. */

import { existsSync } from "node:fs";
import type { Socket } from "node:net";
import { createServer } from "node:tls";
import type { TlsEntrance, TlsOutcome } from "../entrance.ts";
import { freshOrKept } from "../keys/fresh-file.ts";
import { terminalCheck } from "./terminals.ts";
import { bankTlsOptions } from "./options.ts";
import { tlsFiles, tlsFolderIn } from "./files.ts";

export type TlsEntranceOptions = {
  /** Whether clients need a certificate of the bank's authority. */
  mutual: boolean;
  /** Told once if a renewed certificate cannot be taken up: the bank keeps the one it has. */
  onDamage: (error: Error) => void;
};

/**
 * @returns null if `secure-atm cert init` was never run for this folder, and nobody needs TLS.
 * @throws CertificateUnusable if the certificate is damaged or has expired.
 */
export function openTlsEntrance(
  folder: string,
  { mutual, onDamage }: TlsEntranceOptions,
): TlsEntrance | null {
  if (!mutual && !existsSync(tlsFolderIn(folder))) return null;
  const check = terminalCheck(folder, { mutual });
  const read = () => bankTlsOptions(folder, { mutual });
  let served = read();
  const current = freshOrKept(tlsFiles.server(folder), { first: served, read, onDamage });
  // Not listening: it is handed its connections. By the peer's address, since the socket that it
  // gives back does not say which one it was made from.
  const server = createServer(served);
  const waiting = new Map<string, TlsOutcome>();
  server.on("secureConnection", (secure) => {
    const peer = peerOf(secure);
    const outcome = waiting.get(peer);
    waiting.delete(peer);
    if (outcome === undefined) secure.destroy();
    else outcome.onSecure(secure, () => check(secure));
  });
  return {
    unwrap(socket, outcome) {
      const options = current();
      if (options !== served) server.setSecureContext(options); // Those open keep theirs.
      served = options;
      const peer = peerOf(socket);
      waiting.set(peer, outcome);
      socket.on("close", () => {
        // A late end, behind which the same address and port have come again, is not theirs.
        if (waiting.get(peer) !== outcome) return;
        waiting.delete(peer);
        outcome.onFailed();
      });
      // Not resumed: what it has read already is for TLS, which takes it in its own time.
      server.emit("connection", socket);
    },
  };
}

const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress}:${remotePort}`;
