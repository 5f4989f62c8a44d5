/** Rows 19, 20, 24 and 25: which passwords a bank takes, and that it says why it takes one not. */

import { describe, expect, it } from "vitest";
import { startTestBank } from "../test-bank.ts";

const refused = (why: string) => ({ type: "refused", text: `Invalid request: ${why}` });
const tooShort = refused("the password is too short");
const common = refused("the password is one of those that are guessed first");
const name = refused("the password is little more than a name");
const taken = { type: "signed_up" };

describe("a bank with the profile", () => {
  it.for([
    ["demo", "sevench", tooShort],
    ["demo", "football", common],
    ["demo", "FOOTBALL", common],
    ["demo", "Alice.Liddell1", name],
    ["demo", "secure-atm1", name],
    ["demo", "tulips by the gate", taken],
    ["demo", "eight ch", taken],
    ["strict", "fourteen chars", tooShort],
    ["strict", "fifteen charact", taken],
    ["strict", "alice.liddell12345", name],
    ["strict", "x".repeat(63) + "\u{1f511}", taken],
  ] as const)("%s answers the new password %s of alice.liddell", async ([profile, text, reply]) => {
    const { client } = await startTestBank({ passwords: profile });
    const alice = client();
    expect(await alice.signUp("alice.liddell", text)).toEqual(reply);
    const { type } = await alice.logIn("alice.liddell", text);
    expect(type === "authenticated").toBe(reply === taken);
  });
});

it("row 20: 64 emoji are a password, and 63 of them are not that one", async () => {
  const { client } = await startTestBank({ passwords: "strict" });
  const keys = "\u{1f511}".repeat(64);
  expect(await client().signUp("alice", keys)).toEqual(taken);
  expect((await client().logIn("alice", keys.slice(2))).type).not.toBe("authenticated");
  expect((await client().logIn("alice", keys)).type).toBe("authenticated");
});

it("row 24: behind the longest name, a wrong password is still a wrong one", async () => {
  const { client } = await startTestBank({ passwords: "strict" });
  const username = "n".repeat(32);
  expect(await client().signUp(username, "fifteen charact")).toEqual(taken);
  expect((await client().logIn(username, "fifteen charac!")).type).not.toBe("authenticated");
  expect((await client().logIn("n".repeat(60), "anything")).type).not.toBe("authenticated");
  expect((await client().logIn(username, "fifteen charact")).type).toBe("authenticated");
});
