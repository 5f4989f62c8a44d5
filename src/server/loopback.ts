/** Which addresses are this machine's own. */

import { isIP } from "node:net";

/** 127.0.0.0/8 and ::1, also as an IPv4 address mapped into IPv6. */
export function isLoopback(address: string): boolean {
  const plain = address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
  return address === "::1" || (isIP(plain) === 4 && plain.startsWith("127."));
}
