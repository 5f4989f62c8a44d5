/** How a piece of protocol code refuses; any other error is a bug, and goes on. */
import { ProtocolError } from "../../src/protocol/error.ts";
import type { ProtocolErrorCode } from "../../src/protocol/error.ts";
import { RpcError } from "../../src/protocol/rpc-error.ts";
import type { ErrorKind, RpcId } from "../../src/protocol/rpc-error.ts";

/** The code of a breach, or null. */
export function refusalOf(action: () => unknown): ProtocolErrorCode | null {
  try {
    action();
    return null;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

/** The error that a request is answered with, or null. */
export function answerOf(action: () => unknown): { kind: ErrorKind; id: RpcId | null } | null {
  try {
    action();
    return null;
  } catch (error) {
    if (error instanceof RpcError) return { kind: error.kind, id: error.id };
    throw error;
  }
}
