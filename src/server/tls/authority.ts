/**
 * The bank's own certificate authority: makes and renews the certificates of the bank and of its
 * terminals, in the folder `tls`. Only the commands use it; a bank that serves needs no more than
 * `options.ts` and `terminals.ts`, and never the authority's key.
 */

import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { certify, hostsOf, isHost, makeAuthority, type Certified } from "./certificates.ts";
import { replacePublicFile, replaceSecretFile, makeSecretFolder } from "../keys/secret-file.ts";
import { changeRegister, readRegister, type EnrolledCertificate } from "./terminals.ts";
import { readAuthority, readFileOf, readServer, tlsFiles, tlsFolderIn } from "./files.ts";

const AUTHORITY_NAME = "Secure ATM authority";
const SERVER_NAME = "Secure ATM bank";
/** The names that every bank answers to. */
const OWN_HOSTS = ["localhost", "127.0.0.1", "::1"];
/** Names become file names: one case only, since some file systems know no other. */
const TERMINAL_NAME = /^[a-z\d][a-z\d-]{0,62}$/;

/** What was asked for makes no sense as things are; the message says why, for the operator. */
export class CertificateRefused extends Error {
  override readonly name = "CertificateRefused";
}

export type ListedCertificate = {
  kind: "authority" | "server" | "terminal";
  name: string;
  /** What the bank's certificate answers to; empty for others. */
  hosts: readonly string[];
  fingerprint: string;
  validUntilMs: number;
  state: "valid" | "expired" | "revoked";
};

/**
 * Makes the authority and the bank's certificate: both or, if it fails, neither.
 * @throws CertificateRefused
 */
export async function initAuthority(
  folder: string,
  { hosts = [], nowMs }: { hosts?: readonly string[]; nowMs: number },
): Promise<void> {
  const tls = tlsFolderIn(folder);
  if (existsSync(tls)) throw new CertificateRefused(`There is an authority in ${tls} already.`);
  const authority = await makeAuthority(AUTHORITY_NAME, nowMs);
  const server = await certifyServer(authority, [...OWN_HOSTS, ...hosts], nowMs);
  makeSecretFolder(folder);
  // A folder of the same shape beside it, so that the files' names are written down only once.
  const draft = join(folder, `tls.${process.pid}.new`);
  rmSync(draft, { recursive: true, force: true });
  try {
    makeSecretFolder(join(tlsFolderIn(draft), "terminals"));
    replaceSecretFile(tlsFiles.authorityKey(draft), authority.key);
    replacePublicFile(tlsFiles.authorityCert(draft), authority.cert);
    replaceSecretFile(tlsFiles.server(draft), server);
    replaceSecretFile(tlsFiles.register(draft), "[]\n");
    renameSync(tlsFolderIn(draft), tls);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * Gives the bank a new key and certificate, for the same names and `hosts`.
 * @throws CertificateUnusable
 */
export async function renewServer(
  folder: string,
  { hosts = [], nowMs }: { hosts?: readonly string[]; nowMs: number },
): Promise<void> {
  const authority = readAuthorityToSign(folder, nowMs);
  const held = await hostsOf(readServer(folder).pem);
  const server = await certifyServer(authority, [...held, ...hosts], nowMs);
  replaceSecretFile(tlsFiles.server(folder), server);
}

/** Makes and enrols a terminal's certificate. @throws CertificateRefused, CertificateUnusable */
export async function issueTerminal(folder: string, name: string, nowMs: number): Promise<void> {
  if (!TERMINAL_NAME.test(name)) {
    throw new CertificateRefused("A terminal's name is of a-z, 0-9 and -, 63 characters at most.");
  }
  await enrol(folder, name, nowMs, (held) => {
    if (held.some(isLive(nowMs))) {
      throw new CertificateRefused(
        `There is a certificate of ${name}; to renew it: secure-atm cert renew ${name}`,
      );
    }
  });
}

/**
 * Makes a terminal's next certificate; the one before works until its end.
 * @throws CertificateRefused, CertificateUnusable
 */
export const renewTerminal = (folder: string, name: string, nowMs: number): Promise<void> =>
  enrol(folder, name, nowMs, (held) => {
    if (held.every(({ revokedAtMs }) => revokedAtMs !== null)) throw notEnrolled(name);
  });

/**
 * Revokes all certificates of a terminal: no new connection is taken.
 * @throws CertificateRefused, CertificateUnusable
 */
export async function revokeTerminal(folder: string, name: string, nowMs: number): Promise<void> {
  readAuthority(folder);
  await changeRegister(folder, async (rows) => {
    const isHeld = (row: EnrolledCertificate) => row.name === name && row.revokedAtMs === null;
    if (!rows.some(isHeld)) throw notEnrolled(name);
    return rows.map((row) => (isHeld(row) ? { ...row, revokedAtMs: nowMs } : row));
  });
}

/** @throws CertificateUnusable */
export async function listCertificates(
  folder: string,
  nowMs: number,
): Promise<ListedCertificate[]> {
  const server = readServer(folder);
  const listed = (validUntilMs: number): "valid" | "expired" =>
    validUntilMs < nowMs ? "expired" : "valid";
  const own = (kind: "authority" | "server", certificate: X509Certificate, hosts: string[]) => {
    const validUntilMs = certificate.validToDate.getTime();
    const name = kind === "authority" ? AUTHORITY_NAME : SERVER_NAME;
    const fingerprint = certificate.fingerprint256;
    return { kind, name, hosts, fingerprint, validUntilMs, state: listed(validUntilMs) };
  };
  return [
    own("authority", readAuthority(folder).certificate, []),
    own("server", server.certificate, await hostsOf(server.pem)),
    ...readRegister(folder).map(({ name, fingerprint, validUntilMs, revokedAtMs }) => ({
      ...{ kind: "terminal" as const, name, hosts: [], fingerprint, validUntilMs },
      state: revokedAtMs === null ? listed(validUntilMs) : ("revoked" as const),
    })),
  ];
}

/** Enrolled last: if it fails before, the files are of no use to anybody. */
async function enrol(
  folder: string,
  name: string,
  nowMs: number,
  check: (held: EnrolledCertificate[]) => void,
): Promise<void> {
  const authority = readAuthorityToSign(folder, nowMs);
  await changeRegister(folder, async (rows) => {
    check(rows.filter((row) => row.name === name));
    const { cert, key } = await certify(authority, { purpose: "terminal", name }, nowMs);
    mkdirSync(join(tlsFolderIn(folder), "terminals"), { recursive: true });
    replaceSecretFile(tlsFiles.terminalKey(folder, name), key);
    replacePublicFile(tlsFiles.terminalCert(folder, name), cert);
    const { fingerprint256: fingerprint, validToDate } = new X509Certificate(cert);
    return [...rows, { name, fingerprint, validUntilMs: validToDate.getTime(), revokedAtMs: null }];
  });
}

async function certifyServer(
  authority: Certified,
  hosts: readonly string[],
  nowMs: number,
): Promise<string> {
  const wrong = hosts.find((host) => !isHost(host));
  if (wrong !== undefined) {
    throw new CertificateRefused(`${JSON.stringify(wrong)} is not a host name or an IP address.`);
  }
  const request = { purpose: "server", name: SERVER_NAME, hosts: [...new Set(hosts)] } as const;
  const { cert, key } = await certify(authority, request, nowMs);
  return cert + key;
}

function readAuthorityToSign(folder: string, nowMs: number): Certified {
  const { pem, certificate } = readAuthority(folder);
  if (certificate.validToDate.getTime() < nowMs) {
    const tls = tlsFolderIn(folder);
    throw new CertificateRefused(
      `The authority has expired: move ${tls} away and make a new one with secure-atm cert init`,
    );
  }
  return { cert: pem, key: readFileOf(folder, tlsFiles.authorityKey(folder)) };
}

const notEnrolled = (name: string): CertificateRefused =>
  new CertificateRefused(`There is no terminal ${JSON.stringify(name)} with a certificate.`);

const isLive =
  (nowMs: number) =>
  ({ revokedAtMs, validUntilMs }: EnrolledCertificate): boolean =>
    revokedAtMs === null && validUntilMs >= nowMs;
