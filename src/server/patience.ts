/**
 * How long the bank waits for one peer, and since when it has been waiting. It owns no timer: the
 * time, in ms that never run backwards, is handed in.
 */

/** How long before its end a session is told of it; of a short limit, its second half. */
export const EXPIRY_WARNING_MS = 60_000;

export type ConnectionLimits = {
  /** A message must be whole this long after its first byte. */
  messageMs: number;
  /** A peer must send its next message within this time, before it has logged in … */
  loginMs: number;
  /** … and after. */
  idleMs: number;
  /** A session ends this long after its login, whatever is asked for. */
  sessionMs: number;
  /** A peer must read its replies within this time. */
  readerMs: number;
};

/** Why a line is waited for no more: the bank is to stop, or serves this terminal no longer. */
export type Draining = "draining" | "terminal_refused";

/** What the bank has waited too long for. */
export type Overdue = "message" | "login" | "request" | "reader" | "session";

/** The end that is near if nothing comes, or in any case. */
export type Expiry = { limit: "idle" | "absolute"; seconds: number };

export class Patience {
  readonly #limits: ConnectionLimits;
  /** The latest moment at which it became the peer's turn to speak. */
  #heardAt: number;
  #messageBegunAt: number;
  #unreadSince: number | null = null;
  #loggedInAt: number | null = null;
  /** When it was last heard before a warning: one is enough until it is heard again. */
  #warnedOf: number | null = null;
  #isWarnedOfEnd = false;

  constructor(limits: ConnectionLimits, now: number) {
    this.#limits = limits;
    this.#heardAt = now;
    this.#messageBegunAt = now;
  }

  /** A message was taken up, or answered. */
  heard(now: number): void {
    this.#heardAt = now;
  }

  /** The absolute limit counts from here. */
  loggedIn(now: number): void {
    this.#loggedInAt = now;
  }

  get heardAt(): number {
    return this.#heardAt;
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
    const { messageMs, loginMs, idleMs, sessionMs, readerMs } = this.#limits;
    if (this.#unreadSince !== null) return now - this.#unreadSince >= readerMs ? "reader" : null;
    // Whoever always has a request in hand has a limit too.
    if (this.#loggedInAt !== null && now - this.#loggedInAt >= sessionMs) return "session";
    if (peer.isServed) return null; // It is the bank's turn.
    // While the bank was busy it may not have read the rest of the message: that time is its own.
    const inMessageSince = Math.max(this.#messageBegunAt, this.#heardAt);
    if (peer.isInMessage && now - inMessageSince >= messageMs) return "message";
    if (!peer.isLoggedIn) return now - this.#heardAt >= loginMs ? "login" : null;
    return now - this.#heardAt >= idleMs ? "request" : null;
  }

  /** The end that a session is to be warned of now: once for each, and for each new silence. */
  expiring(now: number, isServed: boolean): Expiry | null {
    if (this.#loggedInAt === null) return null;
    const { idleMs, sessionMs } = this.#limits;
    const toEnd = this.#loggedInAt + sessionMs - now;
    const toIdle = this.#heardAt + idleMs - now;
    if (!this.#isWarnedOfEnd && toEnd <= warningMs(sessionMs)) {
      this.#isWarnedOfEnd = true;
      return { limit: "absolute", seconds: secondsOf(toEnd) };
    }
    // No request puts off an absolute end that comes first.
    if (isServed || toIdle > warningMs(idleMs) || toIdle >= toEnd) return null;
    if (this.#warnedOf === this.#heardAt) return null;
    this.#warnedOf = this.#heardAt;
    return { limit: "idle", seconds: secondsOf(toIdle) };
  }
}

const warningMs = (limitMs: number): number => Math.min(EXPIRY_WARNING_MS, limitMs / 2);
const secondsOf = (ms: number): number => Math.max(0, Math.ceil(ms / 1_000));
