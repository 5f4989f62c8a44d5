/** An authenticator of a customer, by otplib alone, and enrolling it past the page. */

import { generateSync } from "otplib";
import { onTestFinished } from "vitest";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { ModernClient } from "../../src/client/modern-client.ts";
import { TcpTransport } from "../../src/client/tcp-transport.ts";
import { decodeHex } from "../../src/protocol/hex.ts";

const STEP_SECONDS = 30;

/** Shows codes that were not used yet: two at once, then one more every half minute. */
export class Authenticator {
  readonly #secret: string;
  #lastStep = 0;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** The code of this step of time, or of the next one, which a bank takes as well. */
  next(): string {
    const now = Math.floor(Date.now() / 1_000 / STEP_SECONDS);
    this.#lastStep = Math.max(now, this.#lastStep + 1);
    return this.#codeOf(this.#lastStep);
  }

  /** A code that is none for minutes around. */
  wrong(): string {
    const now = Math.floor(Date.now() / 1_000 / STEP_SECONDS);
    const near = Array.from({ length: 21 }, (_, index) => this.#codeOf(now - 10 + index));
    return ["000000", "111111", "222222"].find((code) => !near.includes(code)) ?? "333333";
  }

  #codeOf(step: number): string {
    return generateSync({ secret: this.#secret, epoch: step * STEP_SECONDS });
  }
}

export type Enrolled = { authenticator: Authenticator; recoveryCodes: readonly string[] };

/** Gives a customer a second factor, at the bank behind the ATM at `url`. */
export async function enrolAt(
  { url, port }: { url: string; port: number },
  username: string,
  password: string,
): Promise<Enrolled> {
  const response = await fetch(`${url}/bank.json`);
  const { bankKey } = (await response.json()) as { bankKey: string };
  const dial = () => new TcpTransport("127.0.0.1", port);
  const client = await ModernClient.connect(dial, nodeCiphers, decodeHex(bankKey));
  onTestFinished(() => client.close());
  await client.logIn(username, password);
  const { secret } = await client.beginFactor(password);
  const authenticator = new Authenticator(secret);
  const { recoveryCodes } = await client.enrolFactor(authenticator.next());
  await client.logOut();
  return { authenticator, recoveryCodes };
}
