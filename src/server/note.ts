/** What is noted for the audit and said on the terminal, and never lost without a word. */

import type { RemoteActor } from "../actor/remote-actor.ts";
import type { Noted } from "../bank/audit-vocabulary.ts";
import type { LedgerReply, LedgerRequest } from "../workers/ledger.ts";
import type { Log } from "./log.ts";

export type Event = Noted & {
  /** The peer's address and port. */
  peer: string;
  who: string;
  /** Whom or what it was done to, if not `who`. */
  object?: string | undefined;
};

export function takeNote(
  { ledger, log }: { ledger: RemoteActor<LedgerRequest, LedgerReply>; log: Log },
  { peer, who, object, ...noted }: Event,
): void {
  const aim = object === undefined ? {} : { object };
  const taken = ledger.cast({ type: "note", who, origin: peer, ...aim, ...noted });
  log.write({ type: "reported", peer, who, action: noted.action, outcome: noted.outcome });
  if (taken === "busy") log.write({ type: "alarm", message: "the audit lacks the event above" });
}
