/**
 * The proof that a WebSocket was opened by a page of this ATM: a token that only such a page can
 * fetch, bound to a cookie that only the same browser holds. Keys live as long as the process.
 */

import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** 32 random bytes in URL-safe base64. */
const COOKIE_VALUE = /^[A-Za-z0-9_-]{43}$/;

export class BridgeTokens {
  readonly #key = randomBytes(32);
  readonly #cookieName: string;

  /** Browsers share cookies between the ports of a host, so the name carries the ATM's port. */
  constructor(port: number) {
    this.#cookieName = `secure-atm-bridge-${port}`;
  }

  /** A token for the browser that sent `cookieHeader`, and the `Set-Cookie` that it needs. */
  issue(cookieHeader: string | undefined): { token: string; setCookie: string | null } {
    const held = this.#valueIn(cookieHeader);
    if (held !== null) return { token: this.#tokenFor(held), setCookie: null };
    const value = randomBytes(32).toString("base64url");
    // No `Secure`: the page is served in clear on loopback.
    const setCookie = `${this.#cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict`;
    return { token: this.#tokenFor(value), setCookie };
  }

  /** Whether `token` was issued to the browser that sent `cookieHeader`; in constant time. */
  accepts(cookieHeader: string | undefined, token: string): boolean {
    const value = this.#valueIn(cookieHeader);
    if (value === null) return false;
    const expected = Buffer.from(this.#tokenFor(value));
    const given = Buffer.from(token);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #tokenFor(cookieValue: string): string {
    return createHmac("sha256", this.#key).update(cookieValue).digest("base64url");
  }

  #valueIn(cookieHeader: string | undefined): string | null {
    for (const pair of (cookieHeader ?? "").split(";")) {
      const [name, value] = pair.trim().split("=", 2);
      if (name === this.#cookieName && value !== undefined && COOKIE_VALUE.test(value))
        return value;
    }
    return null;
  }
}
