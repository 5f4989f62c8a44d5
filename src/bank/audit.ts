/** The audit entry: who did what, when, how it ended and from where; and the line that shows it. */

import type { AuditAction, AuditOutcome } from "./audit-vocabulary.ts";
import type { Cents } from "./money.ts";

/** What is written down of one event. One event, one entry. */
export type AuditEntry = {
  /** Its place in the audit, counted from 1 without a gap. */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The user name, the peer's address where nobody is logged in, or the bank or its owner. */
  readonly who: string;
  /** An `AuditAction`, or a word of an older bank. */
  readonly action: string;
  /** `ok`, or the reason why it was refused: an `AuditOutcome`, or a word of an older bank. */
  readonly outcome: string;
  readonly amount: Cents | null;
  readonly transaction: number | null;
  /** Whom or what it was done to; null where that is `who`: then nothing is stored twice. */
  readonly object: string | null;
  /** The peer's address and port, or where else it came from. */
  readonly origin: string;
};

/** An entry as it is to be written: its place and its time are the store's and the ledger's. */
export type Audited = Omit<AuditEntry, "sequence" | "at" | "action" | "outcome"> & {
  readonly action: AuditAction;
  readonly outcome: AuditOutcome;
};

/** Whom or what it was done to. */
export const objectOf = ({ object, who }: Pick<AuditEntry, "object" | "who">): string =>
  object ?? who;

/**
 * The entry as one line of the audit files, without its line feed:
 * `<username>\t<action>\t<YYYY-MM-DD HH:MM:SS>`, in UTC. A refused action names its reason
 * (`withdraw: insufficient_funds`), so that it cannot be taken for one that was done.
 */
export function formatAuditLine(entry: AuditEntry): string {
  const action = entry.outcome === "ok" ? entry.action : `${entry.action}: ${entry.outcome}`;
  return `${escapeField(entry.who)}\t${escapeField(action)}\t${formatTime(entry.at)}`;
}

let lastSecond = Number.NaN;
let lastTime = "";

/** `YYYY-MM-DD HH:MM:SS`, in UTC. The last is kept: under load thousands fall into one second. */
export function formatTime(at: number): string {
  const second = Math.floor(at / 1_000);
  if (second !== lastSecond) {
    lastTime = new Date(at).toISOString().slice(0, 19).replace("T", " ");
    lastSecond = second;
  }
  return lastTime;
}

/** In most texts `escapeField` finds nothing, which this finds out sooner. */
const PLAIN = /^[ -[\]-~]*$/;

/**
 * Writes as `\u{…}` whatever could end a line, forge a column or steer a terminal: control and
 * format characters, line and paragraph separators, lone surrogates, and the backslash itself.
 */
export const escapeField = (text: string): string =>
  PLAIN.test(text)
    ? text
    : text.replace(
        /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\\]/gu,
        (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
      );
