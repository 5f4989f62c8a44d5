/** What a session of the modern protocol remembers, takes and wants: the types of ./session.ts. */

import type { Answer } from "../../actor/answer.ts";
import type { Noted } from "../../bank/audit-vocabulary.ts";
import type { AccountId, CheckedHash } from "../../bank/ledger.ts";
import type { Cents } from "../../bank/money.ts";
import type { Role } from "../../bank/standing.ts";
import type { ProtocolErrorCode } from "../../protocol/error.ts";
import type { Call, Method, Result } from "../../protocol/methods.ts";
import type { Notification } from "../../protocol/notifications.ts";
import type { MisreadKind, RpcFailure, RpcId } from "../../protocol/rpc-error.ts";
import type { ReaderReply } from "../../workers/history-thread.ts";
import type { HistoryQuery } from "../../workers/store.ts";
import type { Errand, ErrandResult, NoteErrand } from "../errands.ts";
import type { Draining, Expiry, Overdue } from "../patience.ts";
import type { OperatorCall, PermittedCall } from "./operator-calls.ts";
import type { Admission } from "../admission/admission.ts";

/** What a question to the ledger is for: the admission in hand, or a call of the client's. */
export type About = "admission" | { readonly id: RpcId; readonly call: LedgerCall };
/** The calls that the ledger answers. */
export type LedgerCall = AccountCall | OperatorCall;
export type AccountCall = Extract<
  Call,
  { method: "account.balance" | "account.deposit" | "account.withdraw" | "account.transfer" }
>;

/** What the receiver of a transfer is told. */
export type News = Extract<Notification, { method: "account.credited" }>["params"];

export type Message =
  /** `now` is of the monotonic clock, in ms. */
  | { type: "called"; id: RpcId; call: Call; now: number }
  /** A frame that was authentic, and no call. */
  | ({ type: "misread"; id: RpcId | null } & RpcFailure<MisreadKind>)
  /** The stream or the channel is lost. */
  | { type: "broken"; code: ProtocolErrorCode }
  | { type: "timed_out"; waitingFor: Overdue }
  | ErrandResult<About>
  | { type: "history_read"; id: RpcId; answer: Answer<ReaderReply> }
  | { type: "credited"; news: News } //  by another session
  | { type: "expiring"; expiry: Expiry }
  /** Another session, or the bank, has ended this one. */
  | { type: "ended_elsewhere"; by: string }
  | { type: "sessions_listed"; id: RpcId; result: Result<"session.list"> }
  | { type: "session_ended"; id: RpcId; wasThere: boolean }
  /** Whose it is; null if there is no such session. */
  | { type: "session_found"; id: RpcId; call: EndSession; username: string | null }
  | { type: "permitted_done"; sent: SendResult | SendError }
  | { type: "drain"; why: Draining }
  /** The line is gone; of a client that has called, or only shaken hands. */
  | { type: "closed"; hasCalled: boolean };

export type Effect =
  | Errand<About>
  | { type: "read_history"; id: RpcId; query: HistoryQuery }
  | SendResult
  /** A result that came as the text of its JSON. */
  | { type: "send_written"; id: RpcId; result: string }
  | SendError
  | { type: "notify"; notification: Notification }
  /** The call that needed a password is answered: those behind it may come. */
  | { type: "go_on" }
  /** This session is to hear what happens to the account. */
  | { type: "enter"; account: AccountId; username: string; roles: readonly string[] }
  | { type: "list_sessions"; id: RpcId; account: AccountId }
  /** One session of the account, by its own id; it may be this one. */
  | { type: "end_session"; id: RpcId; account: AccountId; session: string; by: string }
  | { type: "end_others"; account: AccountId; by: string }
  /** All sessions of somebody of whom only the name is known. */
  | { type: "end_all_of"; username: string; by: string }
  /** Of an operator, who is to be on record with whose session it is. */
  | { type: "find_session"; id: RpcId; call: EndSession }
  /** What an operator has asked for is on record, and may be done. */
  | { type: "do_permitted"; id: RpcId; call: PermittedCall }
  /** The sessions of another account are to hear it. */
  | { type: "announce"; account: AccountId; news: News }
  | { type: "hang_up" };

export type SendError = { type: "send_error"; id: RpcId | null } & RpcFailure;
type EndSession = OperatorCall & { method: "admin.endSession" };
export type SendResult = {
  [M in Method]: { type: "send_result"; id: RpcId; method: M; result: Result<M> };
}[Method];

/** It was begun behind a password: that which this hash is of. */
export type PendingFactor = { readonly secret: string; readonly checkedHash: CheckedHash };

export type Customer = {
  readonly username: string;
  readonly account: AccountId;
  readonly vault: AccountId;
  /** Until this moment of the monotonic clock, in ms, large sums may be moved. */
  readonly confirmedUntil: number;
  readonly roles: readonly Role[];
  /** The roles that their password is too weak for. */
  readonly withheld: readonly Role[];
  readonly hasFactor: boolean;
  /** The second factor that is about to be enrolled: nobody else has its secret, and no disk. */
  readonly pendingFactor: PendingFactor | null;
};

/**
 * A logout waits for the calls before it, and so do a bank that stops and one that has met a
 * breach. Behind a line that is gone they run to their end too: what they did is reported, and
 * their receivers hear of it.
 */
export type Ending =
  | { reason: Draining | "breach" | "cut" | "idle" | "expired" | "ended_elsewhere" }
  | { reason: "logout"; id: RpcId; method: "auth.logout" | "auth.logoutEverywhere" };

type Common = {
  /** Messages that broke a rule. */
  readonly breaches: number;
  /** Calls whose answer is due, but for an admission and a logout. */
  readonly inFlight: number;
  /** Set once the session is to end with its last answer. */
  readonly ending: Ending | null;
};

export type State = Common &
  (
    | { phase: "anonymous" }
    /** `since` is when it was called, by the monotonic clock. */
    | {
        phase: "admitting";
        id: RpcId;
        admission: Admission;
        customer: Customer | null;
        since: number;
      }
    | { phase: "authenticated"; customer: Customer }
    | { phase: "ended" }
  );

export type LiveState = Exclude<State, { phase: "ended" }>;
export type Phase<P extends State["phase"]> = State & { phase: P };
export type Step = readonly [State, readonly Effect[]];

/** What a session knows of its surroundings, and tells in `session.info`. */
export type SessionConfig = {
  readonly terminal: string;
  readonly signUpsMax: number;
  readonly fingerprint: string;
  readonly protocol: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
  readonly confirmAbove: Cents;
  /** What an operator may adjust alone. */
  readonly aloneMax?: Cents | undefined;
};

export const initialState: State = {
  ...{ phase: "anonymous", breaches: 0, inFlight: 0, ending: null },
};

export const commonOf = ({ breaches, inFlight, ending }: State): Common => ({
  breaches,
  inFlight,
  ending,
});

export const customerOf = (state: State): Customer | null =>
  state.phase === "authenticated" || state.phase === "admitting" ? state.customer : null;

/** For the audit, by whoever is logged in; `object` is left out where it is they themselves. */
export const noteOf = (state: State, noted: Noted, object?: string): NoteErrand => ({
  ...{ type: "note", who: customerOf(state)?.username ?? null },
  ...(object !== undefined && { object }),
  ...noted,
});
