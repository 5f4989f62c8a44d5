/**
 * The bare echo: a process that does for each request of so many bytes nothing but send so many
 * back. Started with the sizes as arguments; says its port over its IPC channel, and ends with it.
 */

import { createServer, type AddressInfo } from "node:net";

export type EchoSizes = { requestBytes: number; replyBytes: number };

const REPLIES_MAX = 1_024;

export function serveEcho({ requestBytes, replyBytes }: EchoSizes, onPort: (port: number) => void) {
  const replies = Buffer.alloc(replyBytes * REPLIES_MAX, "y");
  const server = createServer({ noDelay: true }, (socket) => {
    let received = 0;
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      received += bytes.length;
      let due = Math.floor(received / requestBytes);
      received -= due * requestBytes;
      for (; due > REPLIES_MAX; due -= REPLIES_MAX) socket.write(replies);
      if (due > 0) socket.write(replies.subarray(0, due * replyBytes));
    });
  });
  server.listen(0, "127.0.0.1", () => onPort((server.address() as AddressInfo).port));
}

if (process.send !== undefined) {
  const [requestBytes, replyBytes] = process.argv.slice(2).map(Number);
  serveEcho({ requestBytes: requestBytes!, replyBytes: replyBytes! }, (port) => {
    process.send?.({ port });
  });
  process.on("disconnect", () => process.exit(0));
}
