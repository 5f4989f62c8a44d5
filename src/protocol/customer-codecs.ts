/** How the parameters and the results of the customers' methods are written and read. */
import { checkUsername } from "../bank/credentials.ts";
import { LOGIN_TEXT_LENGTH_MAX } from "../bank/credentials.ts";
import type { Fields } from "./fields.ts";
import { givesListed } from "./listed.ts";
import type { Codecs } from "./method-codecs.ts";
import { HISTORY_LIMIT, HISTORY_LIMIT_MAX } from "./methods.ts";
import type { CashParams, CustomerMethod, EntryKind, HistoryEntry, Moved } from "./methods.ts";
import type { JsonSource } from "./rpc.ts";

const CODE_LENGTH_MAX = 64;
/** A name of 32 characters takes up to twelve for each in a URI. */
const URI_LENGTH_MAX = 1_024;

const ENTRY_KINDS: readonly EntryKind[] = [
  ...(["deposit", "withdrawal", "transfer_in", "transfer_out"] as const),
  ...(["adjustment_in", "adjustment_out"] as const),
];

const takesNothing = { encodeParams: (): JsonSource => ({}), parseParams: () => ({}) };
const givesNothing = { encodeResult: (): JsonSource => ({}), parseResult: () => ({}) };

const encodeCash = ({ amount, idempotencyKey }: CashParams) => ({
  amount: String(amount),
  idempotencyKey,
});

const parseCash = (fields: Fields): CashParams => ({
  amount: fields.amount("amount"),
  idempotencyKey: fields.idempotencyKey("idempotencyKey"),
});

const givesMoved = {
  encodeResult: ({ transactionId, balance }: Moved) => ({
    transactionId,
    balance: String(balance),
  }),
  parseResult: (fields: Fields): Moved => ({
    transactionId: fields.transactionId("transactionId"),
    balance: fields.balance("balance"),
  }),
};

const cash = { encodeParams: encodeCash, parseParams: parseCash, ...givesMoved };

/** A user name that is not new: accounts may be older than today's rules. */
const oldText = (fields: Fields, name: string): string => fields.text(name, LOGIN_TEXT_LENGTH_MAX);

const SESSION_ID = /^[0-9a-f]{32}$/;
const sessionId = (fields: Fields, name: string): string =>
  fields.textWhere(name, (id) => SESSION_ID.test(id));

const codeIn = (fields: Fields): string => fields.text("code", CODE_LENGTH_MAX);

const encodeEntry = (entry: HistoryEntry): JsonSource => ({
  transactionId: entry.transactionId,
  kind: entry.kind,
  amount: String(entry.amount),
  balance: String(entry.balance),
  at: entry.at,
  counterparty: entry.counterparty,
  memo: entry.memo,
});

/** Also for the thread that has read a page, which writes it there. */
export const givesHistory = givesListed("entries", encodeEntry, (entry) => entry.transactionId);

export const CUSTOMER_CODECS: Codecs<CustomerMethod> = {
  "auth.signUp": {
    encodeParams: ({ username, password }) => ({ username, password }),
    parseParams: (fields) => ({
      username: fields.textWhere(
        "username",
        (name) => checkUsername(name) === null,
        "bad_username",
      ),
      password: fields.newPassword("password"),
    }),
    encodeResult: ({ username }) => ({ username }),
    parseResult: (fields) => ({ username: oldText(fields, "username") }),
  },

  "auth.login": {
    encodeParams: ({ username, password, code }) => ({ username, password, code }),
    parseParams: (fields) => ({
      username: oldText(fields, "username"),
      password: oldText(fields, "password"),
      ...(fields.has("code") && { code: codeIn(fields) }),
    }),
    encodeResult: ({ username, roles, hasFactor, session }) => ({
      username,
      roles,
      hasFactor,
      session: {
        idleSeconds: session.idleSeconds,
        absoluteSeconds: session.absoluteSeconds,
        amountMax: String(session.amountMax),
        confirmAbove: String(session.confirmAbove),
      },
    }),
    parseResult(fields) {
      const session = fields.inner("session");
      return {
        username: oldText(fields, "username"),
        roles: fields.texts("roles"),
        hasFactor: fields.flag("hasFactor"),
        session: {
          idleSeconds: session.count("idleSeconds"),
          absoluteSeconds: session.count("absoluteSeconds"),
          amountMax: session.amount("amountMax"),
          confirmAbove: session.amount("confirmAbove"),
        },
      };
    },
  },

  "auth.logout": { ...takesNothing, ...givesNothing },
  "auth.logoutEverywhere": { ...takesNothing, ...givesNothing },

  "auth.confirm": {
    encodeParams: ({ password, code }) => ({ password, code }),
    parseParams: (fields) => ({
      password: oldText(fields, "password"),
      ...(fields.has("code") && { code: fields.text("code", CODE_LENGTH_MAX) }),
    }),
    encodeResult: ({ seconds }) => ({ seconds }),
    parseResult: (fields) => ({ seconds: fields.count("seconds") }),
  },

  "auth.changePassword": {
    encodeParams: (params) => ({
      oldPassword: params.oldPassword,
      newPassword: params.newPassword,
      code: params.code,
    }),
    parseParams: (fields) => ({
      oldPassword: oldText(fields, "oldPassword"),
      newPassword: fields.newPassword("newPassword"),
      ...(fields.has("code") && { code: codeIn(fields) }),
    }),
    ...givesNothing,
  },

  "auth.beginFactor": {
    encodeParams: ({ password }) => ({ password }),
    parseParams: (fields) => ({ password: oldText(fields, "password") }),
    encodeResult: ({ secret, uri }) => ({ secret, uri }),
    parseResult: (fields) => ({
      secret: fields.text("secret", CODE_LENGTH_MAX),
      uri: fields.text("uri", URI_LENGTH_MAX),
    }),
  },

  "auth.enrolFactor": {
    encodeParams: (params) => ({ code: params.code }),
    parseParams: (fields) => ({ code: codeIn(fields) }),
    encodeResult: ({ recoveryCodes }) => ({ recoveryCodes }),
    parseResult: (fields) => ({ recoveryCodes: fields.texts("recoveryCodes") }),
  },

  "auth.removeFactor": {
    encodeParams: (params) => ({ password: params.password, code: params.code }),
    parseParams: (fields) => ({ password: oldText(fields, "password"), code: codeIn(fields) }),
    ...givesNothing,
  },

  "account.balance": {
    ...takesNothing,
    encodeResult: ({ balance, available }) => ({
      balance: String(balance),
      available: String(available),
    }),
    parseResult: (fields) => ({
      balance: fields.balance("balance"),
      available: fields.balance("available"),
    }),
  },

  "account.deposit": cash,
  "account.withdraw": cash,

  "account.transfer": {
    encodeParams: (params) => ({ to: params.to, ...encodeCash(params), memo: params.memo }),
    parseParams: (fields) => ({
      to: oldText(fields, "to"),
      ...parseCash(fields),
      ...(fields.has("memo") && { memo: fields.memo("memo") }),
    }),
    ...givesMoved,
  },

  "account.history": {
    encodeParams: ({ before, until, limit }) => ({ before, until, limit }),
    parseParams: (fields) => ({
      ...(fields.has("before") && { before: fields.transactionId("before") }),
      ...(fields.has("until") && { until: fields.time("until") }),
      limit: fields.has("limit") ? fields.whole("limit", 1, HISTORY_LIMIT_MAX) : HISTORY_LIMIT,
    }),
    ...givesHistory,
    parseResult: (fields) => ({
      entries: fields.objects("entries").map(parseEntry),
      ...(fields.has("next") && { next: fields.transactionId("next") }),
    }),
  },

  "session.info": {
    encodeResult: (info) => ({
      username: info.username,
      roles: info.roles,
      hasFactor: info.hasFactor,
      protocol: info.protocol,
      fingerprint: info.fingerprint,
      idleSeconds: info.idleSeconds,
      absoluteSeconds: info.absoluteSeconds,
      startedAt: info.startedAt,
      terminal: info.terminal,
    }),
    parseResult: (fields) => ({
      username: fields.isNull("username") ? null : oldText(fields, "username"),
      roles: fields.texts("roles"),
      hasFactor: fields.flag("hasFactor"),
      protocol: fields.label("protocol"),
      fingerprint: fields.label("fingerprint"),
      idleSeconds: fields.count("idleSeconds"),
      absoluteSeconds: fields.count("absoluteSeconds"),
      startedAt: fields.time("startedAt"),
      terminal: fields.label("terminal"),
    }),
    ...takesNothing,
  },

  "session.list": {
    ...takesNothing,
    encodeResult: ({ current, sessions }) => ({
      current,
      sessions: sessions.map(({ session, terminal, protocol, startedAt, lastActiveAt }) => ({
        ...{ session, terminal, protocol, startedAt, lastActiveAt },
      })),
    }),
    parseResult: (fields) => ({
      current: sessionId(fields, "current"),
      sessions: fields.objects("sessions").map((listed) => ({
        session: sessionId(listed, "session"),
        terminal: listed.label("terminal"),
        protocol: listed.label("protocol"),
        startedAt: listed.time("startedAt"),
        lastActiveAt: listed.time("lastActiveAt"),
      })),
    }),
  },

  "session.end": {
    encodeParams: ({ session }) => ({ session }),
    parseParams: (fields) => ({ session: sessionId(fields, "session") }),
    ...givesNothing,
  },
};

const parseEntry = (fields: Fields): HistoryEntry => ({
  transactionId: fields.transactionId("transactionId"),
  kind: fields.oneOf("kind", ENTRY_KINDS),
  amount: fields.amount("amount"),
  balance: fields.balance("balance"),
  at: fields.time("at"),
  ...(fields.has("counterparty") && { counterparty: oldText(fields, "counterparty") }),
  ...(fields.has("memo") && { memo: fields.memo("memo") }),
});
