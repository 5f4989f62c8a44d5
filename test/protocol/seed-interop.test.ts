/**
 * Interoperation with the original: sessions recorded with another implementation of Fernet, both
 * ways and byte for byte; and fifty bad messages, each refused for its own reason.
 */
import { describe, expect, it } from "vitest";
import { decodeBase64Url } from "../../src/protocol/base64url.ts";
import type { Ciphers } from "../../src/protocol/ciphers.ts";
import { parseReply } from "../../src/protocol/classic-replies.ts";
import {
  encodeEnvelope,
  encodeRequest,
  openEnvelope,
  openReply,
  parseEnvelope,
  parseRequest,
  sealReply,
  sealRequest,
} from "../../src/protocol/classic.ts";
import { sealToken } from "../../src/protocol/fernet.ts";
import { ObjectSplitter } from "../../src/protocol/object-splitter.ts";
import { deriveSessionKeys } from "../../src/protocol/session-keys.ts";
import type { SessionKeys } from "../../src/protocol/session-keys.ts";
import { CIPHER_SETS, fromHex, toHex, utf8, withRandom } from "../ciphers/cipher-sets.ts";
import { readVectors } from "../ciphers/vectors.ts";
import { refusalOf } from "./refusal.ts";

interface Message {
  time: number;
  ivHex: string;
  plaintext: string;
  payload: string;
  mac: string;
  wire: string;
  response: string;
  responseIvHex: string;
  responseToken: string;
}
interface Session {
  masterSecretHex: string;
  okmHex: string;
  encryptionKey: string;
  macKeyHex: string;
  messages: Message[];
}

const { sessions, rejects } = readVectors<{
  sessions: Session[];
  rejects: { desc: string; session: number; wire: string }[];
}>("seed_interop/session_vectors.json");

/** Above this bank's limit of one transaction, so only the sealing of it is compared. */
const LARGEST = '{"action": "deposit", "amount": 9007199254740991}';

const keysOf = (ciphers: Ciphers, session: Session): SessionKeys =>
  deriveSessionKeys(ciphers, fromHex(session.masterSecretHex));

describe.for(CIPHER_SETS)("the original's sessions on %s", ([, ciphers]) => {
  it("derive the recorded keys", () => {
    expect(sessions).toHaveLength(5);
    for (const session of sessions) {
      const okm = ciphers.hkdfSha256(
        fromHex(session.masterSecretHex),
        utf8("ATM Session Keys"),
        64,
      );
      expect(toHex(okm)).toBe(session.okmHex);
      expect(toHex(okm.subarray(0, 32))).toBe(toHex(decodeBase64Url(session.encryptionKey)!));
      expect(toHex(okm.subarray(32))).toBe(session.macKeyHex);
    }
  });

  it("hold requests that open, read, and seal again to the same bytes", () => {
    for (const session of sessions) {
      const keys = keysOf(ciphers, session);
      for (const message of session.messages) {
        const envelope = parseEnvelope(utf8(message.wire));
        const opened = openEnvelope(ciphers, keys, envelope, message.time);
        expect(toHex(opened.plaintext)).toBe(toHex(utf8(message.plaintext)));
        expect(opened.timeSeconds).toBe(message.time);
        expect(toHex(encodeEnvelope(envelope))).toBe(toHex(utf8(message.wire)));
        const iv = fromHex(message.ivHex);
        expect(sealToken(keys.fernet, opened.plaintext, message.time, iv)).toBe(message.payload);
        if (message.plaintext === LARGEST) continue;
        const request = parseRequest(opened.plaintext);
        expect(toHex(encodeRequest(request))).toBe(toHex(opened.plaintext));
        const sealed = sealRequest(withRandom(ciphers, iv), keys, request, message.time);
        expect(toHex(sealed)).toBe(toHex(utf8(message.wire)));
      }
    }
  });

  it("hold one deposit above the limit, which is refused", () => {
    for (const session of sessions) {
      const largest = session.messages.filter(({ plaintext }) => plaintext === LARGEST);
      const codes = largest.map(({ plaintext }) => refusalOf(() => parseRequest(utf8(plaintext))));
      expect(codes).toEqual(["amount_too_large"]);
    }
  });

  it("hold replies that open, read, and seal again to the same text", () => {
    for (const session of sessions) {
      const keys = keysOf(ciphers, session);
      for (const message of session.messages) {
        const random = withRandom(ciphers, fromHex(message.responseIvHex));
        expect(sealReply(random, keys, message.response, message.time)).toBe(message.responseToken);
        if (message.plaintext === LARGEST) continue; // Its balance is beyond exact cents.
        const opened = openReply(keys, message.responseToken, message.time);
        expect(toHex(opened.plaintext)).toBe(toHex(utf8(message.response)));
        expect(opened.reply).toEqual(parseReply(message.response));
      }
    }
  });
});

const REJECT_CODES = [
  ["mac: last hex digit changed", "bad_mac"],
  ["mac: upper case hex", "bad_mac"],
  ["mac: truncated to 63 digits", "bad_mac"],
  ["mac: one digit too many", "bad_mac"],
  ["mac: empty string", "bad_mac"],
  ["mac: null", "bad_mac"],
  ["mac: number 0", "bad_mac"],
  ["mac: missing", "missing_field"],
  ["mac: array holding the right text", "bad_json"],
  ["payload: one ciphertext character changed", "bad_mac"],
  ["payload: missing", "missing_field"],
  ["payload: empty", "bad_mac"],
  ["payload and mac of another session", "bad_mac"],
  ["mac of another message of the same session", "bad_mac"],
  ["trailing bytes after the JSON object", "not_an_object"],
  ["duplicate payload key", "bad_json"],
  ["authenticated but bad: amount -1", "bad_amount"],
  ["authenticated but bad: withdraw -1", "bad_amount"],
  ["authenticated but bad: amount 0", "bad_amount"],
  ["authenticated but bad: amount 0.1", "bad_amount"],
  ["authenticated but bad: amount 1.0", "bad_amount"],
  ["authenticated but bad: amount 1e2", "bad_amount"],
  ["authenticated but bad: amount NaN (not JSON)", "bad_json"],
  ["authenticated but bad: amount Infinity (not JSON)", "bad_json"],
  ["authenticated but bad: amount 1e999 overflows a double", "bad_amount"],
  ["authenticated but bad: amount 2^53", "amount_too_large"],
  ["authenticated but bad: amount 2^53+1 (rounds in a double)", "amount_too_large"],
  ["authenticated but bad: amount 10^300", "amount_too_large"],
  ["authenticated but bad: amount text", "wrong_type"],
  ["authenticated but bad: amount true", "wrong_type"],
  ["authenticated but bad: amount null", "wrong_type"],
  ["authenticated but bad: amount array", "bad_json"],
  ["authenticated but bad: amount missing", "missing_field"],
  ["authenticated but bad: amount -0", "bad_amount"],
  ["authenticated but bad: unknown action", "unknown_action"],
  ["authenticated but bad: action with tab and newline", "unknown_action"],
  ["authenticated but bad: action missing", "missing_field"],
  ["authenticated but bad: action as array", "bad_json"],
  ["authenticated but bad: __proto__ key", "bad_json"],
  ["authenticated but bad: constructor.prototype key", "bad_json"],
  ["authenticated but bad: extra field username", "unknown_field"],
  ["authenticated but bad: extra field role", "unknown_field"],
  ["authenticated but bad: duplicate amount keys", "bad_json"],
  ["authenticated but bad: payload is an array", "bad_json"],
  ["authenticated but bad: payload is null", "bad_json"],
  ["authenticated but bad: payload is a string", "bad_json"],
  ["authenticated but bad: payload is empty", "bad_json"],
  ["authenticated but bad: payload is not JSON", "bad_json"],
  ["authenticated but bad: payload is not UTF-8 (lone surrogate)", "bad_json"],
  ["authenticated but bad: nesting 1000 deep", "bad_json"],
] as const;

describe.for(CIPHER_SETS)("the fifty bad messages on %s", ([, ciphers]) => {
  it("are all here", () => {
    expect(rejects.map(({ desc }) => desc)).toEqual(REJECT_CODES.map(([desc]) => desc));
    expect(rejects).toHaveLength(50);
  });

  it.for(REJECT_CODES.map(([desc, code], index) => [desc, code, index] as const))(
    "%s: %s",
    ([, code, index]) => {
      const reject = rejects[index]!;
      const keys = keysOf(ciphers, sessions[reject.session]!);
      const act = () => {
        for (const object of new ObjectSplitter().push(utf8(reject.wire))) {
          parseRequest(openEnvelope(ciphers, keys, parseEnvelope(object), 1_744_416_000).plaintext);
        }
      };
      expect(refusalOf(act)).toBe(code);
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );
});
