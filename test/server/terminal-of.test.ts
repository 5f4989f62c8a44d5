/** Terminals by address: what an address is worth to whoever can choose it. */

import { describe, expect, it } from "vitest";
import { terminalOf } from "../../src/server/terminal-of.ts";

const ELSEWHERE = "elsewhere on this machine";

describe("the terminal of an address", () => {
  it.for([
    ["127.0.0.1", "127.0.0.1"],
    ["127.0.0.254", "127.0.0.254"],
    ["::ffff:127.0.0.9", "127.0.0.9"],
    ["::1", "::1"],
    ["127.0.0.0", ELSEWHERE],
    ["127.0.0.255", ELSEWHERE],
    ["127.0.1.1", ELSEWHERE],
    ["127.255.255.254", ELSEWHERE],
    ["::ffff:127.9.9.9", ELSEWHERE],
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:DB8:0:0:ffff::", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::2", "0:0:0:0::/64"],
    ["unknown", "unknown"],
  ] as const)("%s is %s", ([address, terminal]) => {
    expect(terminalOf(address)).toBe(terminal);
  });
});
