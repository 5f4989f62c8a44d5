/** Presence: who hears of what happens to an account, and who no longer does. */

import { describe, expect, it } from "vitest";
import type { AccountId } from "../../src/bank/ledger.ts";
import { LISTENERS_MAX, Presence } from "../../src/server/presence.ts";

const ALICE = 1 as AccountId;
const BOB = 2 as AccountId;

describe("news of an account", () => {
  it("reaches each of its sessions, and nobody else's", () => {
    const presence = new Presence<string>();
    const heard: string[] = [];
    presence.enter(ALICE, (news) => heard.push(`first ${news}`));
    presence.enter(ALICE, (news) => heard.push(`second ${news}`));
    presence.enter(BOB, (news) => heard.push(`bob ${news}`));
    presence.tell(ALICE, "news");
    expect(heard).toEqual(["first news", "second news"]);
    expect(presence.size).toBe(2);
  });

  it("of nobody who is there reaches nobody", () => {
    const presence = new Presence<string>();
    presence.tell(ALICE, "news");
    expect(presence.size).toBe(0);
  });

  it("reaches no session that has left, and nothing is kept of it", () => {
    const presence = new Presence<string>();
    const heard: string[] = [];
    const leaveFirst = presence.enter(ALICE, () => heard.push("first"));
    const leaveSecond = presence.enter(ALICE, () => heard.push("second"));
    leaveFirst();
    presence.tell(ALICE, "news");
    leaveSecond();
    presence.tell(ALICE, "news");
    expect(heard).toEqual(["second"]);
    expect(presence.size).toBe(0);
  });

  it("reaches who has come back, even if an old session leaves twice", () => {
    const presence = new Presence<string>();
    const heard: string[] = [];
    const leave = presence.enter(ALICE, () => heard.push("old"));
    leave();
    presence.enter(ALICE, () => heard.push("new"));
    leave();
    presence.tell(ALICE, "news");
    expect(heard).toEqual(["new"]);
  });

  it("reaches the latest sessions of an account that has too many", () => {
    const presence = new Presence<string>();
    const heard: number[] = [];
    const leave = Array.from({ length: LISTENERS_MAX + 2 }, (_, index) =>
      presence.enter(ALICE, () => heard.push(index)),
    );
    presence.tell(ALICE, "news");
    expect(heard).toEqual(Array.from({ length: LISTENERS_MAX }, (_, index) => index + 2));
    for (const leaveOne of leave) leaveOne();
    expect(presence.size).toBe(0);
  });

  it("reaches all who were there when one leaves upon it", () => {
    const presence = new Presence<string>();
    const heard: string[] = [];
    const leave = presence.enter(ALICE, () => {
      heard.push("first");
      leave();
    });
    presence.enter(ALICE, () => heard.push("second"));
    presence.tell(ALICE, "news");
    expect(heard).toEqual(["first", "second"]);
  });
});
