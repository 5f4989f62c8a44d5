/** What the bank says of itself in its handshake (docs/protocol.md, "The greeting"). */
import type { Cents } from "../bank/money.ts";
import type { PasswordMinimum } from "../bank/password-policy.ts";
import { ProtocolError } from "./error.ts";
import { Fields } from "./fields.ts";
import { parseJson } from "./strict-json.ts";

export interface Greeting {
  /** The bank's name, for people. */
  readonly bank: string;
  readonly version: string;
  /** The bank's clock, ISO 8601 in UTC. */
  readonly time: string;
  readonly limits: {
    readonly requestsInFlight: number;
    readonly frameBytes: number;
    readonly amountMax: Cents;
    readonly historyLimit: number;
    /** Of new passwords; null of a bank that does not say. */
    readonly passwordCharsMin: PasswordMinimum | null;
  };
}

/** Room for fields that later banks may add. */
const DEPTH_MAX = 4;

const encoder = new TextEncoder();

export function encodeGreeting({ bank, version, time, limits }: Greeting): Uint8Array {
  const { requestsInFlight, frameBytes, amountMax, historyLimit, passwordCharsMin } = limits;
  const wireLimits = {
    requestsInFlight,
    frameBytes,
    amountMax: String(amountMax),
    historyLimit,
    ...(passwordCharsMin !== null && { passwordCharsMin }),
  };
  return encoder.encode(JSON.stringify({ bank, version, time, limits: wireLimits }));
}

/**
 * Fields that this client does not know are passed over.
 * @throws ProtocolError `bad_reply`.
 */
export function parseGreeting(bytes: Uint8Array): Greeting {
  const fields = fieldsOf(bytes);
  const limits = fields.inner("limits");
  return {
    bank: fields.label("bank"),
    version: fields.label("version"),
    time: fields.time("time"),
    limits: {
      requestsInFlight: limits.count("requestsInFlight"),
      frameBytes: limits.count("frameBytes"),
      amountMax: limits.amount("amountMax"),
      historyLimit: limits.count("historyLimit"),
      passwordCharsMin: limits.has("passwordCharsMin")
        ? parseMinimum(limits.inner("passwordCharsMin"))
        : null,
    },
  };
}

const parseMinimum = (fields: Fields): PasswordMinimum => ({
  alone: fields.count("alone"),
  withFactor: fields.count("withFactor"),
});

function fieldsOf(bytes: Uint8Array): Fields {
  const refusal = new ProtocolError("bad_reply");
  try {
    return new Fields(parseJson(bytes, DEPTH_MAX), () => refusal);
  } catch {
    throw refusal;
  }
}
