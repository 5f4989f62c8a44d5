/**
 * The rules of the ATM's front door: which Host and Origin it answers to, and the headers on every
 * answer. Pure decisions; `atm.ts` asks them. Without them any page that the user has open could
 * reach an ATM on loopback (DNS rebinding, cross-site WebSockets).
 */

import type { IncomingHttpHeaders } from "node:http";

/** What the browser may do with the page, whatever the page is made to contain. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types lit-html",
].join("; ");

/** The Host values, port included, that name this ATM. No other name may resolve to it. */
export function allowedHosts(host: string, port: number): ReadonlySet<string> {
  const given = host.includes(":") ? `[${host}]` : host.toLowerCase();
  return new Set(["127.0.0.1", "localhost", "[::1]", given].map((name) => `${name}:${port}`));
}

/** Whether a request comes from this ATM's own page, as far as its headers can say. */
export function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  const site = headers["sec-fetch-site"];
  // Browsers leave the header out where the page is neither HTTPS nor loopback: then Host and
  // Origin decide alone.
  if (site !== undefined && site !== "same-origin") return false;
  return headers.origin === undefined || hasOwnOrigin(headers);
}

/** Whether `Origin` is there and names exactly the host that was asked. */
export function hasOwnOrigin(headers: IncomingHttpHeaders): boolean {
  return headers.host !== undefined && headers.origin === `http://${headers.host}`;
}

/** The headers of every answer. `host` is an allowed Host, or null where the request named none. */
export function securityHeaders(host: string | null): Record<string, string> {
  // 'self' covers WebSockets in new browsers only, so the bridge is named too.
  const connect = host === null ? "connect-src 'none'" : `connect-src 'self' ws://${host}`;
  return {
    "Content-Security-Policy": `${POLICY}; ${connect}`,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
  };
}
