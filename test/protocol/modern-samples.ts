/** One of everything that the modern protocol can say, as fast-check draws it. */
import fc from "fast-check";
import { checkPassword, checkUsername } from "../../src/bank/credentials.ts";
import { AMOUNT_CENTS_MAX, BALANCE_CENTS_MAX, cents } from "../../src/bank/money.ts";
import { ROLES } from "../../src/bank/standing.ts";
import type { OperatorMethod } from "../../src/protocol/operator-methods.ts";
import type { Greeting } from "../../src/protocol/greeting.ts";
import { isMemo } from "../../src/protocol/fields.ts";
import type { EntryKind, Method, Params, Result } from "../../src/protocol/methods.ts";
import { CLOSING_REASONS, EXPIRY_LIMITS } from "../../src/protocol/notifications.ts";
import type { Notification } from "../../src/protocol/notifications.ts";
import type { RpcId } from "../../src/protocol/rpc-error.ts";

export const idSample: fc.Arbitrary<RpcId> = fc.oneof(
  fc.maxSafeInteger().map((number) => number + 0), // No minus zero, which JSON does not write.
  fc.string({ unit: "grapheme", maxLength: 20 }).filter((text) => text.length <= 64),
);

const word = (...characters: string[]) => fc.constantFrom(...characters);
const username = fc
  .string({ unit: word(..."abcABC019._-@+éß日"), minLength: 1, maxLength: 32 })
  .filter((name) => checkUsername(name) === null);
const password = fc
  .string({ unit: "binary", minLength: 1, maxLength: 128 })
  .filter((text) => checkPassword(text) === null);
const code = fc.string({ maxLength: 64 });
const text = fc.string({ unit: "grapheme", maxLength: 20 });
const amount = fc.integer({ min: 1, max: AMOUNT_CENTS_MAX }).map(cents);
const balance = fc.integer({ min: 0, max: BALANCE_CENTS_MAX }).map(cents);
const transactionId = fc.nat(Number.MAX_SAFE_INTEGER).map(String);
const idempotencyKey = fc.string({ unit: word(..."azAZ09_-"), minLength: 1, maxLength: 64 });
const memo = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }).filter(isMemo);
const time = fc
  .date({
    min: new Date("0000-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59.999Z"),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString());
const seconds = fc.nat();
const sessionId = fc.string({ unit: word(..."0123456789abcdef"), minLength: 32, maxLength: 32 });
const nothing = fc.constant({});

const cash = fc.record({ amount, idempotencyKey });
const moved = fc.record({ transactionId, balance });
const kind = fc.constantFrom<EntryKind>(
  ...(["deposit", "withdrawal", "transfer_in", "transfer_out"] as const),
  ...(["adjustment_in", "adjustment_out"] as const),
);

const entryFields = {
  transactionId,
  kind,
  amount,
  balance,
  at: time,
  counterparty: username,
  memo,
};
const entry = fc.record(entryFields, {
  requiredKeys: ["transactionId", "kind", "amount", "balance", "at"],
});

const roles = fc
  .subarray([...ROLES], { minLength: 1 })
  .map((some) => ROLES.filter((role) => some.includes(role)));
const signed = fc
  .tuple(amount, fc.boolean())
  .map(([size, isDebit]) => cents(isDebit ? -size : size));
const flag = fc.boolean();
const user = { username, roles, disabled: flag, hasFactor: flag, locked: flag };
const named = fc.record({ username });
const proposal = transactionId;
const proposing = fc.record({ proposal });
const adjusted = fc.oneof(moved, proposing);

const sessionLine = fc.record({
  ...{ number: transactionId, session: sessionId, username, roles, terminal: text, protocol: text },
  ...{ startedAt: time, lastActiveAt: time },
});
const auditLine = fc.record(
  {
    ...{ sequence: transactionId, at: time, who: text, action: text, outcome: text, origin: text },
    ...{ amount: fc.maxSafeInteger().map((value) => cents(value + 0)), transactionId },
    object: text,
  },
  { requiredKeys: ["sequence", "at", "who", "action", "outcome", "origin"] },
);

const OPERATOR_SAMPLES: Pick<Samples, OperatorMethod> = {
  "admin.users": {
    params: fc.record(
      { after: username, limit: fc.integer({ min: 1, max: 50 }) },
      { requiredKeys: ["limit"] },
    ),
    result: fc.record(
      { users: fc.array(fc.record(user), { maxLength: 5 }), next: username },
      { requiredKeys: ["users"] },
    ),
  },
  "admin.show": { params: named, result: fc.record({ ...user, balance }) },
  "admin.lock": { params: named, result: nothing },
  "admin.unlock": { params: named, result: nothing },
  "admin.disable": { params: named, result: nothing },
  "admin.enable": { params: named, result: nothing },
  "admin.resetFactor": { params: named, result: nothing },
  "admin.setRoles": { params: fc.record({ username, roles }), result: nothing },
  "admin.adjust": {
    params: fc.record({ username, amount: signed, reason: memo, idempotencyKey }),
    result: adjusted,
  },
  "admin.proposals": {
    params: nothing,
    result: fc.record({
      proposals: fc.array(
        fc.record({ proposal, username, amount: signed, reason: memo, proposer: username }),
        { maxLength: 5 },
      ),
    }),
  },
  "admin.approve": { params: proposing, result: adjusted },
  "admin.reject": { params: proposing, result: nothing },
  "admin.sessions": {
    params: fc.record(
      { username, before: transactionId, limit: fc.integer({ min: 1, max: 50 }) },
      { requiredKeys: ["limit"] },
    ),
    result: fc.record(
      { sessions: fc.array(sessionLine, { maxLength: 5 }), next: transactionId },
      { requiredKeys: ["sessions"] },
    ),
  },
  "admin.endSession": { params: fc.record({ session: sessionId }), result: nothing },
  "audit.list": {
    params: fc.record(
      { before: transactionId, limit: fc.integer({ min: 1, max: 50 }) },
      { requiredKeys: ["limit"] },
    ),
    result: fc.record(
      { entries: fc.array(auditLine, { maxLength: 5 }), next: transactionId },
      { requiredKeys: ["entries"] },
    ),
  },
};

type Samples = {
  readonly [M in Method]: {
    readonly params: fc.Arbitrary<Params<M>>;
    readonly result: fc.Arbitrary<Result<M>>;
  };
};

export const SAMPLES: Samples = {
  ...OPERATOR_SAMPLES,
  "auth.signUp": {
    params: fc.record({ username, password }),
    result: fc.record({ username }),
  },
  "auth.login": {
    params: fc.record({ username, password, code }, { requiredKeys: ["username", "password"] }),
    result: fc.record({
      username,
      roles: fc.array(text),
      hasFactor: fc.boolean(),
      session: fc.record({
        ...{ idleSeconds: seconds, absoluteSeconds: seconds },
        ...{ amountMax: amount, confirmAbove: amount },
      }),
    }),
  },
  "auth.logoutEverywhere": { params: nothing, result: nothing },
  "auth.confirm": {
    params: fc.record(
      { password, code: fc.string({ maxLength: 64 }) },
      { requiredKeys: ["password"] },
    ),
    result: fc.record({ seconds }),
  },
  "auth.logout": { params: nothing, result: nothing },
  "auth.changePassword": {
    params: fc.record(
      { oldPassword: password, newPassword: password, code },
      { requiredKeys: ["oldPassword", "newPassword"] },
    ),
    result: nothing,
  },
  "auth.beginFactor": {
    params: fc.record({ password }),
    result: fc.record({ secret: code, uri: text }),
  },
  "auth.enrolFactor": {
    params: fc.record({ code }),
    result: fc.record({ recoveryCodes: fc.array(code) }),
  },
  "auth.removeFactor": { params: fc.record({ password, code }), result: nothing },
  "account.balance": {
    params: nothing,
    result: fc.record({ balance, available: balance }),
  },
  "account.deposit": { params: cash, result: moved },
  "account.withdraw": { params: cash, result: moved },
  "account.transfer": {
    params: fc.record(
      { amount, idempotencyKey, to: username, memo },
      { requiredKeys: ["amount", "idempotencyKey", "to"] },
    ),
    result: moved,
  },
  "account.history": {
    params: fc.record(
      { before: transactionId, until: time, limit: fc.integer({ min: 1, max: 100 }) },
      { requiredKeys: ["limit"] },
    ),
    result: fc.record(
      { entries: fc.array(entry, { maxLength: 5 }), next: transactionId },
      { requiredKeys: ["entries"] },
    ),
  },
  "session.info": {
    params: nothing,
    result: fc.record({
      username: fc.option(username),
      roles: fc.array(text),
      hasFactor: fc.boolean(),
      protocol: text,
      fingerprint: text,
      idleSeconds: seconds,
      absoluteSeconds: seconds,
      startedAt: time,
      terminal: text,
    }),
  },
  "session.list": {
    params: nothing,
    result: fc.record({
      current: sessionId,
      sessions: fc.array(
        fc.record({
          ...{ session: sessionId, terminal: text, protocol: text },
          ...{ startedAt: time, lastActiveAt: time },
        }),
      ),
    }),
  },
  "session.end": { params: fc.record({ session: sessionId }), result: nothing },
};

export const METHODS = Object.keys(SAMPLES) as Method[];

export const reasonSample = fc.constantFrom(...CLOSING_REASONS);

export const notificationSample: fc.Arbitrary<Notification> = fc.oneof(
  fc.record({
    method: fc.constant("session.closed" as const),
    params: fc.record({ reason: reasonSample }),
  }),
  fc.record({
    method: fc.constant("session.expiring" as const),
    params: fc.record({ seconds, limit: fc.constantFrom(...EXPIRY_LIMITS) }),
  }),
  fc.record({
    method: fc.constant("account.credited" as const),
    params: fc.record(
      { transactionId, amount, balance, from: username, memo },
      { requiredKeys: ["transactionId", "amount", "balance", "from"] },
    ),
  }),
);

export const greetingSample: fc.Arbitrary<Greeting> = fc.record({
  bank: text,
  version: text,
  time,
  limits: fc.record({
    requestsInFlight: fc.nat(),
    frameBytes: fc.nat(),
    amountMax: amount,
    historyLimit: fc.nat(),
    passwordCharsMin: fc.option(fc.record({ alone: fc.nat(), withFactor: fc.nat() })),
  }),
});
