/** What `secure-atm admin` tells people of the bank's answers. */

import { escapeField } from "../bank/audit.ts";
import { formatDollars } from "../bank/money.ts";
import type { Result } from "../protocol/methods.ts";
import type {
  AuditLine,
  OperatorMethod,
  SessionLine,
  UserLine,
} from "../protocol/operator-methods.ts";

const texts: { readonly [M in OperatorMethod]: (result: Result<M>) => string[] } = {
  "admin.users": ({ users, next }) => [
    ...users.map(userLine),
    ...(next === undefined ? [] : [`More: admin users ${next}`]),
  ],
  "admin.show": (user) => [userLine(user), `Balance: ${formatDollars(user.balance)}`],
  "admin.lock": () => ["Locked: nobody logs in until unlock. Sessions that run go on."],
  "admin.unlock": () => ["Unlocked: wrong passwords are forgotten."],
  "admin.disable": () => ["Switched off."],
  "admin.enable": () => ["Switched on."],
  "admin.resetFactor": () => ["The second factor is taken away."],
  "admin.setRoles": () => ["The roles are set, and count from the next login on."],
  "admin.adjust": adjustedLines,
  "admin.proposals": ({ proposals }) =>
    proposals.length === 0
      ? ["Nothing waits for a second person."]
      : proposals.map(({ proposal, username, amount, reason, proposer }) =>
          [proposal, username, formatDollars(amount), `"${reason}"`, `by ${proposer}`].join("  "),
        ),
  "admin.approve": adjustedLines,
  "admin.reject": () => ["Rejected: nothing is posted."],
  "admin.sessions": ({ sessions, next }) =>
    sessions.length === 0
      ? ["Nobody is logged in."]
      : [...sessions.map(sessionLine), ...moreBefore(next)],
  "admin.endSession": () => ["The session is ended."],
  "audit.list": ({ entries, next }) => [...entries.map(auditLine), ...moreBefore(next)],
};

/** One line or more. Whoever they tell of may have chosen the words: none steers the terminal. */
export const adminLines = <M extends OperatorMethod>(method: M, result: Result<M>): string[] =>
  texts[method](result).map(escapeField);

function adjustedLines(result: Result<"admin.adjust">): string[] {
  if ("proposal" in result) {
    return [`Proposed as ${result.proposal}: another administrator has to approve it.`];
  }
  const balance = formatDollars(result.balance);
  return [`Adjusted. Balance: ${balance} (transaction ${result.transactionId})`];
}

const userLine = ({ username, roles, disabled, hasFactor, locked }: UserLine): string =>
  [
    ...[username, roles.join("+")],
    ...(disabled ? ["OFF"] : []),
    ...(locked ? ["LOCKED OUT"] : []),
    hasFactor ? "two factors" : "no second factor",
  ].join("  ");

const moreBefore = (next: string | undefined): string[] =>
  next === undefined ? [] : [`More: --before ${next}`];

function sessionLine({ session, username, terminal, protocol, ...times }: SessionLine): string {
  const { startedAt, lastActiveAt } = times;
  const line = [session, username, `at ${terminal}`, protocol];
  return [...line, `since ${startedAt}`, `last active ${lastActiveAt}`].join("  ");
}

function auditLine(entry: AuditLine): string {
  const { sequence, at, origin, who, action, outcome, object, amount, transactionId } = entry;
  const more = [
    ...(object === undefined ? [] : [`on ${object}`]),
    ...(amount === undefined ? [] : [formatDollars(amount)]),
    ...(transactionId === undefined ? [] : [`transaction ${transactionId}`]),
  ];
  return [sequence, at, origin, `"${who}"`, action, outcome, ...more].join("  ");
}
