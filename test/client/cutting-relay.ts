/**
 * A relay between a client and a bank that cuts the line where it hurts: after a request has reached
 * the bank, and before its reply reaches the client.
 */

import { once } from "node:events";
import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export class CuttingRelay {
  readonly #open = new Set<Socket>();
  readonly #server = createServer((client) => void this.#join(client));
  /** Lines wait for it: a bank that restarts is away, not gone. */
  #bankPort: Promise<number>;
  #onReply: (() => void) | null = null;

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

  /** Withholds the bank's next reply and cuts every line. Resolves when that has happened. */
  cutAtReply(): Promise<void> {
    return new Promise((resolve) => {
      this.#onReply = resolve;
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
    bank.on("data", (piece) => {
      if (this.#onReply === null) return void client.write(piece);
      const withheld = this.#onReply;
      this.#onReply = null;
      this.#cut();
      withheld();
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
