/**
 * What the page shows and what may happen to it: the types of the state machine in `flow.ts`. No
 * password is in any of them but the messages and effects by which it passes.
 */

import type { PasswordFault, UsernameFault } from "../../src/bank/credentials.ts";
import type { PasswordMinimum } from "../../src/bank/password-policy.ts";
import type { Cents } from "../../src/bank/money.ts";
import type { HistoryPage, ListedSession, Methods } from "../../src/protocol/methods.ts";
import type { ClosingReason } from "../../src/protocol/notifications.ts";
import type { ErrorKind } from "../../src/protocol/rpc-error.ts";
import type { Reply } from "../../src/protocol/classic-replies.ts";
import type { AmountFault } from "./amount.ts";
import type { BadPassword } from "./password-judge.ts";
import type { CodeFault } from "./code.ts";

export type Protocol = "modern" | "classic";

export type CashOrder = { kind: "deposit" | "withdraw"; amount: Cents };
/** An empty memo is none. */
export type TransferOrder = { kind: "transfer"; to: string; amount: Cents; memo: string };
export type ChangeOrder = CashOrder | TransferOrder;
/** From the end of a day back (`2026-11-24`; empty: from now), behind the pages of `trail`. */
export type HistoryOrder = { kind: "history"; day: string; trail: readonly string[] };
export type SecurityOrder =
  | { kind: "security"; news: SecurityNews | null }
  | { kind: "end_session"; session: string }
  | { kind: "log_out_everywhere" };
/** What takes a password or a code, which are in no state. */
export type SecretOrder =
  | { kind: "password" }
  | { kind: "begin_factor" }
  | { kind: "enrol_factor"; enrolment: Enrolment }
  | { kind: "remove_factor" };
/** What the bank is asked for. */
export type Order =
  | ChangeOrder
  | HistoryOrder
  | { kind: "balance" }
  | { kind: "session" }
  | SecurityOrder
  | SecretOrder;
export type AskedOrder = Exclude<Order, SecretOrder>;
export type Cash = CashOrder["kind"];

/** A change whose outcome is unknown. Its key asks for it again; classic has no such thing. */
export type Doubt = { username: string; order: ChangeOrder; key: string | null };

/** What became of the session meanwhile; `stranger`: another answers in the bank's place. */
export type AfterDoubt = "open" | "ended" | "stranger";

/** Why the bank could not be spoken to. */
export type LineFault =
  | "bank_unreachable"
  /** The ATM speaks TLS to the bank, and whoever answered has not proved to be it. */
  | "bank_not_authentic"
  | "atm_unreachable"
  | "atm_busy"
  | "line_lost";

/** What stands in the customer's way, to be said at the top of the screen. */
export type Problem =
  | { type: "log_in_first" }
  | { type: "authentication_failed" }
  /** The same over classic, which cannot ask for a code, nor say that one is missing. */
  | { type: "classic_failed" }
  | { type: "code"; fault: CodeFault | "wrong" | "mismatch" }
  | { type: "secret_void" }
  /** Of a password that would do beside a second factor only. */
  | { type: "short_alone" }
  /** The line closed, as the bank waits for no code for long. */
  | { type: "code_late" }
  | { type: "username_taken" }
  | { type: "username"; fault: UsernameFault }
  | { type: "password"; fault: PasswordFault }
  | { type: "old_password"; fault: "empty" | "wrong" | "wrong_or_code" }
  /** The bank does not say which of password and code was wrong. */
  | { type: "proof"; withCode: boolean }
  /** A new one, by the page's judgement or the bank's. */
  | ({ type: "bad_password"; field: "password" | "new-password" } & BadPassword)
  | { type: "amount"; fault: AmountFault }
  | { type: "to"; fault: "empty" | "unknown" | "own" }
  | { type: "memo" }
  | { type: "digits" }
  /** The bank's own words, and of a modern bank the kind of error. */
  | { type: "refused"; text: string; kind?: ErrorKind }
  | { type: "line"; fault: LineFault };

/** Why the bank did not do what it was asked for, in a word; `text` is the bank's own. */
export type Refusal = {
  type: "refused";
  kind: ErrorKind | Exclude<Reply["type"], "deposited" | "withdrew" | "balance"> | "unreachable";
  text: string;
  /** What is wrong with a new password, if it is that. */
  bad?: BadPassword;
};
/** The bank's answer, in either protocol. `reference` is the transaction's id; classic has none. */
export type Answer =
  | { type: "deposited" | "withdrew"; amount: Cents; balance: Cents; reference: string | null }
  | { type: "transferred"; balance: Cents; reference: string }
  | { type: "balance"; balance: Cents }
  | { type: "history"; page: HistoryPage }
  | { type: "session"; info: SessionInfo }
  | { type: "password_changed" }
  | SecurityAnswer
  | Refusal;
export type SecurityAnswer =
  | { type: "security"; security: Security }
  | { type: "factor_begun"; enrolment: Enrolment }
  | { type: "factor_enrolled"; recoveryCodes: readonly string[] }
  | { type: "factor_removed" }
  | { type: "other_session_ended" };
export type SessionInfo = Methods["session.info"]["result"];

/** What an authenticator needs, as text and for a QR code. */
export type Enrolment = Methods["auth.beginFactor"]["result"];
/** `current` is the session that asks. */
export type Security = {
  hasFactor: boolean;
  current: string;
  sessions: readonly ListedSession[];
};
/** What was done before the place of the second factor and the sessions is shown again. */
export type SecurityNews = "factor_on" | "factor_off" | "session_ended" | "session_gone";

/** The fields of an order as they were typed. */
export type Typed = { to: string; amount: string; memo: string };

/** Why a session is over: the bank's reasons, and those of this end. */
export type EndReason =
  | Exclude<ClosingReason, "logout">
  | "logged_out"
  | "logged_out_everywhere"
  | "line_lost"
  | "code_withheld"
  | "in_doubt"
  | "factor_in_doubt";

export type LogIn = {
  screen: "log_in";
  username: string;
  busy: boolean;
  signedUp: boolean;
  problems: Problem[];
};
/** The password was right, and a code of the second factor is needed as well. */
export type Code = { screen: "code"; username: string; busy: boolean; problems: Problem[] };
export type SignUp = { screen: "sign_up"; username: string; busy: boolean; problems: Problem[] };
export type Waiting = {
  screen: "waiting";
  username: string;
  order: Order;
  /** The line was lost, and the outcome of the order is being found out. */
  checking: boolean;
  /** What this is asked for: an older change whose outcome is unknown. */
  doubt: Doubt | null;
};
export type Result = {
  screen: "result";
  username: string;
  order: Order;
  answer: Exclude<Answer, { type: "history" | "session" | SecurityAnswer["type"] }>;
  /** When the bank's answer came, in milliseconds since 1970. */
  at: number;
  /** The line was lost on the way, and the outcome found out afterwards. */
  checked: boolean;
  /** As in `Waiting`. */
  doubt: Doubt | null;
  /** The session ended after the answer: what it says stays in view, and is the last. */
  ended: EndReason | null;
};
export type History = {
  screen: "history";
  username: string;
  order: HistoryOrder;
  page: HistoryPage;
};
/** What these show goes with them: a secret is in the state for as long as it is on the screen. */
export type SecurityView =
  | { screen: "security"; username: string; security: Security; news: SecurityNews | null }
  | { screen: "factor_begin"; username: string; problems: Problem[] }
  | { screen: "factor_enrol"; username: string; enrolment: Enrolment; problems: Problem[] }
  | { screen: "recovery_codes"; username: string; codes: readonly string[] }
  | { screen: "factor_remove"; username: string; problems: Problem[] };
export type Stranger = { screen: "stranger"; username: string; problems: Problem[] };

/** What is in the panel. */
export type View =
  | LogIn
  | Code
  | SignUp
  | { screen: "choose"; username: string; problems?: Problem[] }
  | { screen: "amount"; username: string; kind: Cash; typed: string; problems: Problem[] }
  | { screen: "transfer"; username: string; typed: Typed; problems: Problem[] }
  | { screen: "review"; username: string; order: ChangeOrder; typed: Typed }
  | Waiting
  | Result
  | History
  | { screen: "session"; username: string; info: SessionInfo }
  | { screen: "password"; username: string; problems: Problem[] }
  | SecurityView
  /** What is unknown is the desk's doubt; while the session is open it can be asked for again. */
  | { screen: "unknown"; username: string; open: boolean }
  | { screen: "ended"; username: string; reason: EndReason }
  /** Whoever answers did not prove to be the bank. */
  | Stranger;

/** The bank's key in this tab. */
export type BankKey =
  | { type: "asking" }
  /** The ATM knows none: there is no modern protocol without. */
  | { type: "none" }
  /** `pinned` is the key's fingerprint, `named` that of the key that the ATM names today. */
  | { type: "pinned"; pinned: string; named: string | null };

/** The line of the modern protocol is `secured`, that of classic `in_clear`. */
export type LineState = "none" | "connecting" | "secured" | "in_clear" | "reconnecting" | "offline";

/** Money that somebody sent; `id` is the transaction's. */
export type Credit = { id: string; amount: Cents; from: string; memo: string };

/** What is around the panel. */
export type Desk = {
  /** What the customer wants to speak; `protocolOf` says what is spoken. */
  wish: Protocol;
  bank: BankKey;
  line: LineState;
  /** Newest first, until it is dismissed or the session ends. */
  news: readonly Credit[];
  /** Whether the customer's password needs a code beside it, as far as this session knows. */
  hasFactor: boolean;
  doubt: Doubt | null;
  /** How long a new password must be, once the bank has said it. */
  passwordCharsMin: PasswordMinimum | null;
};

export type State = { view: View; desk: Desk };

export type Route = "/" | "/signup" | "/action";
/** An entry of the browser's history: the address, and which step of `/action` it was. */
export type Place = { route: Route; step: string };

export type Message =
  | { type: "went"; place: Place } //                          by a link, back, forward or a reload
  | { type: "bank_learned"; bank: BankKey }
  | { type: "protocol_chosen"; protocol: Protocol }
  | { type: "credentials_entered"; username: string; password: string } // both checked
  | { type: "credentials_faulty"; username: string; problems: Problem[] }
  | { type: "choosing_password" } //                           a new one is about to be typed
  | { type: "limits_learned"; passwordCharsMin: PasswordMinimum | null }
  | { type: "line_changed"; line: LineState } //               by the bank, as those that follow
  | { type: "signed_up" }
  | { type: "code_wanted"; wasWrong: boolean } //              beside the password, which was right
  | { type: "authenticated"; hasFactor: boolean }
  | { type: "refused"; problem: Problem }
  | { type: "not_authentic" }
  | { type: "answered"; answer: Answer; at: number }
  | { type: "checking" } //                                    a change whose line was lost
  | { type: "outcome_unknown"; key: string | null; session: AfterDoubt }
  | { type: "session_ended"; reason: EndReason }
  | { type: "credited"; credit: Credit }
  | { type: "news_dismissed"; id: string } //                  by the customer, as the rest
  | { type: "code_entered"; typed: string }
  | { type: "chosen"; kind: Order["kind"] }
  | { type: "amount_entered"; typed: string }
  | { type: "transfer_entered"; typed: Typed }
  | { type: "day_entered"; day: string }
  | { type: "turned"; to: "older" | "newer" } //               a page of the history
  | ({ type: "passwords_entered" } & Passwords) //             checked
  | { type: "passwords_faulty"; problems: Problem[] }
  | { type: "digits_entered"; digits: string } //              to trust the key that the ATM names
  | { type: "session_chosen"; session: string } //             to be ended
  | { type: "proof_entered"; password: string; typed: string } // of who it is, with a code perhaps
  | { type: "part_missing" } //                                of the page: the ATM did not give it
  | { type: "confirmed" }
  | { type: "stepped_back" }
  | { type: "finished" }
  | { type: "left" };

export type Effect =
  | { type: "sign_up"; protocol: Protocol; username: string; password: string }
  | { type: "log_in"; protocol: Protocol; username: string; password: string }
  | { type: "give_code"; code: string } //                     to the log-in under way
  | { type: "ask"; order: AskedOrder; key: string | null }
  | SecretChange
  /** The bank is to say what new passwords must be. */
  | { type: "ask_limits" }
  | { type: "hang_up" }
  | { type: "keep_protocol"; protocol: Protocol }
  | { type: "trust_named_key" };

/** `code` is null where no second factor is known of. */
export type Passwords = { oldPassword: string; newPassword: string; code: string | null };
export type SecretChange =
  | ({ type: "change_password" } & Passwords)
  | { type: "begin_factor"; password: string }
  | { type: "enrol_factor"; code: string }
  | { type: "remove_factor"; password: string; code: string };

export type Step = [State, Effect[]];
