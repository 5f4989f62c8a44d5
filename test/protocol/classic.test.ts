/** The classic messages: what is taken, what is refused and with which code, and what is sealed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AMOUNT_CENTS_MAX, cents, dollars } from "../../src/bank/money.ts";
import type { Ciphers } from "../../src/protocol/ciphers.ts";
import { formatReply, parseReply } from "../../src/protocol/classic-replies.ts";
import type { Reply } from "../../src/protocol/classic-replies.ts";
import {
  encodeHello,
  encodeRequest,
  openEnvelope,
  openReply,
  parseEnvelope,
  parseHello,
  parseRequest,
  sealReply,
  sealRequest,
} from "../../src/protocol/classic.ts";
import type { Envelope, Request } from "../../src/protocol/classic.ts";
import { describe as textOf, PROTOCOL_ERROR_CODES } from "../../src/protocol/error.ts";
import { deriveSessionKeys } from "../../src/protocol/session-keys.ts";
import { CIPHER_SETS, toHex, utf8 } from "../ciphers/cipher-sets.ts";
import { refusalOf } from "./refusal.ts";

const NOW = 1_700_000_000;
const DEPOSIT: Request = { action: "deposit", amount: dollars(100) };

describe("a hello", () => {
  it.for([
    ['{"action":"signup","username":"alice","password":"SecurePass123"}', null],
    ['{"password":"p","username":"a.b_c-d@e+f","action":"signup"}', null],
    ['{"action":"signup","username":"名前","password":"\\u0000"}', null],
    ['{"action":"login","username":"7 seas\\t!","password":""}', null], // An old name.
    ['{"action":"deposit","username":"alice","password":"p"}', "unknown_action"],
    ['{"action":"LOGIN","username":"alice","password":"p"}', "unknown_action"],
    ['{"action":"__proto__","username":"alice","password":"p"}', "unknown_action"],
    ['{"action":1,"username":"alice","password":"p"}', "wrong_type"],
    ['{"username":"alice","password":"p"}', "missing_field"],
    ['{"action":"login","password":"p"}', "missing_field"],
    ['{"action":"login","username":"alice"}', "missing_field"],
    ['{"action":"login","username":"alice","password":"p","role":"admin"}', "unknown_field"],
    ['{"action":"login","username":"a","username":"b","password":"p"}', "bad_json"],
    ['{"action":"login","username":7,"password":"p"}', "wrong_type"],
    ['{"action":"login","username":null,"password":"p"}', "wrong_type"],
    ['{"action":"login","username":"a","password":true}', "wrong_type"],
    ['{"action":"login","username":["a"],"password":"p"}', "bad_json"],
    ['{"action":"login","username":"\\ud800","password":"p"}', "bad_json"],
    ['{"action":"signup","username":"","password":"p"}', "bad_username"],
    ['{"action":"signup","username":"a b","password":"p"}', "bad_username"],
    ['{"action":"signup","username":"a\\tFORGED","password":"p"}', "bad_username"],
    ['{"action":"signup","username":"e\\u0301","password":"p"}', "bad_username"],
    ['{"action":"signup","username":"a","password":""}', "bad_password"],
    [`{"action":"signup","username":"${"a".repeat(33)}","password":"p"}`, "bad_username"],
    [`{"action":"signup","username":"a","password":"${"p".repeat(129)}"}`, "bad_password"],
    [`{"action":"login","username":"${"a".repeat(1024)}","password":"p"}`, null],
    [`{"action":"login","username":"${"a".repeat(1025)}","password":"p"}`, "bad_username"],
    [`{"action":"login","username":"a","password":"${"p".repeat(1025)}"}`, "bad_password"],
  ] as const)("%s: %s", ([text, code]) => {
    expect(refusalOf(() => parseHello(utf8(text)))).toBe(code);
  });

  it("comes back as it went", () => {
    const text = fc.string({ unit: "binary" }).map((value) => value.toWellFormed());
    fc.assert(
      fc.property(text, text, (username, password) => {
        const hello = { action: "login", username, password } as const;
        expect(parseHello(encodeHello(hello))).toEqual(hello);
      }),
    );
  });
});

describe("a request", () => {
  it.for([
    ['{"action":"deposit","amount":1}', { action: "deposit", amount: 100 }],
    ['{"action":"withdraw","amount":1000000}', { action: "withdraw", amount: AMOUNT_CENTS_MAX }],
    ['{"action":"balance"}', { action: "balance" }],
    ['{"action":"balance","amount":null}', { action: "balance" }],
    ['{"action":"balance","amount":""}', { action: "balance" }],
    ['{"action":"balance","amount":0}', { action: "balance" }],
    ['{"action":"balance","amount":99999999999999999999}', { action: "balance" }],
  ] as const)("%s is taken", ([text, request]) => {
    expect(parseRequest(utf8(text))).toEqual(request);
  });

  it.for([
    ['{"action":"deposit","amount":1000001}', "amount_too_large"],
    ['{"action":"deposit","amount":0}', "bad_amount"],
    ['{"action":"deposit","amount":-5}', "bad_amount"],
    ['{"action":"deposit","amount":0.5}', "bad_amount"],
    ['{"action":"deposit","amount":1.0}', "bad_amount"],
    ['{"action":"deposit","amount":1e2}', "bad_amount"],
    ['{"action":"deposit","amount":"5"}', "wrong_type"],
    ['{"action":"deposit","amount":true}', "wrong_type"],
    ['{"action":"deposit","amount":null}', "wrong_type"],
    ['{"action":"deposit"}', "missing_field"],
    ['{"action":"balance","amount":"5"}', "bad_amount"],
    ['{"action":"balance","amount":true}', "bad_amount"],
    ['{"action":"balance","amount":-1}', "bad_amount"],
    ['{"action":"balance","amount":1.5}', "bad_amount"],
    ['{"action":"balance","user":"bob"}', "unknown_field"],
    ['{"action":"x"}', "unknown_action"],
    ['{"amount":5}', "missing_field"],
    ["[]", "bad_json"],
  ] as const)("%s is refused: %s", ([text, code]) => {
    expect(refusalOf(() => parseRequest(utf8(text)))).toBe(code);
  });

  it("has no way to ask for cents", () => {
    expect(() => encodeRequest({ action: "deposit", amount: cents(150) })).toThrow(RangeError);
  });
});

describe("an envelope", () => {
  const mac = "0123456789abcdef".repeat(4);

  it("is a payload and a MAC of 64 lower-case hex digits", () => {
    expect(parseEnvelope(utf8(`{"mac":"${mac}","payload":"x"}`))).toEqual({ payload: "x", mac });
  });

  it.for([
    [`{"payload":"x","mac":"${mac.toUpperCase()}"}`, "bad_mac"],
    [`{"payload":"x","mac":"${mac.slice(1)}"}`, "bad_mac"],
    [`{"payload":"x","mac":"${mac}0"}`, "bad_mac"],
    [`{"payload":"x","mac":"${mac}\\n"}`, "bad_mac"],
    ['{"payload":"x","mac":5}', "bad_mac"],
    ['{"payload":"x"}', "missing_field"],
    [`{"payload":7,"mac":"${mac}"}`, "wrong_type"],
    [`{"payload":"x","mac":"${mac}","seq":1}`, "unknown_field"],
  ] as const)("%s is refused: %s", ([text, code]) => {
    expect(refusalOf(() => parseEnvelope(utf8(text)))).toBe(code);
  });
});

describe("a reply", () => {
  it.for<[string, Reply]>([
    [
      "Deposited $100. New Balance: $250",
      { type: "deposited", amount: dollars(100), balance: dollars(250) },
    ],
    [
      "Withdrew $50. New Balance: $200",
      { type: "withdrew", amount: dollars(50), balance: dollars(200) },
    ],
    ["Withdrew $0.50. New Balance: $0", { type: "withdrew", amount: cents(50), balance: cents(0) }],
    [
      "Deposited $1. New Balance: $250.05",
      { type: "deposited", amount: dollars(1), balance: cents(25_005) },
    ],
    ["Current Balance: $300", { type: "balance", balance: dollars(300) }],
    ["Current Balance: $250.50", { type: "balance", balance: cents(25_050) }],
    ["Current Balance: -$1", { type: "balance", balance: dollars(-1) }],
    ["Insufficient funds", { type: "insufficient_funds" }],
    ["MAC verification failed", { type: "mac_failed" }],
    ["Invalid request: x", { type: "invalid_request", detail: "x" }],
    ["Replay rejected: y", { type: "replay_rejected", detail: "y" }],
    ["Service busy: ", { type: "busy", detail: "" }],
  ])("%s, both ways", ([text, reply]) => {
    expect(formatReply(reply)).toBe(text);
    expect(parseReply(text)).toEqual(reply);
  });

  it.for([
    "",
    "insufficient funds",
    "Insufficient funds ",
    "Deposited $100",
    "Deposited 100. New Balance: $250",
    "Deposited $1.5. New Balance: $250",
    "Deposited $1e9. New Balance: $250",
    "Deposited -$1. New Balance: $250",
    "Deposited $1. New Balance: $250\n",
    "Current Balance: $",
    "Current Balance: $300.00",
    "Current Balance: NaN",
    "Invalid request",
    '{"action": "deposit", "amount": 100}',
  ])("is not %j", (text) => {
    expect(refusalOf(() => parseReply(text))).toBe("bad_reply");
  });
});

describe("the texts of the refusals", () => {
  it("are short, plain, and none begins another, so that a client can tell where one ends", () => {
    const texts = PROTOCOL_ERROR_CODES.map(textOf);
    for (const text of texts) {
      expect(text).toMatch(/^[ -~]{10,80}$/);
      expect(texts.filter((other) => other.startsWith(text))).toEqual([text]);
    }
  });
});

describe.for(CIPHER_SETS)("sealing on %s", ([, ciphers]) => {
  const keys = deriveSessionKeys(ciphers, new Uint8Array(32).fill(1));
  const others = deriveSessionKeys(ciphers, new Uint8Array(32).fill(2));
  const envelope = parseEnvelope(sealRequest(ciphers, keys, DEPOSIT, NOW));
  const open = (sealed: Envelope, at = NOW) => openEnvelope(ciphers, keys, sealed, at);

  it("opens what it sealed, both ways", () => {
    expect(parseRequest(open(envelope).plaintext)).toEqual(DEPOSIT);
    const reply: Reply = { type: "busy", detail: "später" };
    const token = sealReply(ciphers, keys, formatReply(reply), NOW);
    expect(openReply(keys, token, NOW).reply).toEqual(reply);
  });

  it("gives a token its own tag, which no other has", () => {
    const tags = Array.from({ length: 100 }, () =>
      toHex(open(parseEnvelope(sealRequest(ciphers, keys, DEPOSIT, NOW))).tag),
    );
    expect(new Set(tags).size).toBe(100);
  });

  it.for([
    [-61, "future_token"],
    [-60, null],
    [60, null],
    [61, "stale_token"],
    [365 * 86_400, "stale_token"],
  ] as const)("after %i s refuses with %s", ([seconds, code]) => {
    expect(refusalOf(() => open(envelope, NOW + seconds))).toBe(code);
  });

  it("refuses a request under other keys, and a changed one", () => {
    const foreign = parseEnvelope(sealRequest(ciphers, others, DEPOSIT, NOW));
    expect(refusalOf(() => open(foreign))).toBe("bad_mac");
    const payload = envelope.payload.replace(/.$/, (last) => (last === "=" ? "A" : "="));
    expect(refusalOf(() => open({ ...envelope, payload }))).toBe("bad_mac");
    expect(refusalOf(() => open({ ...envelope, payload: `${envelope.payload}é` }))).toBe(
      "bad_token",
    );
  });

  it("refuses a request sent back as a reply", () => {
    expect(refusalOf(() => openReply(keys, envelope.payload, NOW))).toBe("bad_reply");
  });

  it("compares MACs in constant time, and decrypts nothing after a wrong one", () => {
    let decryptions = 0;
    const comparisons: boolean[] = [];
    const spy: Ciphers = {
      ...ciphers,
      importCbcKey(raw) {
        const key = ciphers.importCbcKey(raw);
        return {
          ...key,
          decrypt(iv, cipher) {
            decryptions++;
            return key.decrypt(iv, cipher);
          },
        };
      },
      equal(a, b) {
        comparisons.push(ciphers.equal(a, b));
        return comparisons.at(-1)!;
      },
    };
    const spied = deriveSessionKeys(spy, new Uint8Array(32).fill(1));
    openEnvelope(spy, spied, envelope, NOW);
    expect([decryptions, comparisons]).toEqual([1, [true, true]]);
    for (const mac of ["0".repeat(64), "", envelope.mac.slice(2)]) {
      expect(refusalOf(() => openEnvelope(spy, spied, { ...envelope, mac }, NOW))).toBe("bad_mac");
    }
    expect([decryptions, comparisons]).toEqual([1, [true, true, false, false, false]]);
  });
});

describe("random bytes", () => {
  it("are refused by every parser, with nothing but its refusal", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(utf8)), (bytes) => {
        for (const parse of [parseHello, parseEnvelope, parseRequest]) {
          expect(refusalOf(() => parse(bytes))).not.toBeNull();
        }
      }),
      { numRuns: 500 },
    );
  });
});
