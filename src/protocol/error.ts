/** What can be wrong with bytes from a peer, as closed codes, and the texts that may tell it so. */

const DESCRIPTIONS = {
  bad_json: "the message is not one flat JSON object",
  message_too_long: "a message has at most 4096 bytes",
  not_an_object: "a message starts with a brace, and nothing follows its end",
  missing_field: "a field is missing",
  unknown_field: "there is a field too many",
  wrong_type: "a field is of the wrong type",
  unknown_action: "there is no such action",
  bad_username: "a user name is 1 to 32 letters and digits, or one of . _ - @ +",
  bad_password: "a password is 1 to 128 characters of text",
  bad_amount: "an amount is a whole number of dollars above zero",
  amount_too_large: "the amount is above the limit of one transaction",
  bad_mac: "the MAC does not match",
  bad_token: "the token is not authentic",
  stale_token: "the token is too old",
  future_token: "the token is from the future",
  bad_handshake: "the handshake is not one with this bank",
  bad_frame_length: "a frame has 16 to 8192 bytes",
  bad_frame: "the frame is not authentic, or not in its place",
  bad_reply: "the reply is not one that a bank gives",
} as const;

export type ProtocolErrorCode = keyof typeof DESCRIPTIONS;

/**
 * A short constant text for a client. It never repeats input, so it cannot carry an attack onward.
 */
export const describe = (code: ProtocolErrorCode): string => DESCRIPTIONS[code];

/** Every code, for those who must know all texts. */
export const PROTOCOL_ERROR_CODES = Object.keys(DESCRIPTIONS) as readonly ProtocolErrorCode[];

/** A breach: the peer broke the wire's rules. Thrown in `protocol/` alone. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode) {
    super(describe(code));
    this.code = code;
  }
}
