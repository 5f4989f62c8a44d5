/** How sessions and calls of the modern protocol end other than well, for those who must act. */
import type { PasswordReason } from "../bank/password-policy.ts";
import type { ProtocolErrorCode } from "../protocol/error.ts";
import type { ClosingReason } from "../protocol/notifications.ts";
import { ERRORS } from "../protocol/rpc-error.ts";
import type { ErrorKind, Retry } from "../protocol/rpc-error.ts";
import type { LineEnd } from "./transport.ts";

/** How the session of one line ended. All but the last two are as they should be. */
export type SessionEnd =
  /** The bank said goodbye, authentically. */
  | { readonly type: "closed_by_bank"; readonly reason: ClosingReason }
  | { readonly type: "closed_here" }
  /** The line went down without the bank's goodbye: somebody cut it, or a machine failed. */
  | { readonly type: "cut"; readonly line: LineEnd }
  /** What came was not the bank's next frame: somebody meddled with the line. */
  | { readonly type: "breach"; readonly code: ProtocolErrorCode };

/** Why a session over several lines is over, for good. */
export type SessionOver =
  | Exclude<SessionEnd, { type: "cut" }>
  | { readonly type: "bank_not_authentic"; readonly evidence: BankNotAuthentic["evidence"] }
  /** A new line needs a new login, and nobody lends the credentials, or others than before. */
  | { readonly type: "credentials_needed" }
  /** The bank did not take them any more. */
  | { readonly type: "login_refused"; readonly kind: ErrorKind };

/** What every call gets from a session that is over. */
export class SessionEnded extends Error {
  override readonly name = "SessionEnded";
  readonly over: SessionOver;

  constructor(over: SessionOver) {
    super(`the session is over: ${over.type}`);
    this.over = over;
  }
}

/**
 * Whoever answers has not proved that it is the bank whose key is pinned. Not one secret has been
 * sent. It must never be offered to the user as something to click away.
 */
export class BankNotAuthentic extends Error {
  override readonly name = "BankNotAuthentic";
  /**
   * `forged`: what came was no answer of that bank. `hung_up`: it closed the line at the first
   * message, as a bank with another key does; a cut at this very moment looks the same.
   */
  readonly evidence: "forged" | "hung_up";

  /** @param detail How the line ended, where that may tell people more. */
  constructor(evidence: "forged" | "hung_up", detail?: string) {
    super(EVIDENCE_TEXTS[evidence] + (detail === undefined ? "" : ` (${detail})`));
    this.evidence = evidence;
  }
}

const EVIDENCE_TEXTS = {
  forged: "what answers is not the bank whose key is known",
  hung_up: "the bank hung up on the known key: it has another, or somebody cut the line",
} as const;

/** The bank's answer is no. `retry` says what may be done about it. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly kind: ErrorKind;
  readonly retry: Retry;
  /** What is wrong with a password, of a `bad_password`; null where the bank does not say. */
  readonly reason: PasswordReason | null;
  /** How many characters it has to have, of one that is too short. */
  readonly charsMin: number | null;

  constructor(
    kind: ErrorKind,
    reason: PasswordReason | null = null,
    charsMin: number | null = null,
  ) {
    super(ERRORS[kind].message);
    this.kind = kind;
    this.retry = ERRORS[kind].retry;
    this.reason = reason;
    this.charsMin = charsMin;
  }
}

/**
 * A change was sent, and all tries to learn what became of it have failed. Asked again with this
 * key it is done at most once, as long as the bank remembers the key (docs/protocol.md): so ask
 * soon. `cause` is what the last try ended with.
 */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
  readonly idempotencyKey: string;

  constructor(idempotencyKey: string, cause: unknown) {
    super("nobody knows whether it was done: ask again with the same key", { cause });
    this.idempotencyKey = idempotencyKey;
  }
}
