/** What somebody may have meant who mistyped a command. */

import { describe, expect, it } from "vitest";
import { USAGES, parseWish } from "../../src/cli/atm-command-line.ts";
import { nearest } from "../../src/cli/nearest.ts";

describe("the nearest word", () => {
  it.for([
    ["login", "log-in"],
    ["logout", "log-out"],
    ["signup", "sign-up"],
    ["histroy", "history"],
    ["BALANCE", "balance"],
    ["witdraw", "withdraw"],
    ["session", "sessions"],
    ["rob", null],
    ["x", null],
    ["", null],
  ] as const)("to %s is %s", ([typed, word]) => {
    expect(nearest(typed, Object.keys(USAGES))).toBe(word);
  });

  it("is named beside the help, and done by nobody but who types it", () => {
    expect(() => parseWish(["logout"])).toThrow(
      "There is no logout: did you mean log-out? Or try help.",
    );
  });
});
