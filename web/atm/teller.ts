/**
 * Who speaks with the bank for the page: one for each session, in one protocol. What the bank says
 * comes back as messages for the flow.
 */

import type { LineEnd, Transport } from "../../src/client/transport.ts";
import type { AskedOrder, LineFault, Message, SecretChange } from "./state.ts";

/** A way to the bank that can tell, once it has ended, what was wrong in the customer's terms. */
export type Dialled = Transport & { readonly fault: LineFault };

export interface Teller {
  /** The session is not used after it. */
  signUp(username: string, password: string): Promise<Message>;
  logIn(username: string, password: string): Promise<Message>;
  /** For the log-in that wanted one. */
  giveCode(code: string): Promise<Message>;
  /** @param key That of an earlier try at the same change; null for a new order. */
  ask(order: AskedOrder, key: string | null): Promise<Message>;
  /** Of what the customer proves to be themselves by. */
  change(change: SecretChange): Promise<Message>;
  /** Logs out, if somebody is logged in, and forgets all secrets at once. */
  close(): void;
}

/** What shows that it is still the customer who asks. */
export type Proof = { password: string; code?: string };

/** `what` is to be done, in the customer's words. */
export type ProofAsked = { what: string; withCode: boolean; wasWrong: boolean };

/** Asks and tells the customer in the middle of a session, whatever its screen. */
export interface Counsel {
  /** Null if the customer would rather not. */
  askProof(asked: ProofAsked): Promise<Proof | null>;
  /** For a new line in the place of one that was lost; null as above. */
  askCode(wasWrong: boolean): Promise<string | null>;
  warnOfEnd(seconds: number, stay: (() => void) | null): void;
  /** The session is over: nothing is left to be asked or told. */
  dismiss(): void;
}

/** What a teller says unasked. */
export type Tell = (message: Message) => void;

/** A line that could not be opened, as the problem of a log-in or sign-up form. */
export const lineProblem = (fault: LineFault): Message => ({
  type: "refused",
  problem: { type: "line", fault },
});

/** What a transport of ours reported, in the customer's terms. */
export const faultOf = ({ detail }: LineEnd): LineFault =>
  FAULTS.find((fault) => fault === detail) ?? "line_lost";

const FAULTS: readonly LineFault[] = [
  "bank_unreachable",
  "bank_not_authentic",
  "atm_unreachable",
  "atm_busy",
];
