/**
 * A relay between a client and a bank that cuts the line where it hurts: after a request has
 * reached the bank, and before its reply reaches the client.
 */

import { once } from "node:events";
import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export class CuttingRelay {
  readonly #open = new Set<Socket>();
  readonly #server = createServer((client) => void this.#join(client));
  /** Lines wait for it: a bank that restarts is away, not gone. */
  #bankPort: Promise<number>;
  #onReply: ((replies: number) => boolean) | null = null;

  private constructor(bankPort: number) {
    this.#bankPort = Promise.resolve(bankPort);
  }

  /** Gone, with all its lines, when the test has ended. */
  static async start(bankPort: number): Promise<CuttingRelay> {
    const relay = new CuttingRelay(bankPort);
    relay.#server.listen(0, "127.0.0.1");
    await once(relay.#server, "listening");
    onTestFinished(() => {
      relay.#server.close();
      relay.#cut();
    });
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Lines from now on go to the bank that this gives the port of. */
  moveTo(bankPort: Promise<number>): void {
    this.#bankPort = bankPort;
  }

  /**
   * Withholds a reply of the bank and cuts every line: the next one that comes, or the one of this
   * number on its line, from 1. Resolves when that has happened.
   */
  cutAtReply(number?: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onReply = (replies) => {
        const isIt = number === undefined || replies === number;
        if (isIt) resolve();
        return isIt;
      };
    });
  }

  async #join(client: Socket): Promise<void> {
    this.#keep(client);
    client.pause();
    const bank = connect({ host: "127.0.0.1", port: await this.#bankPort, noDelay: true });
    this.#keep(bank);
    client.on("data", (piece) => void bank.write(piece));
    client.on("close", () => bank.destroy());
    client.resume();
    bank.on("close", () => client.end());
    let replies = 0;
    bank.on("data", (piece) => {
      replies += 1;
      if (this.#onReply?.(replies) !== true) return void client.write(piece);
      this.#onReply = null;
      this.#cut();
    });
  }

  #keep(socket: Socket): void {
    this.#open.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => undefined); // 'close' follows.
    socket.on("close", () => this.#open.delete(socket));
  }

  #cut(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
