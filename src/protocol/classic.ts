/**
 * The classic protocol's messages: their schemas, and how they are sealed under the
 * session's keys. docs/protocol.md has every byte of them.
 */
import { checkPassword, checkUsername, LOGIN_TEXT_LENGTH_MAX } from "../bank/credentials.ts";
import { AMOUNT_CENTS_MAX, dollars } from "../bank/money.ts";
import type { Cents } from "../bank/money.ts";
import type { Ciphers } from "./ciphers.ts";
import { parseReply } from "./classic-replies.ts";
import type { Reply } from "./classic-replies.ts";
import { ProtocolError } from "./error.ts";
import { IV_BYTES, openToken, sealToken } from "./fernet.ts";
import type { OpenedToken } from "./fernet.ts";
import { parseFlatJson } from "./flat-json.ts";
import { decodeHex, encodeHex } from "./hex.ts";
import { Room } from "./room.ts";
import type { SessionKeys } from "./session-keys.ts";
import type { Scalar } from "./strict-json.ts";

/** How long a token is good for, and how far ahead of ours its sender's clock may be. */
export const TOKEN_LIFETIME_SECONDS = 60;
export const TOKEN_SKEW_SECONDS = 60;

export type Hello = { action: "signup" | "login"; username: string; password: string };

export type Envelope = { payload: string; mac: string };

export type Request = { action: "deposit" | "withdraw"; amount: Cents } | { action: "balance" };

const room = new Room();
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// The encoders put the spaces where the original's do, so that a recorded session of either looks
// the same.

export function encodeHello({ action, username, password }: Hello): Uint8Array {
  const name = JSON.stringify(username);
  const secret = JSON.stringify(password);
  return encoder.encode(`{"action": "${action}", "username": ${name}, "password": ${secret}}`);
}

/**
 * @throws ProtocolError for anything but a sign-up that follows the rules, or a login with two
 *   texts.
 */
export function parseHello(bytes: Uint8Array): Hello {
  const fields = fieldsOf(bytes, ["action", "username", "password"]);
  const action = textOf(fields, "action");
  if (action !== "signup" && action !== "login") throw new ProtocolError("unknown_action");
  const username = textOf(fields, "username");
  const password = textOf(fields, "password");
  const usernameFits =
    action === "signup"
      ? checkUsername(username) === null
      : username.length <= LOGIN_TEXT_LENGTH_MAX;
  if (!usernameFits) throw new ProtocolError("bad_username");
  const passwordFits =
    action === "signup"
      ? checkPassword(password) === null
      : password.length <= LOGIN_TEXT_LENGTH_MAX;
  if (!passwordFits) throw new ProtocolError("bad_password");
  return { action, username, password };
}

export const encodeEnvelope = ({ payload, mac }: Envelope): Uint8Array =>
  encoder.encode(`{"payload": "${payload}", "mac": "${mac}"}`);

/** @throws ProtocolError, `bad_mac` for a MAC that is not 64 lower-case hex digits. */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  const fields = fieldsOf(bytes, ["payload", "mac"]);
  const payload = textOf(fields, "payload");
  const mac = fieldOf(fields, "mac");
  if (typeof mac !== "string" || !/^[\da-f]{64}$/.test(mac)) throw new ProtocolError("bad_mac");
  return { payload, mac };
}

/** @throws RangeError for an amount with cents: the classic protocol has none. */
export const encodeRequest = (request: Request): Uint8Array =>
  encoder.encode(textOfRequest(request));

function textOfRequest(request: Request): string {
  if (request.action === "balance") return '{"action": "balance"}';
  const { action, amount } = request;
  if (amount % 100 !== 0) throw new RangeError("the classic protocol moves whole dollars");
  return `{"action": "${action}", "amount": ${amount / 100}}`;
}

/**
 * @throws ProtocolError for anything but a known action with an amount of 1 dollar to the limit
 *   where it needs one.
 */
export function parseRequest(plaintext: Uint8Array): Request {
  const fields = fieldsOf(plaintext, ["action", "amount"]);
  const action = textOf(fields, "action");
  switch (action) {
    case "deposit":
    case "withdraw":
      return { action, amount: amountOf(fieldOf(fields, "amount")) };
    case "balance":
      if (!isIdleAmount(fields.get("amount"))) throw new ProtocolError("bad_amount");
      return { action };
    default:
      throw new ProtocolError("unknown_action");
  }
}

function amountOf(field: Scalar): Cents {
  if (field === null || typeof field !== "object") throw new ProtocolError("wrong_type");
  const { number } = field;
  // The source text decides: as numbers 1.0, 1e2 and 2^53+1 would already be something else.
  if (!/^[1-9]\d*$/.test(number)) throw new ProtocolError("bad_amount");
  if (Number(number) > AMOUNT_CENTS_MAX / 100) throw new ProtocolError("amount_too_large");
  return dollars(Number(number));
}

/**
 * The original's form lets a customer leave the amount of an inquiry blank, or enter any; nobody
 * reads it.
 */
function isIdleAmount(field: Scalar | undefined): boolean {
  if (field === undefined || field === null || field === "") return true;
  return typeof field === "object" && /^\d+$/.test(field.number);
}

function fieldsOf(bytes: Uint8Array, names: readonly string[]): ReadonlyMap<string, Scalar> {
  const fields = parseFlatJson(bytes);
  for (const name of fields.keys()) {
    if (!names.includes(name)) throw new ProtocolError("unknown_field");
  }
  return fields;
}

function fieldOf(fields: ReadonlyMap<string, Scalar>, name: string): Scalar {
  const field = fields.get(name);
  if (field === undefined) throw new ProtocolError("missing_field");
  return field;
}

function textOf(fields: ReadonlyMap<string, Scalar>, name: string): string {
  const field = fieldOf(fields, name);
  if (typeof field !== "string") throw new ProtocolError("wrong_type");
  return field;
}

/** A request as it goes onto the wire: sealed, and its token signed once more under the MAC key. */
export function sealRequest(
  ciphers: Ciphers,
  keys: SessionKeys,
  request: Request,
  nowSeconds: number,
): Uint8Array {
  const iv = ciphers.randomBytes(IV_BYTES);
  const payload = sealToken(keys.fernet, room.encode(textOfRequest(request)), nowSeconds, iv);
  return encodeEnvelope({ payload, mac: encodeHex(keys.mac.sign(asciiBytes(payload))) });
}

/**
 * Opens a client's envelope: the MAC first, in constant time, and nothing is decrypted unless it
 * matches.
 * @throws ProtocolError `bad_mac`, `bad_token`, `stale_token`, `future_token`.
 */
export function openEnvelope(
  ciphers: Ciphers,
  keys: SessionKeys,
  envelope: Envelope,
  nowSeconds: number,
): OpenedToken {
  const expected = keys.mac.sign(asciiBytes(envelope.payload));
  if (!ciphers.equal(expected, decodeHex(envelope.mac))) throw new ProtocolError("bad_mac");
  return openToken(
    keys.fernet,
    envelope.payload,
    nowSeconds,
    TOKEN_LIFETIME_SECONDS,
    TOKEN_SKEW_SECONDS,
  );
}

/** A reply as it goes onto the wire: one bare token. */
export const sealReply = (
  ciphers: Ciphers,
  keys: SessionKeys,
  text: string,
  nowSeconds: number,
): string => sealToken(keys.fernet, room.encode(text), nowSeconds, ciphers.randomBytes(IV_BYTES));

/**
 * @throws ProtocolError as `openToken`, and `bad_reply` for a text that no bank sends: a reflected
 *   request is one.
 */
export function openReply(
  keys: SessionKeys,
  token: string,
  nowSeconds: number,
): OpenedToken & { readonly reply: Reply } {
  const opened = openToken(
    keys.fernet,
    token,
    nowSeconds,
    TOKEN_LIFETIME_SECONDS,
    TOKEN_SKEW_SECONDS,
  );
  return { ...opened, reply: parseReply(textFrom(opened.plaintext)) };
}

function textFrom(plaintext: Uint8Array): string {
  try {
    return decoder.decode(plaintext);
  } catch {
    throw new ProtocolError("bad_reply");
  }
}

/** Good until it is called again. @throws ProtocolError: a token is plain ASCII. */
function asciiBytes(text: string): Uint8Array {
  const bytes = room.encode(text);
  // In UTF-8 only ASCII takes no more bytes than it has characters.
  if (bytes.length !== text.length) throw new ProtocolError("bad_token");
  return bytes;
}
