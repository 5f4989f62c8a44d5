/** JSON-RPC 2.0 as this bank takes it: what is a request, what is answered, and under which id. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PASSWORD_REASONS } from "../../src/bank/password-policy.ts";
import {
  encodeError,
  encodeRpcNotification,
  encodeRpcRequest,
  encodeRpcResult,
  parseRpcReply,
  parseRpcRequest,
} from "../../src/protocol/rpc.ts";
import { ERROR_KINDS, ERRORS } from "../../src/protocol/rpc-error.ts";
import { utf8 } from "../ciphers/cipher-sets.ts";
import { idSample } from "./modern-samples.ts";
import { answerOf, refusalOf } from "./refusal.ts";

const answer = (text: string) => answerOf(() => parseRpcRequest(utf8(text)));
const reply = (text: string) => parseRpcReply(utf8(text));
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("a request", () => {
  it.for([
    ['{"jsonrpc":"2.0","id":1,"method":"m"}', 1],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":{}}', 1],
    ['{"method":"m","params":{},"id":"a","jsonrpc":"2.0"}', "a"],
    ['{"jsonrpc":"2.0","id":-7,"method":"m"}', -7],
    ['{"jsonrpc":"2.0","id":0,"method":"m"}', 0],
    ['{"jsonrpc":"2.0","id":"","method":"m"}', ""],
    ['{"jsonrpc":"2.0","id":9007199254740991,"method":"m"}', 9007199254740991],
    [`{"jsonrpc":"2.0","id":"${"x".repeat(64)}","method":"m"}`, "x".repeat(64)],
  ] as const)("%s is taken", ([text, expected]) => {
    const request = parseRpcRequest(utf8(text));
    expect(request.id).toBe(expected);
    expect(request.method).toBe("m");
    expect(request.params).toEqual(new Map());
  });

  it.for([
    ["", "parse_error", null],
    ["{", "parse_error", null],
    ['{"jsonrpc":"2.0","id":1,"id":1,"method":"m"}', "parse_error", null],
    ['{"jsonrpc":"2.0","id":1,"method":"\\ud800"}', "parse_error", null],
    [`{"jsonrpc":"2.0","id":1,"method":"m","params":${"[".repeat(9)}`, "parse_error", null],
    ["null", "invalid_request", null],
    ["1", "invalid_request", null],
    ['"m"', "invalid_request", null],
    ["{}", "invalid_request", null],
    ["[]", "invalid_request", null],
    ['[{"jsonrpc":"2.0","id":1,"method":"m"}]', "invalid_request", null],
    ['{"jsonrpc":"2.0","method":"m"}', "invalid_request", null],
    ['{"jsonrpc":"2.0","id":null,"method":"m"}', "invalid_request", null],
    ['{"jsonrpc":"2.0","id":true,"method":"m"}', "invalid_request", null],
    ['{"jsonrpc":"2.0","id":{},"method":"m"}', "invalid_request", null],
    ['{"jsonrpc":"2.0","id":[1],"method":"m"}', "invalid_request", null],
    ['{"jsonrpc":"2.0","id":1.0,"method":"m"}', "invalid_request", null],
    ['{"jsonrpc":"2.0","id":1e2,"method":"m"}', "invalid_request", null],
    ['{"jsonrpc":"2.0","id":-0,"method":"m"}', "invalid_request", null],
    ['{"jsonrpc":"2.0","id":9007199254740993,"method":"m"}', "invalid_request", null],
    [`{"jsonrpc":"2.0","id":"${"x".repeat(65)}","method":"m"}`, "invalid_request", null],
    ['{"id":1,"method":"m"}', "invalid_request", 1],
    ['{"jsonrpc":"1.0","id":1,"method":"m"}', "invalid_request", 1],
    ['{"jsonrpc":2.0,"id":1,"method":"m"}', "invalid_request", 1],
    ['{"jsonrpc":"2.0","id":1}', "invalid_request", 1],
    ['{"jsonrpc":"2.0","id":1,"method":7}', "invalid_request", 1],
    ['{"jsonrpc":"2.0","id":"a","method":"m","extra":1}', "invalid_request", "a"],
    ['{"jsonrpc":"2.0","id":"a","method":"m","params":{},"extra":1}', "invalid_request", "a"],
    ['{"jsonrpc":"2.0","id":1,"result":{}}', "invalid_request", 1],
  ] as const)("%s is not one: %s, id %s", ([text, kind, answerId]) => {
    expect(answer(text)).toEqual({ kind, id: answerId });
  });

  it("comes back as it was written", () => {
    fc.assert(
      fc.property(idSample, fc.string({ unit: "grapheme" }), (anyId, method) => {
        const request = parseRpcRequest(encodeRpcRequest(anyId, method, { a: ["b"] }));
        expect(request).toEqual({ id: anyId, method, params: new Map([["a", ["b"]]]) });
      }),
    );
  });

  it("of any JSON, or any bytes, is taken or answered with one of two errors", () => {
    const bytes = fc.oneof(fc.uint8Array(), fc.json().map(utf8));
    fc.assert(
      fc.property(bytes, (message) => {
        const outcome = answerOf(() => parseRpcRequest(message));
        expect([undefined, "parse_error", "invalid_request"]).toContain(outcome?.kind);
      }),
    );
  });
});

describe("a reply", () => {
  it("gives results, errors and notifications back as they were written", () => {
    fc.assert(
      fc.property(idSample, fc.constantFrom(...ERROR_KINDS), (anyId, kind) => {
        expect(parseRpcReply(encodeRpcResult(anyId, { a: "b" }))).toEqual({
          type: "result",
          id: anyId,
          result: new Map([["a", "b"]]),
        });
        for (const errorId of [anyId, null]) {
          expect(parseRpcReply(encodeError(errorId, { kind }))).toEqual({
            type: "error",
            id: errorId,
            kind,
          });
        }
      }),
    );
    expect(parseRpcReply(encodeRpcNotification("m", { a: null }))).toEqual({
      type: "notification",
      method: "m",
      params: new Map([["a", null]]),
    });
  });

  it("names an error by its kind, its code and a constant text", () => {
    expect(textOf(encodeError(7, { kind: "insufficient_funds" }))).toBe(
      '{"jsonrpc":"2.0","id":7,"error":{"code":2003,"message":"the balance is too low",' +
        '"data":{"kind":"insufficient_funds"}}}',
    );
  });

  it("says why a password is refused, and takes a reason that it does not know for none", () => {
    for (const reason of PASSWORD_REASONS) {
      const bytes = encodeError(7, { kind: "bad_password", reason });
      expect(textOf(bytes)).toContain(`"data":{"kind":"bad_password","reason":"${reason}"}`);
      const error = { type: "error", id: 7, kind: "bad_password" };
      expect(parseRpcReply(bytes)).toEqual({ ...error, reason });
      const newer = utf8(textOf(bytes).replace(`:"${reason}"`, ':"rhymes"'));
      expect(parseRpcReply(newer)).toEqual(error);
    }
  });

  it("says how long a password must be that is too short", () => {
    const failure = { kind: "bad_password", reason: "too_short", charsMin: 15 } as const;
    const bytes = encodeError(7, failure);
    expect(textOf(bytes)).toContain('"reason":"too_short","charsMin":15}');
    expect(parseRpcReply(bytes)).toEqual({ type: "error", id: 7, ...failure });
    const { charsMin: _, ...without } = failure;
    const odd = utf8(textOf(bytes).replace(":15", ':"long"'));
    expect(parseRpcReply(odd)).toEqual({ type: "error", id: 7, ...without });
  });

  it("takes an error that it does not know for one whose outcome is open", () => {
    const unknown = '{"code":1,"message":"","data":{"kind":"toString"}}';
    expect(reply(`{"jsonrpc":"2.0","id":1,"error":${unknown}}`)).toEqual({
      type: "error",
      id: 1,
      kind: "internal",
    });
    expect(ERRORS.internal.retry).toBe("same_key");
  });

  it("passes over what it does not know", () => {
    expect(reply('{"jsonrpc":"2.0","id":1,"result":{},"took":5}')).toEqual({
      type: "result",
      id: 1,
      result: new Map(),
    });
  });

  it.for([
    "",
    "[]",
    "null",
    "{}",
    '{"jsonrpc":"2.0"}',
    '{"jsonrpc":"2.0","id":1}',
    '{"jsonrpc":"2.0","result":{}}',
    '{"jsonrpc":"2.0","id":null,"result":{}}',
    '{"id":1,"result":{}}',
    '{"jsonrpc":"2.0","id":1,"result":{},"error":{"data":{"kind":"busy"}}}',
    '{"jsonrpc":"2.0","error":{"data":{"kind":"busy"}}}',
    '{"jsonrpc":"2.0","id":{},"error":{"data":{"kind":"busy"}}}',
    '{"jsonrpc":"2.0","id":1,"error":"busy"}',
    '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}}',
    '{"jsonrpc":"2.0","id":1,"error":{"data":[]}}',
    '{"jsonrpc":"2.0","id":1,"error":{"data":{"kind":7}}}',
    '{"jsonrpc":"2.0","id":1,"method":"m"}',
    '{"jsonrpc":"2.0","method":7}',
  ])("is not %j", (text) => {
    expect(refusalOf(() => reply(text))).toBe("bad_reply");
  });

  it("of any JSON, or any bytes, is taken or refused with one code", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(utf8)), (message) => {
        expect([null, "bad_reply"]).toContain(refusalOf(() => parseRpcReply(message)));
      }),
    );
  });
});

describe("the errors", () => {
  it("have a code each, and a text that is a sentence's middle", () => {
    const codes = ERROR_KINDS.map((kind) => ERRORS[kind].code);
    expect(new Set(codes).size).toBe(ERROR_KINDS.length);
    for (const kind of ERROR_KINDS) expect(ERRORS[kind].message).toMatch(/^[a-z][a-z -]+$|JSON$/);
  });

  it("have the standard's codes where the standard has one", () => {
    expect(
      (
        ["parse_error", "invalid_request", "unknown_method", "invalid_params", "internal"] as const
      ).map((kind) => ERRORS[kind].code),
    ).toEqual([-32700, -32600, -32601, -32602, -32603]);
  });
});
