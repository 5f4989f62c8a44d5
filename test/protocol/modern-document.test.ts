/** docs/protocol.md on the modern protocol: its worked example, its limits and its words. */
import { describe, expect, it } from "vitest";
import { cents } from "../../src/bank/money.ts";
import {
  ClientHandshake,
  fingerprintOf,
  PREFACE,
  ServerHandshake,
} from "../../src/protocol/channel.ts";
import { PASSWORD_CHARS_MAX } from "../../src/bank/credentials.ts";
import { BESIDE_NAME_MIN, PASSWORD_REASONS } from "../../src/bank/password-policy.ts";
import type { Ciphers, KeyPair } from "../../src/protocol/ciphers.ts";
import { IDEMPOTENCY_KEY_CHARS_MAX, MEMO_CHARS_MAX } from "../../src/protocol/fields.ts";
import {
  FRAME_BYTES_MAX,
  FRAME_BYTES_MIN,
  FrameSplitter,
  PLAINTEXT_BYTES_MAX,
} from "../../src/protocol/frames.ts";
import { encodeGreeting, parseGreeting } from "../../src/protocol/greeting.ts";
import { METHOD_CODECS } from "../../src/protocol/method-codecs.ts";
import { HISTORY_LIMIT, HISTORY_LIMIT_MAX } from "../../src/protocol/methods.ts";
import { encodeCall, encodeNotification, encodeResult } from "../../src/protocol/modern.ts";
import { CLOSING_REASONS } from "../../src/protocol/notifications.ts";
import { ID_LENGTH_MAX } from "../../src/protocol/rpc.ts";
import { ERROR_KINDS, ERRORS } from "../../src/protocol/rpc-error.ts";
import { CIPHER_SETS, fromHex, toHex, utf8 } from "../ciphers/cipher-sets.ts";
import { documentProse, documentText, example, exampleHex, figure } from "./document-text.ts";
import { METHODS } from "./modern-samples.ts";

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe.for(CIPHER_SETS)("the session's worked example on %s", ([, ciphers]) => {
  const bankKeys = keyPairOf(ciphers, "bank-private-key");
  const greeting = parseGreeting(utf8(example("greeting")));

  function session() {
    const handshake = new ClientHandshake(
      ciphers,
      bankKeys.publicKey,
      keyPairOf(ciphers, "client-ephemeral"),
    );
    const hello = handshake.first();
    const [body] = new FrameSplitter(PREFACE).push(hello);
    const ephemeral = keyPairOf(ciphers, "bank-ephemeral");
    const bank = new ServerHandshake(ciphers, [bankKeys], ephemeral).respond(body!, greeting);
    const client = handshake.finish(bank.reply.subarray(2));
    return { hello, bank, client };
  }

  it("has its keys", () => {
    expect(toHex(bankKeys.publicKey)).toBe(example("bank-public-key"));
    expect(fingerprintOf(ciphers, bankKeys.publicKey)).toBe(example("bank-fingerprint"));
  });

  it("shakes hands", () => {
    const { hello, bank, client } = session();
    expect(toHex(hello)).toBe(exampleHex("client-hello"));
    expect(documentProse).toContain(`client sends ${hello.length} bytes`);
    expect(textOf(encodeGreeting(greeting))).toBe(example("greeting"));
    expect(toHex(bank.reply)).toBe(exampleHex("bank-hello"));
    expect(documentProse).toContain(`It sends ${bank.reply.length} bytes`);
    expect(toHex(client.channel.handshakeHash)).toBe(example("handshake-hash"));
    expect(toHex(bank.channel.handshakeHash)).toBe(example("handshake-hash"));
    expect(client.greeting).toEqual(greeting);
  });

  it("deposits, and is closed", () => {
    const { bank, client } = session();
    const params = { amount: cents(10_000), idempotencyKey: "k-1" };
    const call = encodeCall(
      1,
      { method: "account.deposit", params },
      METHOD_CODECS["account.deposit"],
    );
    expect(textOf(call)).toBe(example("modern-request"));
    expect(toHex(client.channel.seal(call))).toBe(exampleHex("modern-request-frame"));

    const moved = { transactionId: "42", balance: cents(25_000) };
    const result = encodeResult(1, "account.deposit", moved);
    expect(textOf(result)).toBe(example("modern-result"));
    expect(toHex(bank.channel.seal(result))).toBe(exampleHex("modern-result-frame"));

    const closed = encodeNotification({ method: "session.closed", params: { reason: "logout" } });
    expect(textOf(closed)).toBe(example("modern-closed"));
    expect(toHex(bank.channel.seal(closed))).toBe(exampleHex("modern-closed-frame"));
  });
});

function keyPairOf(ciphers: Ciphers, name: string): KeyPair {
  const privateKey = fromHex(example(name));
  return { privateKey, publicKey: ciphers.publicKeyOf(privateKey) };
}

describe("the document on modern", () => {
  it.for(ERROR_KINDS)("gives %s its code, its message, and an advice that fits", (kind) => {
    const { code, message, retry } = ERRORS[kind];
    const row = new RegExp(`^\\| \`${kind}\` \\| ${code} \\| ${message} \\| (.+) \\|$`, "m");
    const advice = row.exec(documentText)?.[1] ?? "";
    expect(advice).not.toBe("");
    if (retry === "later") expect(advice).toMatch(/ask again|ask with the same key/);
    if (retry === "same_key") expect(advice).toContain("ask again with the same key");
  });

  it("has a row for every method", () => {
    for (const method of METHODS) expect(documentText).toContain(`\`${method}\``);
  });

  it("names every reason for an end", () => {
    for (const reason of CLOSING_REASONS) expect(documentText).toContain(`\`${reason}\``);
  });

  it("has a row for every reason why a password is refused", () => {
    for (const reason of PASSWORD_REASONS) expect(documentText).toContain(`| \`${reason}\` | `);
    expect(documentProse).toContain(`more than ${PASSWORD_CHARS_MAX} characters`);
    expect(documentProse).toContain(`fewer than ${BESIDE_NAME_MIN} characters besides`);
  });

  it("spells the preface", () => {
    expect(documentText).toContain(`\`${toHex(PREFACE).match(/../g)!.join(" ")}\``);
  });

  it("states the limits", () => {
    for (const statement of [
      `${FRAME_BYTES_MIN} to ${figure(FRAME_BYTES_MAX)} bytes`,
      `below ${FRAME_BYTES_MIN}, the size of a tag, or above ${figure(FRAME_BYTES_MAX)}`,
      `at most ${figure(PLAINTEXT_BYTES_MAX)} bytes`,
      `up to ${ID_LENGTH_MAX} UTF-16 units`,
      `1 to ${IDEMPOTENCY_KEY_CHARS_MAX} of the characters`,
      `1 to ${MEMO_CHARS_MAX} characters`,
      `1 to ${HISTORY_LIMIT_MAX}; ${HISTORY_LIMIT} where it is missing`,
    ]) {
      expect(documentProse).toContain(statement);
    }
  });
});
