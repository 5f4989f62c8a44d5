/**
 * The modern protocol's messages as both sides see them: calls and their results, errors, and what
 * the bank says unasked. JSON-RPC is in `rpc.ts`, what the fields hold in `method-codecs.ts` and
 * `notifications.ts`.
 */
import { ProtocolError } from "./error.ts";
import { Fields } from "./fields.ts";
import { METHOD_CODECS, type MethodCodec } from "./method-codecs.ts";
import type { Call, Method, Params, Result } from "./methods.ts";
import { notificationParams, parseNotification } from "./notifications.ts";
import type { Notification } from "./notifications.ts";
import {
  encodeRpcNotification,
  encodeRpcRequest,
  encodeRpcResult,
  encodeWrittenResult,
  parseRpcReply,
  parseRpcRequest,
} from "./rpc.ts";
import { RpcError } from "./rpc-error.ts";
import type { RpcFailure, RpcId } from "./rpc-error.ts";
import type { Json } from "./strict-json.ts";

/** What a client hears: an answer to a request of its own, or news. */
export type Reply =
  | { readonly type: "result"; readonly id: RpcId; readonly result: Json }
  | ({ readonly type: "error"; readonly id: RpcId | null } & RpcFailure)
  | { readonly type: "notification"; readonly notification: Notification }
  | { readonly type: "unknown_notification" };

/** @param codec The method's: a client has those of the methods that it asks for. */
export const encodeCall = <M extends Method>(
  id: RpcId,
  { method, params }: { readonly method: M; readonly params: Params<M> },
  codec: MethodCodec<M>,
): Uint8Array => encodeRpcRequest(id, method, codec.encodeParams(params));

/**
 * A client's message, strictly: an unknown method, or a parameter that is unknown, missing or of
 * the wrong type is an error and nothing else.
 * @throws RpcError, the answer to send.
 */
export function parseCall(message: Uint8Array): { id: RpcId; call: Call } {
  const { id, method, params } = parseRpcRequest(message);
  if (!isMethod(method)) throw new RpcError("unknown_method", id);
  return { id, call: callOf(method, params, id) };
}

const isMethod = (name: string): name is Method => Object.hasOwn(METHOD_CODECS, name);

function callOf(method: Method, params: Json, id: RpcId): Call {
  const fields = new Fields(params, (kind, reason) => new RpcError(kind, id, reason));
  const parsed = METHOD_CODECS[method].parseParams(fields);
  fields.end();
  return { method, params: parsed } as Call;
}

export function encodeResult<M extends Method>(
  id: RpcId,
  method: M,
  result: Result<M>,
): Uint8Array {
  const codec: MethodCodec<M> = METHOD_CODECS[method];
  const text = codec.writeResult?.(result);
  return text === undefined
    ? encodeRpcResult(id, codec.encodeResult(result))
    : encodeWrittenResult(id, text);
}

export const encodeNotification = (notification: Notification): Uint8Array =>
  encodeRpcNotification(notification.method, notificationParams(notification));

/**
 * A bank's message. News that this client does not know is no error, so that banks may say more.
 * @throws ProtocolError `bad_reply` for anything that no bank sends.
 */
export function parseReply(message: Uint8Array): Reply {
  const reply = parseRpcReply(message);
  if (reply.type !== "notification") return reply;
  const notification = parseNotification(reply.method, badReplyFields(reply.params));
  return notification === null
    ? { type: "unknown_notification" }
    : { type: "notification", notification };
}

/**
 * The result of a request whose method the client remembers. Fields that it does not know are
 * passed over.
 * @throws ProtocolError `bad_reply`.
 */
export const parseResult = <M extends Method>(codec: MethodCodec<M>, result: Json): Result<M> =>
  codec.parseResult(badReplyFields(result));

const badReplyFields = (value: Json): Fields =>
  new Fields(value, () => new ProtocolError("bad_reply"));
