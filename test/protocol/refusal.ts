/** The code with which a piece of protocol code refuses; any other error is a bug, and goes on. */
import { ProtocolError } from "../../src/protocol/error.ts";
import type { ProtocolErrorCode } from "../../src/protocol/error.ts";

export function refusalOf(action: () => unknown): ProtocolErrorCode | null {
  try {
    action();
    return null;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}
