/** What the terminal ATM makes of a line that ended: who must act, by the exit code. */

import { describe, expect, it } from "vitest";
import { failureOf } from "../../src/cli/atm-command-failure.ts";
import { LineLost } from "../../src/client/line-lost.ts";

describe("a line that ended", () => {
  it.for([
    ["unreachable", "ECONNREFUSED", 3, "unreachable"],
    ["refused", "Service busy: too many connections", 3, "line_refused"],
    ["closed", "no reply in time", 3, "line_lost"],
    ["not_authentic", "CERT_HAS_EXPIRED", 4, "bank_not_authentic"],
  ] as const)("as %s (%s) is failure %i, %s", ([kind, detail, code, word]) => {
    const failure = failureOf(new LineLost({ kind, detail }, false));
    expect(failure).toMatchObject({ code, kind: word });
    expect(failure?.message).toContain(detail);
    expect(failure?.message.startsWith("REFUSED: ")).toBe(code === 4);
  });

  it("with a change under way leaves that in doubt", () => {
    const lost = new LineLost({ kind: "closed", detail: "ECONNRESET" }, true);
    expect(failureOf(lost)?.message).toContain("Unknown whether it was done.");
  });
});
