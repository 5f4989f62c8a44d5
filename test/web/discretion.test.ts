/** Balances that a customer hides from whoever looks over their shoulder. */

import { describe, expect, it } from "vitest";
import { cents } from "../../src/bank/money.ts";
import { formatReply } from "../../src/protocol/classic-replies.ts";
import { toggled, unwatched, withoutBalance } from "../../web/atm/discretion.ts";

describe("balances", () => {
  it("are shown until they are hidden by choice", () => {
    expect(unwatched("off")).toBe("off");
    expect(toggled("off")).toBe("hidden");
  });

  it("are shown again for a look only: until the page is out of sight, or the session over", () => {
    expect(toggled("hidden")).toBe("revealed");
    expect(unwatched("revealed")).toBe("hidden");
    expect(unwatched("hidden")).toBe("hidden");
    expect(toggled("revealed")).toBe("hidden");
  });

  const amount = cents(1_234_550);
  const balance = cents(200_000_099);
  it.for([
    [formatReply({ type: "balance", balance }), "Current Balance: hidden"],
    [
      formatReply({ type: "deposited", amount, balance }),
      "Deposited $12345.50. New Balance: hidden",
    ],
    [formatReply({ type: "withdrew", amount, balance }), "Withdrew $12345.50. New Balance: hidden"],
    ["Sent $12 to ada. New Balance: $1,234.56", "Sent $12 to ada. New Balance: hidden"],
    ["Insufficient funds", "Insufficient funds"],
  ] as const)("%s becomes %s", ([text, hidden]) => {
    expect(withoutBalance(text)).toBe(hidden);
  });
});
