/**
 * JSON-RPC 2.0 (jsonrpc.org/specification), strictly and without batches: requests, results, errors
 * and notifications as texts of one frame each (docs/protocol.md, "Messages").
 */
import { PASSWORD_REASONS } from "../bank/password-policy.ts";
import { ProtocolError } from "./error.ts";
import { ERRORS, isErrorKind, RpcError } from "./rpc-error.ts";
import type { RpcFailure, RpcId } from "./rpc-error.ts";
import { isJsonObject, parseJson } from "./strict-json.ts";
import type { Json, JsonObject } from "./strict-json.ts";

export const ID_LENGTH_MAX = 64;

/** How deep a message may nest: more than any of today's, so that banks may say more. */
const DEPTH_MAX = 8;

const INTEGER = /^(?:0|-?[1-9]\d*)$/;
const NO_PARAMS: JsonObject = new Map();

export interface RpcRequest {
  readonly id: RpcId;
  readonly method: string;
  readonly params: Json;
}

export type RpcReply =
  | { readonly type: "result"; readonly id: RpcId; readonly result: Json }
  | ({ readonly type: "error"; readonly id: RpcId | null } & RpcFailure)
  | { readonly type: "notification"; readonly method: string; readonly params: Json };

/** What JSON.stringify takes; without `toJSON`, and without what it leaves out in silence. */
export type JsonSource =
  | string
  | number
  | boolean
  | null
  | readonly JsonSource[]
  | { readonly [name: string]: JsonSource | undefined };

const encoder = new TextEncoder();
const encode = (message: JsonSource): Uint8Array => encoder.encode(JSON.stringify(message));

export const encodeRpcRequest = (id: RpcId, method: string, params: JsonSource): Uint8Array =>
  encode({ jsonrpc: "2.0", id, method, params });

/**
 * A client's message. One without an id is a request too, and an invalid one: JSON-RPC would let it
 * pass unanswered, and a bank does nothing that nobody hears of.
 * @throws RpcError `parse_error` or `invalid_request`, with the id if it can be read.
 */
export function parseRpcRequest(bytes: Uint8Array): RpcRequest {
  const message = parseMessage(bytes, () => new RpcError("parse_error", null));
  if (!isJsonObject(message)) throw new RpcError("invalid_request", null);
  const id = idOf(message.get("id"));
  const method = message.get("method");
  const params = message.get("params");
  const fieldCount = params === undefined ? 3 : 4;
  if (
    id === null ||
    message.get("jsonrpc") !== "2.0" ||
    typeof method !== "string" ||
    message.size !== fieldCount
  ) {
    throw new RpcError("invalid_request", id);
  }
  return { id, method, params: params ?? (params === undefined ? NO_PARAMS : null) };
}

export const encodeRpcResult = (id: RpcId, result: JsonSource): Uint8Array =>
  encode({ jsonrpc: "2.0", id, result });

/** @param result The text of a result that is JSON already. */
export const encodeWrittenResult = (id: RpcId, result: string): Uint8Array =>
  encoder.encode(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`);

/** @param id The request's; null where it has none that can be read. */
export function encodeError(id: RpcId | null, failure: RpcFailure): Uint8Array {
  const { kind, reason, charsMin } = failure;
  const { code, message } = ERRORS[kind];
  return encode({ jsonrpc: "2.0", id, error: { code, message, data: { kind, reason, charsMin } } });
}

export const encodeRpcNotification = (method: string, params: JsonSource): Uint8Array =>
  encode({ jsonrpc: "2.0", method, params });

/**
 * A bank's message. An error of a kind that this client does not know is `internal` to it: whether
 * the request was done is open then.
 * @throws ProtocolError `bad_reply`.
 */
export function parseRpcReply(bytes: Uint8Array): RpcReply {
  const message = parseMessage(bytes, () => new ProtocolError("bad_reply"));
  if (!isJsonObject(message) || message.get("jsonrpc") !== "2.0") return refuseReply();
  const method = message.get("method");
  if (method !== undefined) return notificationOf(message, method);
  const result = message.get("result");
  const error = message.get("error");
  const id = idOf(message.get("id"));
  if (error !== undefined) {
    const unnamed = id === null && message.get("id") !== null;
    if (unnamed || result !== undefined) return refuseReply();
    return { type: "error", id, ...failureOf(error) };
  }
  if (result === undefined || id === null) return refuseReply();
  return { type: "result", id, result };
}

function notificationOf(message: JsonObject, method: Json): RpcReply {
  if (typeof method !== "string" || message.has("id")) return refuseReply();
  return { type: "notification", method, params: message.get("params") ?? NO_PARAMS };
}

function failureOf(error: Json): RpcFailure {
  const data = isJsonObject(error) ? error.get("data") : undefined;
  if (data === undefined || !isJsonObject(data)) return refuseReply();
  const kind = data.get("kind");
  if (typeof kind !== "string") return refuseReply();
  if (!isErrorKind(kind)) return { kind: "internal" };
  // A reason that this client does not know is none to it, so that banks may have more.
  const reason = PASSWORD_REASONS.find((word) => word === data.get("reason"));
  const charsMin = wholeOf(data.get("charsMin"));
  return {
    kind,
    ...(reason !== undefined && { reason }),
    ...(charsMin !== null && { charsMin }),
  };
}

/** An integer that is exact, or a short text; null for all else. */
function idOf(value: Json | undefined): RpcId | null {
  if (typeof value === "string") return value.length <= ID_LENGTH_MAX ? value : null;
  return wholeOf(value);
}

function wholeOf(value: Json | undefined): number | null {
  if (value === undefined || value === null || typeof value !== "object") return null;
  if (!("number" in value) || !INTEGER.test(value.number)) return null;
  const whole = Number(value.number);
  return Number.isSafeInteger(whole) ? whole : null;
}

function parseMessage(bytes: Uint8Array, refuse: () => Error): Json {
  try {
    return parseJson(bytes, DEPTH_MAX);
  } catch (error) {
    if (error instanceof ProtocolError) throw refuse();
    throw error;
  }
}

function refuseReply(): never {
  throw new ProtocolError("bad_reply");
}
