/** Customers with a second factor, who got it past the terminal ATM. */

import { connectTo } from "../attacks/modern/customer.ts";
import { Authenticator, type Enrolled } from "../system/authenticator.ts";
import type { TestBank } from "../test-bank.ts";
import { PASSWORD } from "./person.ts";

/** Signs up, enrols, and logs out. */
export async function enrolled(
  testBank: TestBank,
  username: string,
  password = PASSWORD,
): Promise<Enrolled> {
  const { client } = await connectTo(testBank);
  await client.signUp(username, password);
  await client.logIn(username, password);
  const { secret } = await client.beginFactor(password);
  const authenticator = new Authenticator(secret);
  const { recoveryCodes } = await client.enrolFactor(authenticator.next());
  await client.logOut();
  return { authenticator, recoveryCodes };
}
