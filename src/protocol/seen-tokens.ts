/** Which tokens a session has met, so that none counts twice (docs/protocol.md, "Replay"). */
import { TOKEN_LIFETIME_SECONDS } from "./classic.ts";

/**
 * Kept by the second that a token claims, and forgotten when that second alone refuses it: so a
 * session remembers what it was sent in the last minute, and no more.
 */
export class SeenTokens {
  readonly #bySecond = new Map<number, Set<string>>();
  #tidiedSeconds = -1;
  /** Up to here tokens are forgotten, so none is taken again, even if the clock is set back. */
  #forgottenSeconds = -1;

  /** Whether this token is met for the first time; from now on it is not. */
  admit(token: { tag: Uint8Array; timeSeconds: number }, nowSeconds: number): boolean {
    if (nowSeconds !== this.#tidiedSeconds) this.#forget(nowSeconds);
    if (token.timeSeconds <= this.#forgottenSeconds) return false;
    const key = keyOf(token.tag);
    const tags = this.#bySecond.get(token.timeSeconds);
    if (tags === undefined) this.#bySecond.set(token.timeSeconds, new Set([key]));
    else if (tags.has(key)) return false;
    else tags.add(key);
    return true;
  }

  #forget(nowSeconds: number): void {
    this.#tidiedSeconds = nowSeconds;
    for (const second of this.#bySecond.keys()) {
      if (second + TOKEN_LIFETIME_SECONDS >= nowSeconds) continue;
      this.#bySecond.delete(second);
      this.#forgottenSeconds = Math.max(this.#forgottenSeconds, second);
    }
  }
}

// 96 bits are enough: whoever could make two authentic tokens collide in them holds the key anyway.
// A call with twelve characters, spread, takes ten times as long as one with six of two bytes.
const keyOf = (tag: Uint8Array): string => {
  const pair = (at: number): number => (tag[at]! << 8) | tag[at + 1]!;
  return String.fromCharCode(pair(0), pair(2), pair(4), pair(6), pair(8), pair(10));
};
