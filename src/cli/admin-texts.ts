/** What `secure-atm admin` tells people of the bank's answers. */

import { formatDollars } from "../bank/money.ts";
import type { Result } from "../protocol/methods.ts";
import type { OperatorMethod, UserLine } from "../protocol/operator-methods.ts";

const texts: { readonly [M in OperatorMethod]: (result: Result<M>) => string[] } = {
  "admin.users": ({ users, next }) => [
    ...users.map(userLine),
    ...(next === undefined ? [] : [`More: admin users ${next}`]),
  ],
  "admin.show": (user) => [userLine(user), `Balance: ${formatDollars(user.balance)}`],
  "admin.unlock": () => ["Unlocked: wrong passwords are forgotten."],
  "admin.disable": () => ["Switched off."],
  "admin.enable": () => ["Switched on."],
  "admin.resetFactor": () => ["The second factor is taken away."],
  "admin.setRoles": () => ["The roles are set."],
  "admin.adjust": adjustedLines,
  "admin.proposals": ({ proposals }) =>
    proposals.length === 0
      ? ["Nothing waits for a second person."]
      : proposals.map(({ proposal, username, amount, reason, proposer }) =>
          [proposal, username, formatDollars(amount), `"${reason}"`, `by ${proposer}`].join("  "),
        ),
  "admin.approve": adjustedLines,
  "admin.reject": () => ["Rejected: nothing is posted."],
};

/** One line or more. */
export const adminLines = <M extends OperatorMethod>(method: M, result: Result<M>): string[] =>
  texts[method](result);

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
