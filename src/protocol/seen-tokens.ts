/** Which tokens a session has met, so that none counts twice (docs/protocol.md, "Replay"). */
import { TOKEN_LIFETIME_SECONDS, TOKEN_SKEW_SECONDS } from "./classic.ts";

/**
 * A token is taken over this span at the longest; then its time alone refuses it, and it may be
 * forgotten.
 */
const REMEMBER_SECONDS = TOKEN_LIFETIME_SECONDS + TOKEN_SKEW_SECONDS + 1;

interface Generation {
  readonly tags: Set<string>;
  readonly bornSeconds: number;
  newestSeconds: number;
}

/**
 * Two generations: the younger takes what is new; when it is old enough, the older is dropped as a
 * whole.
 */
export class SeenTokens {
  #older: Generation | null = null;
  #younger: Generation | null = null;
  /**
   * Up to here tokens have been forgotten, so none of them is taken again, even if the clock is set
   * back.
   */
  #forgottenSeconds = -1;

  /** Whether this token is met for the first time; from now on it is not. */
  admit(token: { tag: Uint8Array; timeSeconds: number }, nowSeconds: number): boolean {
    const key = keyOf(token.tag);
    const younger = this.#generationAt(nowSeconds);
    if (token.timeSeconds <= this.#forgottenSeconds) return false;
    if (younger.tags.has(key) || this.#older?.tags.has(key)) return false;
    younger.tags.add(key);
    younger.newestSeconds = Math.max(younger.newestSeconds, token.timeSeconds);
    return true;
  }

  #generationAt(nowSeconds: number): Generation {
    const younger = this.#younger;
    if (younger !== null && nowSeconds - younger.bornSeconds < REMEMBER_SECONDS) return younger;
    const forgotten = this.#older?.newestSeconds ?? -1;
    this.#forgottenSeconds = Math.max(this.#forgottenSeconds, forgotten);
    this.#older = younger;
    return (this.#younger = { tags: new Set(), bornSeconds: nowSeconds, newestSeconds: -1 });
  }
}

// 96 bits are enough: whoever could make two authentic tokens collide in them holds the key anyway.
const keyOf = (tag: Uint8Array): string => String.fromCharCode(...tag.subarray(0, 12));
