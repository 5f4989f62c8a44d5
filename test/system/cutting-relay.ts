/** Somebody on the way who passes bytes on, and can cut a line between a request and its reply. */

import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export type CuttingRelay = {
  port: number;
  /** Swallows the bank's next piece and cuts its line; resolves when that has happened. */
  cutNextReply(): Promise<void>;
};

export async function startCuttingRelay(bankPort: number): Promise<CuttingRelay> {
  const open = new Set<Socket>();
  let cut: (() => void) | null = null;
  const server = createServer((client) => {
    const bank = connect({ host: "127.0.0.1", port: bankPort });
    for (const [from, to] of [
      [client, bank],
      [bank, client],
    ] as const) {
      open.add(from);
      from.on("error", () => undefined); // 'close' follows.
      from.on("close", () => to.destroy());
    }
    client.pipe(bank);
    bank.on("data", (piece) => {
      if (cut === null) return void client.write(piece);
      client.destroy();
      cut();
      cut = null;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return {
    port: (server.address() as AddressInfo).port,
    cutNextReply: () => new Promise((resolve) => (cut = resolve)),
  };
}
