/**
 * Makes the certificates of a private authority: its own, the bank's and the terminals'. ECDSA on
 * P-256 throughout, profiles after RFC 5280. Knows no folder.
 */

import type { webcrypto } from "node:crypto";
import type * as X509 from "@peculiar/x509";
import { encodeHex } from "../../protocol/hex.ts";

const KEY_ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING_ALGORITHM = { name: "ECDSA", hash: "SHA-256" };
const SERIAL_BYTES = 16;
const DAY_MS = 86_400_000;
const AUTHORITY_MS = 5 * 365 * DAY_MS;
/** A day is 86,400 s and both ends of a validity count (RFC 5280 section 4.1.2.5). */
const LEAF_MS_MAX = 90 * DAY_MS - 1_000;
/** A peer whose clock is behind must not take a new certificate for one of the future. */
const CLOCK_SKEW_MS = 5 * 60_000;
const HOST_LABEL = /^[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/i;

/** A certificate and its private key, PEM. */
export type Certified = { cert: string; key: string };

export type LeafRequest = {
  purpose: "server" | "terminal";
  /** The subject's common name. */
  name: string;
  /** The names and addresses that a server answers to. */
  hosts?: readonly string[];
};

/** Makes an authority of its own, for five years. */
export async function makeAuthority(name: string, nowMs: number): Promise<Certified> {
  const x509 = await loadX509();
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: nameOf(name),
    ...{ serialNumber: makeSerial(), keys, signingAlgorithm: SIGNING_ALGORITHM },
    ...validity(nowMs, AUTHORITY_MS),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: pemOf(certificate), key: await exportKey(x509, keys.privateKey) };
}

/** Certifies a new key under an authority, for 90 days or as long as the authority still has. */
export async function certify(
  authority: Certified,
  { purpose, name, hosts = [] }: LeafRequest,
  nowMs: number,
): Promise<Certified> {
  const x509 = await loadX509();
  const issuer = new x509.X509Certificate(authority.cert);
  const keys = await makeKeys();
  const usage = purpose === "server" ? "serverAuth" : "clientAuth";
  const dates = validity(nowMs, LEAF_MS_MAX);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: nameOf(name),
    issuer: issuer.subjectName,
    ...{ serialNumber: makeSerial(), publicKey: keys.publicKey },
    ...{ signingKey: await importKey(x509, authority.key), signingAlgorithm: SIGNING_ALGORITHM },
    notBefore: dates.notBefore,
    notAfter: dates.notAfter < issuer.notAfter ? dates.notAfter : issuer.notAfter,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[usage]]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(hosts.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(hosts.map(nameIn))]),
    ],
  });
  return { cert: pemOf(certificate), key: await exportKey(x509, keys.privateKey) };
}

/** The names and addresses that a certificate was made for. */
export async function hostsOf(cert: string): Promise<string[]> {
  const x509 = await loadX509();
  const extension = new x509.X509Certificate(cert).getExtension(
    x509.SubjectAlternativeNameExtension,
  );
  return extension?.names.items.map(({ value }) => value) ?? [];
}

/** Whether a certificate can be made for it: a host name (RFC 1123), or an IP address. */
export function isHost(text: string): boolean {
  if (text.includes(":")) return URL.canParse(`http://[${text}]`);
  if (isAddress(text))
    return /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && URL.canParse(`http://${text}`);
  return text.length <= 253 && text.split(".").every((label) => HOST_LABEL.test(label));
}

const isAddress = (host: string): boolean => /^[\d.]+$|:/.test(host);

/**
 * Loaded when a certificate is made: a bank that only serves does without it, and starts sooner.
 * The library's container insists on a Reflect polyfill, to learn what constructors want. None of
 * its classes wants anything, so answers that know nothing do, while it loads.
 */
async function loadX509(): Promise<typeof X509> {
  if ("getMetadata" in Reflect) return import("@peculiar/x509");
  const asked = ["getMetadata", "getOwnMetadata"];
  for (const name of asked) {
    Object.defineProperty(Reflect, name, { configurable: true, value: () => undefined });
  }
  try {
    return await import("@peculiar/x509");
  } finally {
    for (const name of asked) Reflect.deleteProperty(Reflect, name);
  }
}

const makeKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  crypto.subtle.generateKey(KEY_ALGORITHM, true, ["sign", "verify"]);

async function exportKey(x509: typeof X509, key: webcrypto.CryptoKey): Promise<string> {
  const der = await crypto.subtle.exportKey("pkcs8", key);
  return `${x509.PemConverter.encode(der, x509.PemConverter.PrivateKeyTag)}\n`;
}

function importKey(x509: typeof X509, pem: string): Promise<webcrypto.CryptoKey> {
  const der = x509.PemConverter.decodeFirst(pem);
  return crypto.subtle.importKey("pkcs8", der, KEY_ALGORITHM, false, ["sign"]);
}

const pemOf = (certificate: X509.X509Certificate): string => `${certificate.toString("pem")}\n`;

/** Built from its parts, so that no character of a name can become syntax. */
const nameOf = (name: string): X509.JsonName => [{ CN: [name] }, { O: ["Secure ATM"] }];

const nameIn = (host: string): X509.JsonGeneralName =>
  isAddress(host) ? { type: "ip", value: host } : { type: "dns", value: host.toLowerCase() };

function validity(nowMs: number, lengthMs: number): { notBefore: Date; notAfter: Date } {
  const from = Math.floor(nowMs / 1_000) * 1_000 - CLOCK_SKEW_MS; // X.509 counts whole seconds.
  return { notBefore: new Date(from), notAfter: new Date(from + lengthMs) };
}

/** Positive, and unpredictable (RFC 5280 section 4.1.2.2). */
function makeSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SERIAL_BYTES));
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return encodeHex(bytes);
}
