/** The proof: everything that must hold of the bank after a simulation, and whether it does. */

import type { Roster } from "../roster.ts";
import { openClassicLine } from "../lines/classic-line.ts";
import { openModernLine } from "../lines/modern-line.ts";
import type { Bank } from "../lines/bank-line.ts";
import type { Simulated } from "../simulation.ts";
import type { Visitor } from "../visit.ts";
import { claimsOfBooks } from "./books-claims.ts";
import type { Claim } from "./claim.ts";
import type { BooksOnDisk } from "./ledger-folder.ts";
import { claimOfBeliefs, hear } from "./testimony-claims.ts";

export type Proof = {
  readonly claims: readonly Claim[];
  readonly holds: boolean;
  /** See `Hearing`; null where there were no books to compare with. */
  readonly misjudged: number | null;
};

/** How many ask for their balance at a time. */
const ASKING_MAX = 8;

/** From the books themselves. @param isEverybody Whether nobody else has used the bank. */
export function proveByBooks(
  books: BooksOnDisk,
  { testimonies, story }: Pick<Simulated, "testimonies" | "story">,
  isEverybody: boolean,
): Proof {
  const { claims, misjudged } = hear(books, testimonies, isEverybody);
  return conclude([...claimsOfBooks(books), ...claims, claimOfAttacks(story)], misjudged);
}

/** From what the bank tells its customers, where its books cannot be read. */
export async function proveByAsking(
  bank: Bank,
  { visitors }: Roster,
  { testimonies, story }: Pick<Simulated, "testimonies" | "story">,
): Promise<Proof> {
  const balances = new Map<string, number>();
  const silent: string[] = [];
  const waiting = [...visitors];
  const ask = async (): Promise<void> => {
    for (let visitor = waiting.pop(); visitor !== undefined; visitor = waiting.pop()) {
      const balance = await balanceOf(visitor, bank);
      if (balance === null) silent.push(visitor.who.username);
      else balances.set(visitor.who.username, balance);
    }
  };
  await Promise.all(Array.from({ length: ASKING_MAX }, ask));
  const asked = testimonies.filter(({ name }) => balances.has(name));
  const answered: Claim = {
    says: "everybody with an account is told a balance",
    checked: balances.size,
    faults: silent.filter((name) => isCustomer(testimonies, name)),
  };
  return conclude([answered, claimOfBeliefs(balances, asked), claimOfAttacks(story)], null);
}

/** Null if the bank does not say: an account that was never opened, or no line. */
async function balanceOf(visitor: Visitor, bank: Bank): Promise<number | null> {
  const { protocol, terminal, who } = visitor;
  const open = protocol === "classic" ? openClassicLine : openModernLine;
  const line = await open(bank, terminal);
  if ("type" in line) return null;
  await line.logIn(who);
  const answer = await line.balance();
  await line.leave();
  return answer.type === "balance" ? answer.balance : null;
}

/** Whoever has had a change acknowledged has an account. */
const isCustomer = (testimonies: Simulated["testimonies"], name: string): boolean =>
  testimonies.some((one) => one.name === name && one.acknowledged.length > 0);

const claimOfAttacks = ({ gains, totals }: Simulated["story"]): Claim => ({
  says: "no attack has gained anything",
  ...{ checked: totals.attacks, faults: gains },
});

const conclude = (claims: readonly Claim[], misjudged: number | null): Proof => ({
  claims,
  holds: claims.every(({ faults }) => faults.length === 0),
  misjudged,
});
