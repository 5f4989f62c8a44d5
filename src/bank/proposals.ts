/** Adjustments above a limit: proposed by one operator, and made only if another one approves. */

import type { AccountId, Books } from "./ledger.ts";
import type { Cents } from "./money.ts";

export type Proposal = {
  /** 1, 2, 3 … in the order of proposing. */
  readonly id: number;
  readonly proposer: AccountId;
  readonly account: AccountId;
  /** Above zero to credit the account, below to debit it. */
  readonly amount: Cents;
  readonly reason: string;
  /** The proposer's own: asked for again under it, the proposal is not made twice. */
  readonly key: string;
  readonly state: "open" | "approved" | "rejected";
};

/** Keeps a proposal, as new or as it has become, where it is found by each of the three. */
export function setProposal(books: Books, proposal: Proposal): void {
  const { id, proposer, key, state } = proposal;
  books.proposals.set(id, proposal);
  books.proposalsByKey.set(ownKey(proposer, key), id);
  if (state === "open") books.openProposals.add(id);
  else books.openProposals.delete(id);
}

/** Takes the latest one back. */
export function dropProposal(books: Books, { id, proposer, key }: Proposal): void {
  books.proposals.delete(id);
  books.proposalsByKey.delete(ownKey(proposer, key));
  books.openProposals.delete(id);
}

export const proposalUnder = (
  { proposals, proposalsByKey }: Books,
  proposer: AccountId,
  key: string,
): Proposal | undefined => proposals.get(proposalsByKey.get(ownKey(proposer, key)) ?? 0);

/** In the order of proposing. */
export const openProposals = ({ proposals, openProposals: open }: Books): Proposal[] =>
  [...open].toSorted((one, other) => one - other).map((id) => proposals.get(id)!);

/** One operator's key is not another's. */
const ownKey = (proposer: AccountId, key: string): string => `${proposer}\t${key}`;
