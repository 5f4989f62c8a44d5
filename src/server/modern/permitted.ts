/** What operators ask for that is not in the books: sessions, and the audit. */

import type { Clock } from "../../actor/clock.ts";
import type { RemoteActor } from "../../actor/remote-actor.ts";
import type { AuditEntry } from "../../bank/audit.ts";
import type { AuditLine, SessionLine } from "../../protocol/operator-methods.ts";
import type { RpcId } from "../../protocol/rpc-error.ts";
import type { ReaderQuery, ReaderReply } from "../../workers/history-thread.ts";
import type { SessionEntry, SessionRegistry } from "../session-registry.ts";
import type { PermittedCall } from "./operator-calls.ts";
import type { Effect, News, SendError, SendResult } from "./session-state.ts";

/** How long a page of the store is waited for. */
export const READING_MS_MAX = 10_000;

/** Of a text in an entry: whoever failed to log in may have said anything, at any length. */
const TEXT_LENGTH_MAX = 256;

export type PermittedContext = {
  /** The operator. */
  readonly by: string;
  readonly sessions: SessionRegistry<News>;
  readonly history: RemoteActor<ReaderQuery, ReaderReply>;
  readonly clock: Clock;
};

/** Done once the ledger has it on record that it was asked for. */
export async function doPermitted(
  { sessions, history, clock, by }: PermittedContext,
  { id, call }: Effect & { type: "do_permitted" },
): Promise<SendResult | SendError> {
  switch (call.method) {
    case "admin.sessions": {
      const lines = sessionLines(sessions, call.params, clock.now());
      return { type: "send_result", id, method: call.method, result: lines };
    }
    case "admin.endSession":
      // One that has just ended by itself is ended.
      sessions.end(call.params.session, { by });
      return { type: "send_result", id, method: call.method, result: {} };
    case "audit.list":
      return readAudit(history, id, call.params);
  }
}

type Params<M extends PermittedCall["method"]> = (PermittedCall & { method: M })["params"];

function sessionLines(
  sessions: SessionRegistry<News>,
  { before, ...whose }: Params<"admin.sessions">,
  now: number,
): (SendResult & { method: "admin.sessions" })["result"] {
  const from = before === undefined ? Number.POSITIVE_INFINITY : Number(before);
  const { entries, isLast } = sessions.page({ ...whose, before: from });
  return {
    sessions: entries.map((entry) => sessionLine(entry, now)),
    ...(!isLast && { next: String(entries.at(-1)?.number) }),
  };
}

const sessionLine = (entry: SessionEntry, now: number): SessionLine => ({
  number: String(entry.number),
  session: entry.id,
  username: entry.username,
  roles: entry.roles,
  terminal: entry.terminal,
  protocol: entry.protocol,
  startedAt: new Date(entry.startedAt).toISOString(),
  lastActiveAt: new Date(now - entry.idleMs()).toISOString(),
});

async function readAudit(
  history: PermittedContext["history"],
  id: RpcId,
  { before, limit }: Params<"audit.list">,
): Promise<SendResult | SendError> {
  const query = { before: before === undefined ? null : Number(before), limit };
  const answer = await history.call(query, READING_MS_MAX);
  if (!answer.ok) return { type: "send_error", id, kind: "busy" };
  if (!Array.isArray(answer.reply)) return { type: "send_error", id, kind: "internal" };
  const entries = answer.reply.map(auditLine);
  // They are counted from 1 without a gap.
  const last = answer.reply.at(-1)?.sequence ?? 1;
  const result = { entries, ...(last > 1 && { next: String(last) }) };
  return { type: "send_result", id, method: "audit.list", result };
}

function auditLine({ sequence, at, amount, transaction, object, ...words }: AuditEntry): AuditLine {
  const { who, action, outcome, origin } = words;
  return {
    ...{ sequence: String(sequence), at: new Date(at).toISOString(), who: cut(who) },
    ...{ action: cut(action), outcome: cut(outcome), origin: cut(origin) },
    ...(amount !== null && { amount }),
    ...(transaction !== null && { transactionId: String(transaction) }),
    ...(typeof object === "string" && { object: cut(object) }),
  };
}

/** A character that is cut in half is no text any more. */
const cut = (text: string): string =>
  text.length <= TEXT_LENGTH_MAX ? text : `${text.slice(0, TEXT_LENGTH_MAX - 1).toWellFormed()}…`;
