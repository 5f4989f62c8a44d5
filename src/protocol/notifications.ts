/** What the bank says unasked, in a session (docs/protocol.md, "Notifications"). */
import type { Cents } from "../bank/money.ts";
import { LOGIN_TEXT_LENGTH_MAX } from "../bank/credentials.ts";
import type { Fields } from "./fields.ts";
import type { JsonSource } from "./rpc.ts";

/** Why a session has ended: by its user, by time, by the bank, by an attack, by another. */
export const CLOSING_REASONS = [
  "logout",
  "idle",
  "expired",
  "draining",
  "terminal_refused",
  "breach",
  "ended_elsewhere",
] as const;
export type ClosingReason = (typeof CLOSING_REASONS)[number];

/** What a session ends by that nobody ends. */
export const EXPIRY_LIMITS = ["idle", "absolute"] as const;
export type ExpiryLimit = (typeof EXPIRY_LIMITS)[number];

export type Notification =
  /** The last frame of a session: a line that is cut without it was cut by somebody. */
  | { readonly method: "session.closed"; readonly params: { readonly reason: ClosingReason } }
  /** The session ends within this time, by its absolute limit whatever is asked for until then. */
  | {
      readonly method: "session.expiring";
      readonly params: { readonly seconds: number; readonly limit: ExpiryLimit };
    }
  | {
      readonly method: "account.credited";
      readonly params: {
        readonly transactionId: string;
        readonly amount: Cents;
        readonly balance: Cents;
        readonly from: string;
        readonly memo?: string;
      };
    };

export function notificationParams({ method, params }: Notification): JsonSource {
  switch (method) {
    case "session.closed":
      return { reason: params.reason };
    case "session.expiring":
      return { seconds: params.seconds, limit: params.limit };
    case "account.credited":
      return {
        transactionId: params.transactionId,
        amount: String(params.amount),
        balance: String(params.balance),
        from: params.from,
        memo: params.memo,
      };
  }
}

/** Null for a method that this client does not know. */
export function parseNotification(method: string, fields: Fields): Notification | null {
  switch (method) {
    case "session.closed":
      return { method, params: { reason: fields.oneOf("reason", CLOSING_REASONS) } };
    case "session.expiring":
      return {
        method,
        params: {
          seconds: fields.count("seconds"),
          limit: fields.oneOf("limit", EXPIRY_LIMITS),
        },
      };
    case "account.credited":
      return {
        method,
        params: {
          transactionId: fields.transactionId("transactionId"),
          amount: fields.amount("amount"),
          balance: fields.balance("balance"),
          from: fields.text("from", LOGIN_TEXT_LENGTH_MAX),
          ...(fields.has("memo") && { memo: fields.memo("memo") }),
        },
      };
    default:
      return null;
  }
}
