/** The ceiling of logins: how long one password takes on a core that does nothing else. */

import { checkPassword, hashPassword } from "../../src/workers/passwords.ts";
import { PASSWORD } from "../bank/scratch-folder.ts";

/** In ms: the best of several, since whatever disturbs one makes it only longer. */
export function measurePassword(times: number, cost: number): number {
  const secret = {
    password: PASSWORD,
    peppers: [{ version: 1, key: new Uint8Array(48) }] as const,
    cost,
  };
  const hash = hashPassword(secret);
  let best = Number.POSITIVE_INFINITY;
  for (let time = 0; time < times; time++) {
    const startedAt = performance.now();
    checkPassword({ ...secret, hash });
    best = Math.min(best, performance.now() - startedAt);
  }
  return best;
}
