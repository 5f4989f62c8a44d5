/**
 * How long the bank waits for one peer, and since when it has been waiting. It owns no timer: the
 * time, in ms that never run backwards, is handed in.
 */

export type ConnectionLimits = {
  /** A message must be whole this long after its first byte. */
  messageMs: number;
  /** A peer must send its next message within this time, before it has logged in … */
  loginMs: number;
  /** … and after. */
  idleMs: number;
  /** A peer must read its replies within this time. */
  readerMs: number;
};

/** What the bank has waited too long for. */
export type Overdue = "message" | "login" | "request" | "reader";

export class Patience {
  readonly #limits: ConnectionLimits;
  /** The latest moment at which it became the peer's turn to speak. */
  #heardAt: number;
  #messageBegunAt: number;
  #unreadSince: number | null = null;

  constructor(limits: ConnectionLimits, now: number) {
    this.#limits = limits;
    this.#heardAt = now;
    this.#messageBegunAt = now;
  }

  /** A message was taken up, or answered. */
  heard(now: number): void {
    this.#heardAt = now;
  }

  /** What has arrived ends within a message that began with it. */
  messageBegan(now: number): void {
    this.#messageBegunAt = now;
  }

  /** The peer does not read what is written. */
  unread(now: number): void {
    this.#unreadSince ??= now;
  }

  /** The peer has read everything. */
  read(): void {
    this.#unreadSince = null;
  }

  get isUnread(): boolean {
    return this.#unreadSince !== null;
  }

  overdue(
    now: number,
    peer: { isServed: boolean; isInMessage: boolean; isLoggedIn: boolean },
  ): Overdue | null {
    const { messageMs, loginMs, idleMs, readerMs } = this.#limits;
    if (this.#unreadSince !== null) return now - this.#unreadSince >= readerMs ? "reader" : null;
    if (peer.isServed) return null; // It is the bank's turn.
    // While the bank was busy it may not have read the rest of the message: that time is its own.
    const inMessageSince = Math.max(this.#messageBegunAt, this.#heardAt);
    if (peer.isInMessage && now - inMessageSince >= messageMs) return "message";
    if (!peer.isLoggedIn) return now - this.#heardAt >= loginMs ? "login" : null;
    return now - this.#heardAt >= idleMs ? "request" : null;
  }
}
