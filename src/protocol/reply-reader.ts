/**
 * How a client knows its reply, in a stream that marks no ends: bare text before login, after one
 * text 32 raw bytes, then bare tokens. Each reader is given all bytes since the request, and gives
 * null while the reply may go on.
 */
import {
  AUTHENTICATED,
  AUTHENTICATION_FAILED,
  INVALID_REQUEST,
  isRefusal,
  SERVICE_BUSY,
  SIGNUP_SUCCESSFUL,
  TEXT_BYTES_MAX,
  USERNAME_EXISTS,
} from "./classic-replies.ts";
import type { Reply } from "./classic-replies.ts";
import { openReply } from "./classic.ts";
import { describe, PROTOCOL_ERROR_CODES, ProtocolError } from "./error.ts";
import type { SeenTokens } from "./seen-tokens.ts";
import { MASTER_SECRET_BYTES } from "./session-keys.ts";
import type { SessionKeys } from "./session-keys.ts";

export type Refused = { type: "refused"; text: string };
export type SignUpReply = { type: "signed_up" } | { type: "username_taken" } | Refused;
export type LogInReply =
  | { type: "authenticated"; masterSecret: Uint8Array }
  | { type: "authentication_failed" }
  | Refused;

const SIGN_UP_TEXTS: ReadonlyMap<string, SignUpReply> = new Map<string, SignUpReply>([
  [SIGNUP_SUCCESSFUL, { type: "signed_up" }],
  [USERNAME_EXISTS, { type: "username_taken" }],
]);
const LOG_IN_TEXTS: ReadonlyMap<string, LogInReply> = new Map<string, LogInReply>([
  [AUTHENTICATION_FAILED, { type: "authentication_failed" }],
]);
const KNOWN_REFUSALS = new Set(
  PROTOCOL_ERROR_CODES.map((code) => INVALID_REQUEST + describe(code)),
);

const decoder = new TextDecoder();

/** @throws ProtocolError `bad_reply` as soon as no reply to a sign-up can begin like this. */
export function readSignUpReply(bytes: Uint8Array, quiet: boolean): SignUpReply | null {
  return readText(bytes, SIGN_UP_TEXTS, quiet);
}

/** @throws ProtocolError `bad_reply` as soon as no reply to a login can begin like this. */
export function readLogInReply(bytes: Uint8Array, quiet: boolean): LogInReply | null {
  const text = decoder.decode(bytes.subarray(0, AUTHENTICATED.length));
  if (text !== AUTHENTICATED) {
    return AUTHENTICATED.startsWith(text) ? null : readText(bytes, LOG_IN_TEXTS, quiet);
  }
  // The secret may come joined to the text, apart from it, or in pieces.
  const secret = bytes.subarray(AUTHENTICATED.length);
  if (secret.length > MASTER_SECRET_BYTES) throw new ProtocolError("bad_reply");
  if (secret.length < MASTER_SECRET_BYTES) return null;
  return { type: "authenticated", masterSecret: secret.slice() };
}

/**
 * No complete text begins another, so each is known by its last byte. A refusal in other words than
 * ours (a newer bank's) has no end to be known by: it is taken as it stands once the line is
 * `quiet`, or closed.
 */
function readText<T>(
  bytes: Uint8Array,
  texts: ReadonlyMap<string, T>,
  quiet: boolean,
): T | Refused | null {
  if (bytes.length > TEXT_BYTES_MAX) throw new ProtocolError("bad_reply");
  const text = decoder.decode(bytes);
  const reply = texts.get(text);
  if (reply !== undefined) return reply;
  if (isRefusal(text)) return quiet || KNOWN_REFUSALS.has(text) ? { type: "refused", text } : null;
  for (const beginning of [...texts.keys(), INVALID_REQUEST, SERVICE_BUSY]) {
    if (beginning.startsWith(text)) return null;
  }
  throw new ProtocolError("bad_reply");
}

/**
 * A token is whole when it opens: part of one does not. One that opened before is an older reply
 * played again.
 * @throws ProtocolError for bytes that are no token, a token out of time, a replay, and a reflected
 *   request.
 */
export function readSealedReply(
  keys: SessionKeys,
  seen: SeenTokens,
  bytes: Uint8Array,
  nowSeconds: number,
): Reply | null {
  const token = decoder.decode(bytes);
  if (!/^[\w-]*={0,2}$/.test(token)) throw new ProtocolError("bad_reply");
  try {
    const opened = openReply(keys, token, nowSeconds);
    if (!seen.admit(opened, nowSeconds)) throw new ProtocolError("bad_reply");
    return opened.reply;
  } catch (error) {
    if (error instanceof ProtocolError && error.code === "bad_token") return null;
    throw error;
  }
}
