/** How the parameters and the results of the operators' methods are written and read. */

import { ROLES, type Role } from "../bank/standing.ts";
import { LOGIN_TEXT_LENGTH_MAX } from "../bank/credentials.ts";
import type { Fields } from "./fields.ts";
import { givesListed } from "./listed.ts";
import type { Codecs } from "./method-codecs.ts";
import {
  LINES_LIMIT,
  LINES_LIMIT_MAX,
  USERS_LIMIT,
  USERS_LIMIT_MAX,
  type Adjusted,
  type AuditLine,
  type OperatorMethod,
  type ProposalLine,
  type SessionLine,
  type UserLine,
} from "./operator-methods.ts";
import type { JsonSource } from "./rpc.ts";

const takesNothing = { encodeParams: (): JsonSource => ({}), parseParams: () => ({}) };
const givesNothing = { encodeResult: (): JsonSource => ({}), parseResult: () => ({}) };

const nameIn = (fields: Fields): string => fields.text("username", LOGIN_TEXT_LENGTH_MAX);

const takesName = {
  encodeParams: ({ username }: { readonly username: string }) => ({ username }),
  parseParams: (fields: Fields) => ({ username: nameIn(fields) }),
};

const takesProposal = {
  encodeParams: ({ proposal }: { readonly proposal: string }) => ({ proposal }),
  parseParams: (fields: Fields) => ({ proposal: fields.transactionId("proposal") }),
};

const encodeUser = ({ username, roles, disabled, hasFactor, locked }: UserLine) => ({
  ...{ username, roles, disabled, hasFactor, locked },
});

const parseUser = (fields: Fields): UserLine => ({
  username: nameIn(fields),
  roles: parseRoles(fields),
  disabled: fields.flag("disabled"),
  hasFactor: fields.flag("hasFactor"),
  locked: fields.flag("locked"),
});

/** One or more of the roles, each once. */
function parseRoles(fields: Fields): Role[] {
  const roles = fields.words("roles", ROLES);
  return ROLES.filter((role) => roles.includes(role));
}

const parseProposal = (fields: Fields): ProposalLine => ({
  proposal: fields.transactionId("proposal"),
  username: nameIn(fields),
  amount: fields.signedAmount("amount"),
  reason: fields.memo("reason"),
  proposer: fields.text("proposer", LOGIN_TEXT_LENGTH_MAX),
});

const SESSION_ID = /^[0-9a-f]{32}$/;
const sessionIn = (fields: Fields): string =>
  fields.textWhere("session", (id) => SESSION_ID.test(id));

/** Where a page of lines begins, and how long it is. */
const parsePage = (fields: Fields) => ({
  ...(fields.has("before") && { before: fields.transactionId("before") }),
  limit: fields.has("limit") ? fields.whole("limit", 1, LINES_LIMIT_MAX) : LINES_LIMIT,
});

const nextIn = (fields: Fields) => ({
  ...(fields.has("next") && { next: fields.transactionId("next") }),
});

const encodeSession = (line: SessionLine) => ({
  ...{ number: line.number, session: line.session, username: line.username, roles: line.roles },
  ...{ terminal: line.terminal, protocol: line.protocol },
  ...{ startedAt: line.startedAt, lastActiveAt: line.lastActiveAt },
});

const parseSession = (fields: Fields): SessionLine => ({
  number: fields.transactionId("number"),
  session: sessionIn(fields),
  username: nameIn(fields),
  roles: fields.texts("roles"),
  terminal: fields.label("terminal"),
  protocol: fields.label("protocol"),
  startedAt: fields.time("startedAt"),
  lastActiveAt: fields.time("lastActiveAt"),
});

const encodeAudit = ({ amount, ...line }: AuditLine) => ({
  ...{ sequence: line.sequence, at: line.at, who: line.who, action: line.action },
  ...{ outcome: line.outcome, origin: line.origin },
  amount: amount === undefined ? undefined : String(amount),
  ...{ transactionId: line.transactionId, object: line.object },
});

const parseAudit = (fields: Fields): AuditLine => ({
  sequence: fields.transactionId("sequence"),
  at: fields.time("at"),
  who: fields.label("who"),
  action: fields.label("action"),
  outcome: fields.label("outcome"),
  origin: fields.label("origin"),
  ...(fields.has("amount") && { amount: fields.anyAmount("amount") }),
  ...(fields.has("transactionId") && { transactionId: fields.transactionId("transactionId") }),
  ...(fields.has("object") && { object: fields.label("object") }),
});

const givesAdjusted = {
  encodeResult: (result: Adjusted): JsonSource =>
    "proposal" in result
      ? { proposal: result.proposal }
      : { transactionId: result.transactionId, balance: String(result.balance) },
  parseResult: (fields: Fields): Adjusted =>
    fields.has("proposal")
      ? { proposal: fields.transactionId("proposal") }
      : {
          transactionId: fields.transactionId("transactionId"),
          balance: fields.balance("balance"),
        },
};

export const OPERATOR_CODECS: Codecs<OperatorMethod> = {
  "admin.users": {
    encodeParams: ({ after, limit }) => ({ after, limit }),
    parseParams: (fields) => ({
      ...(fields.has("after") && { after: fields.text("after", LOGIN_TEXT_LENGTH_MAX) }),
      limit: fields.has("limit") ? fields.whole("limit", 1, USERS_LIMIT_MAX) : USERS_LIMIT,
    }),
    encodeResult: ({ users, next }) => ({ users: users.map(encodeUser), next }),
    parseResult: (fields) => ({
      users: fields.objects("users").map(parseUser),
      ...(fields.has("next") && { next: fields.text("next", LOGIN_TEXT_LENGTH_MAX) }),
    }),
  },

  "admin.show": {
    ...takesName,
    encodeResult: (user) => ({ ...encodeUser(user), balance: String(user.balance) }),
    parseResult: (fields) => ({ ...parseUser(fields), balance: fields.balance("balance") }),
  },

  "admin.lock": { ...takesName, ...givesNothing },
  "admin.unlock": { ...takesName, ...givesNothing },
  "admin.disable": { ...takesName, ...givesNothing },
  "admin.enable": { ...takesName, ...givesNothing },
  "admin.resetFactor": { ...takesName, ...givesNothing },

  "admin.setRoles": {
    encodeParams: ({ username, roles }) => ({ username, roles }),
    parseParams: (fields) => ({ username: nameIn(fields), roles: parseRoles(fields) }),
    ...givesNothing,
  },

  "admin.adjust": {
    encodeParams: ({ username, amount, reason, idempotencyKey }) => ({
      ...{ username, amount: String(amount), reason, idempotencyKey },
    }),
    parseParams: (fields) => ({
      username: nameIn(fields),
      amount: fields.signedAmount("amount"),
      reason: fields.memo("reason"),
      idempotencyKey: fields.idempotencyKey("idempotencyKey"),
    }),
    ...givesAdjusted,
  },

  "admin.proposals": {
    ...takesNothing,
    encodeResult: ({ proposals }) => ({
      proposals: proposals.map(({ proposal, username, amount, reason, proposer }) => ({
        ...{ proposal, username, amount: String(amount), reason, proposer },
      })),
    }),
    parseResult: (fields) => ({ proposals: fields.objects("proposals").map(parseProposal) }),
  },

  "admin.approve": { ...takesProposal, ...givesAdjusted },
  "admin.reject": { ...takesProposal, ...givesNothing },

  "admin.sessions": {
    encodeParams: ({ username, before, limit }) => ({ username, before, limit }),
    parseParams: (fields) => ({
      ...(fields.has("username") && { username: nameIn(fields) }),
      ...parsePage(fields),
    }),
    ...givesListed("sessions", encodeSession, (line) => line.number),
    parseResult: (fields) => ({
      sessions: fields.objects("sessions").map(parseSession),
      ...nextIn(fields),
    }),
  },

  "admin.endSession": {
    encodeParams: ({ session }) => ({ session }),
    parseParams: (fields) => ({ session: sessionIn(fields) }),
    ...givesNothing,
  },

  "audit.list": {
    encodeParams: ({ before, limit }) => ({ before, limit }),
    parseParams: parsePage,
    ...givesListed("entries", encodeAudit, (line) => line.sequence),
    parseResult: (fields) => ({
      entries: fields.objects("entries").map(parseAudit),
      ...nextIn(fields),
    }),
  },
};
