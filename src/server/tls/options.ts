/**
 * TLS 1.3 (RFC 8446) as the bank speaks it, around either protocol. What is not in these options
 * is off: no earlier version, so no renegotiation; no early data, which could be replayed.
 */

import type { TlsOptions } from "node:tls";
import { CertificateUnusable, readAuthority, readServer } from "./files.ts";

const SUITES = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];
const CURVES = ["X25519", "P-256", "P-384"];
const HANDSHAKE_MS_MAX = 10_000;
/** How long a client may resume a session; `terminalCheck` is asked each time. */
const SESSION_SECONDS = 3_600;
const DAY_MS = 86_400_000;
const WARNING_DAYS = 14;

/**
 * What a `tls.Server` is made with, and later given by `setSecureContext` when a certificate was
 * renewed. With `mutual`, only clients with a certificate of the bank's authority complete the
 * handshake; which terminal it is, and whether it still is one, `terminalCheck` says.
 * @throws CertificateUnusable if there is no certificate, or it has expired.
 */
export function bankTlsOptions(
  folder: string,
  { mutual, nowMs = Date.now() }: { mutual: boolean; nowMs?: number },
): TlsOptions {
  const authority = readAuthority(folder);
  const { pem, certificate } = readServer(folder);
  if (certificate.validToDate.getTime() < nowMs) {
    const day = dayOf(certificate.validToDate);
    throw new CertificateUnusable(`the bank's certificate expired on ${day}; ${renewal(folder)}`);
  }
  return {
    ...{ cert: pem, key: pem, ca: authority.pem },
    ...{ requestCert: mutual, rejectUnauthorized: mutual },
    ...{ minVersion: "TLSv1.3", maxVersion: "TLSv1.3" },
    ...{ ciphers: SUITES.join(":"), ecdhCurve: CURVES.join(":") },
    ...{ handshakeTimeout: HANDSHAKE_MS_MAX, sessionTimeout: SESSION_SECONDS },
  };
}

/**
 * A line for the operator if the bank's certificate ends within two weeks.
 * @throws CertificateUnusable
 */
export function serverCertificateWarning(folder: string, nowMs: number): string | null {
  const { validToDate } = readServer(folder).certificate;
  if (validToDate.getTime() - nowMs > WARNING_DAYS * DAY_MS) return null;
  return `the bank's certificate expires on ${dayOf(validToDate)}; ${renewal(folder)}`;
}

const renewal = (folder: string): string => `to renew it: secure-atm cert renew --data ${folder}`;

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
