/** What is noted for the audit and said on the terminal, and never lost without a word. */

import type { RemoteActor } from "../actor/remote-actor.ts";
import type { LedgerReply, LedgerRequest } from "../workers/ledger.ts";
import type { Log } from "./log.ts";

export type Event = {
  /** The peer's address and port. */
  peer: string;
  who: string;
  action: string;
  outcome: string;
};

export function takeNote(
  { ledger, log }: { ledger: RemoteActor<LedgerRequest, LedgerReply>; log: Log },
  event: Event,
): void {
  const { peer: origin, who, action, outcome } = event;
  const taken = ledger.cast({ type: "note", who, action, outcome, origin });
  log.write({ ...event, type: "reported" });
  if (taken === "busy") log.write({ type: "alarm", message: "the audit lacks the event above" });
}
