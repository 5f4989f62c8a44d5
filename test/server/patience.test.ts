/** Patience: who is waited for, how long, and when it is over. */

import { describe, expect, it } from "vitest";
import { Patience } from "../../src/server/patience.ts";

const limits = { messageMs: 10, loginMs: 100, idleMs: 900, sessionMs: 43_200_000, readerMs: 10 };
const idle = { isServed: false, isInMessage: false, isLoggedIn: false };

const heardAt = (now: number): Patience => {
  const patience = new Patience(limits, 0);
  patience.heard(now);
  return patience;
};

describe("a peer is overdue", () => {
  it.for([
    // peer                                 just in time, too late, waited for
    [{ ...idle }, 99, 100, "login"],
    [{ ...idle, isLoggedIn: true }, 899, 900, "request"],
    [{ ...idle, isInMessage: true }, 9, 10, "message"],
    [{ ...idle, isInMessage: true, isLoggedIn: true }, 9, 10, "message"],
  ] as const)("%o at %i ms not yet, at %i ms with its %s", ([peer, inTime, late, what]) => {
    const patience = heardAt(5);
    expect(patience.overdue(5 + inTime, peer)).toBeNull();
    expect(patience.overdue(5 + late, peer)).toBe(what);
  });

  it("never while the bank is at work for it", () => {
    const served = { isServed: true, isInMessage: true, isLoggedIn: true };
    expect(heardAt(0).overdue(1_000_000, served)).toBeNull();
  });

  it("with a message from its first byte, however many bytes have followed", () => {
    const patience = heardAt(0);
    patience.messageBegan(50);
    expect(patience.overdue(59, { ...idle, isInMessage: true })).toBeNull();
    expect(patience.overdue(60, { ...idle, isInMessage: true })).toBe("message");
  });

  it("with a message not for the time in which the bank did not read on", () => {
    const patience = heardAt(0);
    patience.messageBegan(50);
    patience.heard(70);
    expect(patience.overdue(79, { ...idle, isInMessage: true })).toBeNull();
    expect(patience.overdue(80, { ...idle, isInMessage: true })).toBe("message");
  });

  it("as a reader since the first reply that it left unread, and nothing else then counts", () => {
    const patience = heardAt(0);
    patience.unread(5);
    patience.unread(12);
    expect(patience.isUnread).toBe(true);
    expect(patience.overdue(14, { ...idle, isInMessage: true })).toBeNull();
    expect(patience.overdue(15, { ...idle, isServed: true })).toBe("reader");
  });

  it("not as a reader once it has read", () => {
    const patience = heardAt(0);
    patience.unread(5);
    patience.read();
    expect(patience.isUnread).toBe(false);
    expect(patience.overdue(50, idle)).toBeNull();
  });
});
