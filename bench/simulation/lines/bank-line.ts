/** A customer's line to the bank, in the same words for both protocols. */

import type { Socket } from "node:net";
import { LineLost } from "../../../src/client/line-lost.ts";
import type { Answer } from "../answers.ts";
import type { Change, CutMoment } from "../deeds.ts";

/** How the bank is reached. A dial waits for a bank that is just being started again. */
export type Bank = {
  dial(terminal: number): Promise<Socket>;
  /** The bank's public key, for the modern protocol. */
  readonly key: Uint8Array;
};

export type Credentials = { readonly username: string; readonly password: string };

/** No method throws for what a bank may do; a line that is gone answers `lost`. */
export interface BankLine {
  signUp(who: Credentials): Promise<Answer>;
  logIn(who: Credentials): Promise<Answer>;
  /** Sends at once; may be called again before the answer. */
  change(change: Change): Promise<Answer>;
  balance(): Promise<Answer>;
  /** The next request is cut off at this moment, and the line with it. */
  cutAt(moment: CutMoment): void;
  /** Logs out and hangs up. */
  leave(): Promise<Answer>;
  close(): void;
}

/** @throws what is no lost line. */
export function lost(error: unknown): Answer {
  if (!(error instanceof LineLost)) throw error;
  return { type: "lost", detail: error.end.detail, inDoubt: error.inDoubt };
}
