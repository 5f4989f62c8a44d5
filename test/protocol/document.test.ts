/** docs/protocol.md on the classic protocol: its worked example, its limits and its texts. */
import { describe, expect, it } from "vitest";
import { PASSWORD_CHARS_MAX, USERNAME_CHARS_MAX } from "../../src/bank/credentials.ts";
import { AMOUNT_CENTS_MAX, dollars } from "../../src/bank/money.ts";
import { decodeBase64Url } from "../../src/protocol/base64url.ts";
import { LOGIN_TEXT_LENGTH_MAX } from "../../src/bank/credentials.ts";
import {
  AUTHENTICATED,
  AUTHENTICATION_FAILED,
  formatReply,
  SIGNUP_SUCCESSFUL,
  USERNAME_EXISTS,
} from "../../src/protocol/classic-replies.ts";
import {
  parseEnvelope,
  sealReply,
  sealRequest,
  TOKEN_LIFETIME_SECONDS,
  TOKEN_SKEW_SECONDS,
} from "../../src/protocol/classic.ts";
import { describe as textOf, PROTOCOL_ERROR_CODES } from "../../src/protocol/error.ts";
import { MESSAGE_BYTES_MAX } from "../../src/protocol/object-splitter.ts";
import { deriveSessionKeys } from "../../src/protocol/session-keys.ts";
import { CIPHER_SETS, fromHex, toHex, utf8, withRandom } from "../ciphers/cipher-sets.ts";
import { documentProse, documentText, example, exampleHex, figure } from "./document-text.ts";

describe.for(CIPHER_SETS)("the worked example on %s", ([, ciphers]) => {
  const secret = fromHex(example("master-secret"));
  const keys = deriveSessionKeys(ciphers, secret);
  const sealedAt = 1_764_000_000;

  it("derives its keys", () => {
    const derived = toHex(ciphers.hkdfSha256(secret, utf8("ATM Session Keys"), 64));
    expect(derived).toBe(example("fernet-key") + example("mac-key"));
  });

  it("seals its request", () => {
    expect(documentProse).toContain(`at ${sealedAt}, that is 2025-11-24 16:00:00 UTC`);
    expect(new Date(sealedAt * 1000).toISOString()).toBe("2025-11-24T16:00:00.000Z");
    const random = withRandom(ciphers, fromHex(example("request-iv")));
    const request = { action: "deposit", amount: dollars(100) } as const;
    const message = sealRequest(random, keys, request, sealedAt);
    expect(toHex(message)).toBe(toHex(utf8(example("request-message"))));
    expect(documentProse).toContain(`${message.length} bytes in one line`);
    const token = decodeBase64Url(parseEnvelope(message).payload)!;
    expect(toHex(token)).toBe(exampleHex("request-token-bytes"));
    const ciphertext = fromHex(example("request-token-bytes").split("\n")[3]!);
    const key = ciphers.importCbcKey(fromHex(example("fernet-key")).subarray(16));
    const plain = key.decrypt(fromHex(example("request-iv")), ciphertext)!;
    expect(new TextDecoder().decode(plain)).toBe(example("request"));
  });

  it("seals its reply", () => {
    const reply = { type: "deposited", amount: dollars(100), balance: dollars(250) } as const;
    expect(formatReply(reply)).toBe(example("reply"));
    const random = withRandom(ciphers, fromHex(example("reply-iv")));
    const token = sealReply(random, keys, example("reply"), sealedAt + 1);
    expect(token).toBe(example("reply-token"));
  });
});

describe("the document on classic", () => {
  it("gives every code its text", () => {
    for (const code of PROTOCOL_ERROR_CODES) {
      expect(documentText).toContain(`| \`${code}\` | ${textOf(code)} |`);
    }
  });

  it("names the texts before login", () => {
    for (const each of [SIGNUP_SUCCESSFUL, USERNAME_EXISTS, AUTHENTICATED, AUTHENTICATION_FAILED]) {
      expect(documentText).toContain(`\`${each}\``);
    }
  });

  it("states the limits", () => {
    for (const statement of [
      `at most ${figure(MESSAGE_BYTES_MAX)} bytes`,
      `1 to ${figure(AMOUNT_CENTS_MAX / 100)} whole dollars`,
      `lives for ${TOKEN_LIFETIME_SECONDS} seconds`,
      `dated ${TOKEN_SKEW_SECONDS} seconds ahead`,
      `1 to ${USERNAME_CHARS_MAX} characters: letters`,
      `1 to ${PASSWORD_CHARS_MAX} characters of any kind`,
      `up to ${figure(LOGIN_TEXT_LENGTH_MAX)} UTF-16 units`,
    ]) {
      expect(documentProse).toContain(statement);
    }
  });
});
