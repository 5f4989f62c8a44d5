/** Customers with a second factor, who got it past the terminal ATM. */

import { customerOf } from "../attacks/modern/customer.ts";
import { Authenticator, type Enrolled } from "../system/authenticator.ts";
import type { TestBank } from "../test-bank.ts";
import { PASSWORD } from "./person.ts";

/** Signs up, enrols, and logs out. */
export async function enrolled(testBank: TestBank, username: string): Promise<Enrolled> {
  const { client } = await customerOf(testBank, username);
  const { secret } = await client.beginFactor(PASSWORD);
  const authenticator = new Authenticator(secret);
  const { recoveryCodes } = await client.enrolFactor(authenticator.next());
  await client.logOut();
  return { authenticator, recoveryCodes };
}
