/**
 * Which terminal a peer without a certificate is (docs/decisions/0004): what its cash belongs to,
 * and what wrong passwords lock. A peer that can choose its address at will must not thereby be
 * as many terminals as it likes.
 */

import { isIPv4, isIPv6 } from "node:net";
import { isLoopback } from "./loopback.ts";

/** Of ATM number N the address is 127.0.0.N. No certificate can have this name. */
const ELSEWHERE = "elsewhere on this machine";
const ATM_ADDRESS = /^127\.0\.0\.(?:[1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-4])$/;
const MAPPED = /^::ffff:(?=\d+\.)/i;
/** The groups of an IPv6 address that a network is given; its hosts choose the other four. */
const NETWORK_GROUPS = 4;
const GROUPS = 8;

/** @param address As `socket.remoteAddress` has it. */
export function terminalOf(address: string): string {
  const plain = address.replace(MAPPED, "");
  if (isIPv4(plain)) return isLoopback(plain) && !ATM_ADDRESS.test(plain) ? ELSEWHERE : plain;
  return isIPv6(plain) && !isLoopback(plain) ? networkOf(plain) : plain;
}

function networkOf(address: string): string {
  const [withoutZone = ""] = address.split("%");
  const [head = "", tail] = withoutZone.split("::");
  const before = groupsOf(head);
  const after = groupsOf(tail ?? "");
  const zeros = Array.from({ length: GROUPS - before.length - after.length }, () => "0");
  return `${[...before, ...zeros, ...after].slice(0, NETWORK_GROUPS).join(":")}::/64`;
}

const groupsOf = (text: string): string[] => (text === "" ? [] : text.toLowerCase().split(":"));
