/**
 * Adjustments: money between a customer's account and one of the bank's own, by an operator, with a
 * reason. Above a limit it takes two of them: one proposes, another approves.
 */

import { decided, rejected } from "./decision.ts";
import type { Account, AccountId, Books, Decision } from "./ledger.ts";
import { cents, type Cents } from "./money.ts";
import type { Adjustment, Operation } from "./operations.ts";
import { decidePosting } from "./postings.ts";
import { proposalUnder } from "./proposals.ts";
import { isPermitted } from "./roles.ts";
import { standingOf } from "./standing.ts";

/** The bank's own account that adjustments are posted against. */
export const ADJUSTMENTS = "adjustments";
/** Open at a time: more than people can look at, and a bound for the answer. */
export const PROPOSALS_OPEN_MAX = 50;

export function decideAdjustment(
  books: Books,
  operator: AccountId,
  { amount, reason, key, aloneMax }: Adjustment,
  account: Account,
): Decision {
  if (account.id === operator) return rejected("own_account");
  const known = proposalUnder(books, operator, key);
  if (known !== undefined) {
    const isSame =
      known.account === account.id && known.amount === amount && known.reason === reason;
    return isSame
      ? decided({ type: "answered", answer: { type: "proposed_before", proposal: known.id } })
      : rejected("idempotency_conflict");
  }
  const posting = adjusted(books, account, { amount, reason }, null);
  if (Math.abs(amount) <= aloneMax || !posting.ok) return posting;
  // Whoever may not approve may not propose either: a teller's limit is the limit.
  if (!isPermitted(standingOf(books, operator).roles, "admin.approve")) {
    return rejected("not_permitted");
  }
  if (books.openProposals.size >= PROPOSALS_OPEN_MAX) return rejected("too_many_proposals");
  const id = books.proposals.size + 1;
  const proposal = { id, proposer: operator, account: account.id, amount, reason, key };
  return decided({ type: "proposed", proposal: { ...proposal, state: "open" } });
}

export function decideProposal(
  books: Books,
  operator: AccountId,
  { type, proposal: id }: Extract<Operation, { type: "approve" | "reject" }>,
): Decision {
  const proposal = books.proposals.get(id);
  if (proposal?.state !== "open") return rejected("unknown_proposal");
  if (type === "reject") return decided({ type: "proposal_rejected", id });
  if (proposal.proposer === operator) return rejected("own_proposal");
  const account = books.accounts[proposal.account];
  if (account === undefined) return rejected("unknown_account");
  // Nobody approves what is for themselves.
  if (account.id === operator) return rejected("own_account");
  return adjusted(books, account, proposal, id);
}

function adjusted(
  books: Books,
  customer: Account,
  { amount, reason }: { amount: Cents; reason: string },
  approves: number | null,
): Decision {
  const known = books.accounts[books.banks.get(ADJUSTMENTS) ?? 0];
  const id = (known?.id ?? books.accounts.length) as AccountId;
  const bank: Account = known ?? { ...newAccount(id), name: ADJUSTMENTS };
  const [debit, credit] = amount > 0 ? [bank, customer] : [customer, bank];
  const asked = { kind: "adjustment", amount: cents(Math.abs(amount)), memo: reason } as const;
  const decision = decidePosting(books, asked, debit, credit);
  if (!decision.ok || decision.event.type !== "posted") return decision;
  const opens = known === undefined ? id : null;
  return decided({ type: "adjusted", posted: decision.event, opens, approves });
}

const newAccount = (id: AccountId): Account => ({
  ...{ id, kind: "bank", name: "", balance: cents(0), lastTransaction: 0 },
});
