/** Every method, notification and greeting: written and read by facing pairs, and strictly. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeGreeting, parseGreeting } from "../../src/protocol/greeting.ts";
import { METHOD_CODECS } from "../../src/protocol/method-codecs.ts";
import type { Method, Params, Result } from "../../src/protocol/methods.ts";
import {
  encodeCall,
  encodeNotification,
  encodeResult,
  parseCall,
  parseReply,
  parseResult,
} from "../../src/protocol/modern.ts";
import { CLOSING_REASONS } from "../../src/protocol/notifications.ts";
import { encodeError } from "../../src/protocol/rpc.ts";
import { utf8 } from "../ciphers/cipher-sets.ts";
import {
  greetingSample,
  idSample,
  METHODS,
  notificationSample,
  reasonSample,
  SAMPLES,
} from "./modern-samples.ts";
import { answerOf, refusalOf } from "./refusal.ts";

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const callOf = (method: string, params: string): Uint8Array =>
  utf8(`{"jsonrpc":"2.0","id":7,"method":${JSON.stringify(method)},"params":${params}}`);
const kindOf = (method: string, params: string) =>
  answerOf(() => parseCall(callOf(method, params)))?.kind ?? "taken";

const samplesOf = <M extends Method>(method: M) =>
  SAMPLES[method] as { params: fc.Arbitrary<Params<M>>; result: fc.Arbitrary<Result<M>> };

const OPTIONAL: readonly string[] = ["code", "memo", "before", "until", "limit", "after"];

describe.for(METHODS)("%s", (method) => {
  it("has parameters that come back as they were written", () => {
    fc.assert(
      fc.property(idSample, samplesOf(method).params, (id, params) => {
        expect(parseCall(encodeCall(id, { method, params }, METHOD_CODECS[method]))).toEqual({
          id,
          call: { method, params },
        });
      }),
    );
  });

  it("has a result that comes back as it was written", () => {
    fc.assert(
      fc.property(idSample, samplesOf(method).result, (id, result) => {
        const reply = parseReply(encodeResult(id, method, result));
        if (reply.type !== "result") throw new Error("not a result");
        expect(reply.id).toBe(id);
        expect(parseResult(METHOD_CODECS[method], reply.result)).toEqual(result);
      }),
    );
  });

  it("takes no parameter more, none less, and none of another type", () => {
    const value = fc.constantFrom("7", "true", "null", "[]", "{}", '["1"]', '{"a":"1"}');
    fc.assert(
      fc.property(samplesOf(method).params, value, (params, wrong) => {
        const wire = JSON.parse(
          textOf(encodeCall(7, { method, params }, METHOD_CODECS[method])),
        ) as {
          params: Record<string, unknown>;
        };
        const kind = (changed: object) => kindOf(method, JSON.stringify(changed));
        expect(kind({ ...wire.params, extra: "" })).toBe("invalid_params");
        expect(kind({ ...wire.params, constructor: "" })).toBe("invalid_params");
        expect(kind([])).toBe("invalid_params");
        for (const name of Object.keys(wire.params)) {
          const { [name]: _left, ...others } = wire.params;
          const isItsPoint = method === "auth.enrolFactor" || method === "auth.removeFactor";
          const isOneOfAll = method === "admin.sessions" && name === "username";
          const optional = isOneOfAll || (isItsPoint ? [] : OPTIONAL).includes(name);
          expect(kind(others)).toBe(optional ? "taken" : "invalid_params");
          if (name === "limit" && wrong === "7") continue;
          const changed = { ...wire.params, [name]: JSON.parse(wrong) as unknown };
          expect(kind(changed)).toBe("invalid_params");
        }
      }),
      { numRuns: 30 },
    );
  });

  it("has no result with a field less or of another type", () => {
    fc.assert(
      fc.property(samplesOf(method).result, (result) => {
        const wire = JSON.parse(textOf(encodeResult(7, method, result))) as {
          result: Record<string, unknown>;
        };
        const code = (changed: object) =>
          refusalOf(() => {
            const reply = parseReply(
              utf8(JSON.stringify({ jsonrpc: "2.0", id: 7, result: changed })),
            );
            if (reply.type === "result") parseResult(METHOD_CODECS[method], reply.result);
          });
        expect(code([])).toBe("bad_reply");
        expect(code({ ...wire.result, news: [1] })).toBeNull();
        for (const name of Object.keys(wire.result)) {
          const { [name]: _left, ...others } = wire.result;
          expect(code(others)).toBe(name === "next" ? null : "bad_reply");
          const wrong = typeof wire.result[name] === "boolean" ? "true" : true;
          expect(code({ ...wire.result, [name]: wrong })).toBe("bad_reply");
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("a call", () => {
  it.for(["", "toString", "__proto__", "constructor", "auth.login ", "AUTH.LOGIN", "rpc.discover"])(
    "of %j is of no method",
    (method) => {
      expect(kindOf(method, "{}")).toBe("unknown_method");
    },
  );

  it("keeps its id in its error", () => {
    expect(answerOf(() => parseCall(callOf("account.balance", '{"x":1}')))).toEqual({
      kind: "invalid_params",
      id: 7,
    });
  });

  const cash = (amount: string, key = '"k"') => `{"amount":${amount},"idempotencyKey":${key}}`;
  const transfer = (extra: string) =>
    `{"to":"bob","amount":"1","idempotencyKey":"k"${extra === "" ? "" : `,${extra}`}}`;
  const signUp = (name: string, word: string) => JSON.stringify({ username: name, password: word });

  it.for([
    ["account.deposit", cash('"1"'), "taken"],
    ["account.deposit", cash('"100000000"'), "taken"],
    ["account.deposit", cash('"0"'), "amount_not_positive"],
    ["account.deposit", cash('"100000001"'), "amount_too_large"],
    ["account.deposit", cash(`"${"9".repeat(400)}"`), "amount_too_large"],
    ["account.deposit", cash("1"), "invalid_params"],
    ["account.deposit", cash('"-1"'), "invalid_params"],
    ["account.deposit", cash('"+1"'), "invalid_params"],
    ["account.deposit", cash('"1.0"'), "invalid_params"],
    ["account.deposit", cash('"1e2"'), "invalid_params"],
    ["account.deposit", cash('"01"'), "invalid_params"],
    ["account.deposit", cash('" 1"'), "invalid_params"],
    ["account.deposit", cash('""'), "invalid_params"],
    ["account.deposit", cash('"NaN"'), "invalid_params"],
    ["account.deposit", cash('"Infinity"'), "invalid_params"],
    ["account.deposit", cash('"0x10"'), "invalid_params"],
    ["account.deposit", cash('"١"'), "invalid_params"],
    ["account.deposit", cash('"1\\n"'), "invalid_params"],
    ["account.withdraw", cash('"1"', `"${"k".repeat(64)}"`), "taken"],
    ["account.withdraw", cash('"1"', `"${"k".repeat(65)}"`), "invalid_params"],
    ["account.withdraw", cash('"1"', '""'), "invalid_params"],
    ["account.withdraw", cash('"1"', '"a b"'), "invalid_params"],
    ["account.withdraw", cash('"1"', '"ä"'), "invalid_params"],
    ["account.withdraw", cash('"1"', '"k\\n"'), "invalid_params"],
    ["account.transfer", transfer(""), "taken"],
    ["account.transfer", transfer(`"memo":"${"😀".repeat(140)}"`), "taken"],
    ["account.transfer", transfer(`"memo":"${"x".repeat(141)}"`), "invalid_params"],
    ["account.transfer", transfer('"memo":""'), "invalid_params"],
    ["account.transfer", transfer('"memo":"a\\tb"'), "invalid_params"],
    ["account.transfer", transfer('"memo":"a\\u0085b"'), "invalid_params"],
    ["account.transfer", transfer('"memo":"a\\u2028b"'), "invalid_params"],
    ["account.transfer", transfer('"memo":"a\\u202eb"'), "invalid_params"],
    ["account.transfer", transfer('"memo":"a\\u2066b"'), "invalid_params"],
    ["account.transfer", transfer('"memo":null'), "invalid_params"],
    ["account.transfer", transfer('"memo":"\\ud800"'), "parse_error"],
    ["account.history", "{}", "taken"],
    ["account.history", '{"limit":1}', "taken"],
    ["account.history", '{"limit":100}', "taken"],
    ["account.history", '{"limit":0}', "invalid_params"],
    ["account.history", '{"limit":101}', "invalid_params"],
    ["account.history", '{"limit":1.0}', "invalid_params"],
    ["account.history", '{"limit":"20"}', "invalid_params"],
    ["account.history", '{"before":"12"}', "taken"],
    ["account.history", '{"before":"012"}', "invalid_params"],
    ["account.history", '{"before":"9007199254740993"}', "invalid_params"],
    ["account.history", '{"until":"2026-02-28T23:59:59.999Z"}', "taken"],
    ["account.history", '{"until":"2026-02-29T00:00:00.000Z"}', "invalid_params"],
    ["account.history", '{"until":"2026-02-28T24:00:00.000Z"}', "invalid_params"],
    ["account.history", '{"until":"2026-02-28T23:59:59Z"}', "invalid_params"],
    ["account.history", '{"until":"2026-02-28T23:59:59.999+00:00"}', "invalid_params"],
    ["account.history", '{"until":"2026-02-28"}', "invalid_params"],
    ["auth.signUp", signUp("alice", "word"), "taken"],
    ["auth.signUp", signUp("", "word"), "bad_username"],
    ["auth.signUp", signUp("a b", "word"), "bad_username"],
    ["auth.signUp", signUp("x".repeat(33), "word"), "bad_username"],
    ["auth.signUp", signUp("alice", ""), "bad_password"],
    ["auth.signUp", signUp("alice", "x".repeat(129)), "bad_password"],
    ["auth.login", signUp("a b", ""), "taken"],
    ["auth.login", signUp("x".repeat(1024), "x".repeat(1024)), "taken"],
    ["auth.login", signUp("x".repeat(1025), "x"), "invalid_params"],
    ["auth.login", signUp("x", "x".repeat(1025)), "invalid_params"],
    ["auth.changePassword", '{"oldPassword":"a","newPassword":""}', "bad_password"],
  ] as const)("%s %s: %s", ([method, params, kind]) => {
    expect(kindOf(method, params)).toBe(kind);
  });

  it("for a history asks for 20 entries unless it says so", () => {
    const { call } = parseCall(callOf("account.history", "{}"));
    expect(call).toEqual({ method: "account.history", params: { limit: 20 } });
  });

  it("of any JSON or bytes is taken or answered, never more", () => {
    const params = fc.oneof(fc.json(), fc.constant("{}"));
    fc.assert(
      fc.property(fc.constantFrom(...METHODS), params, fc.uint8Array(), (method, text, bytes) => {
        answerOf(() => parseCall(callOf(method, text)));
        answerOf(() => parseCall(bytes));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("a reply", () => {
  it("of any JSON or bytes is taken or refused with one code", () => {
    const message = fc.oneof(fc.uint8Array(), fc.json().map(utf8));
    fc.assert(
      fc.property(message, fc.constantFrom(...METHODS), fc.json(), (bytes, method, result) => {
        const codes = [
          refusalOf(() => parseReply(bytes)),
          refusalOf(() => {
            const reply = parseReply(utf8(`{"jsonrpc":"2.0","id":1,"result":${result}}`));
            if (reply.type === "result") parseResult(METHOD_CODECS[method], reply.result);
          }),
        ];
        for (const code of codes) expect([null, "bad_reply"]).toContain(code);
      }),
      { numRuns: 500 },
    );
  });

  it("may be an error", () => {
    expect(parseReply(encodeError("a", { kind: "busy" }))).toEqual({
      type: "error",
      id: "a",
      kind: "busy",
    });
  });
});

describe("a notification", () => {
  it("comes back as it was written", () => {
    fc.assert(
      fc.property(notificationSample, (notification) => {
        expect(parseReply(encodeNotification(notification))).toEqual({
          type: "notification",
          notification,
        });
      }),
    );
  });

  it("of a kind that this client does not know is no error", () => {
    const news = utf8('{"jsonrpc":"2.0","method":"account.debited","params":{"a":[1]}}');
    expect(parseReply(news)).toEqual({ type: "unknown_notification" });
  });

  it("gives one of five reasons for an end", () => {
    fc.assert(
      fc.property(fc.oneof(reasonSample, fc.string()), (reason) => {
        const known = CLOSING_REASONS.some((each) => each === reason);
        const text = JSON.stringify({
          jsonrpc: "2.0",
          method: "session.closed",
          params: { reason },
        });
        expect(refusalOf(() => parseReply(utf8(text)))).toBe(known ? null : "bad_reply");
      }),
    );
  });
});

describe("a greeting", () => {
  it("comes back as it was written", () => {
    fc.assert(
      fc.property(greetingSample, (greeting) => {
        expect(parseGreeting(encodeGreeting(greeting))).toEqual(greeting);
      }),
    );
  });

  it("of any JSON or bytes is taken or refused with one code", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(utf8)), (bytes) => {
        expect(refusalOf(() => parseGreeting(bytes))).toBe("bad_reply");
      }),
    );
  });
});
