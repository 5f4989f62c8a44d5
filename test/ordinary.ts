/** A customer with nothing out of the ordinary, as the ledger's replies tell of one. */

import { ORDINARY } from "../src/bank/standing.ts";

export { ORDINARY };

/** What a login's reply says of such a customer. */
export const CUSTOMER = { roles: ORDINARY.roles, hasFactor: false } as const;
