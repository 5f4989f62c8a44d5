/** Where the certificates of a bank lie, and how they are read: the folder `tls` of its data. */

import { createPrivateKey, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { readIfThere } from "../keys/secret-file.ts";

export const tlsFolderIn = (folder: string): string => join(folder, "tls");

export const tlsFiles = {
  authorityCert: (folder: string): string => join(tlsFolderIn(folder), "ca.crt"),
  authorityKey: (folder: string): string => join(tlsFolderIn(folder), "ca.key"),
  /** Certificate and key in one file, so that a renewal replaces both at once. */
  server: (folder: string): string => join(tlsFolderIn(folder), "server.pem"),
  register: (folder: string): string => join(tlsFolderIn(folder), "terminals.json"),
  terminalCert: (folder: string, name: string): string =>
    join(tlsFolderIn(folder), "terminals", `${name}.crt`),
  terminalKey: (folder: string, name: string): string =>
    join(tlsFolderIn(folder), "terminals", `${name}.key`),
} as const;

/** A certificate, or the register of them, is missing or unfit; the message says which and why. */
export class CertificateUnusable extends Error {
  override readonly name = "CertificateUnusable";
}

/** A certificate as its file has it, and as Node reads it. */
export type ReadCertificate = { pem: string; certificate: X509Certificate };

/** @throws CertificateUnusable, with the command that makes what is missing. */
export const readAuthority = (folder: string): ReadCertificate =>
  readCertificate(folder, tlsFiles.authorityCert(folder));

/** The bank's own certificate; `pem` holds its key as well. @throws CertificateUnusable */
export function readServer(folder: string): ReadCertificate {
  const path = tlsFiles.server(folder);
  const server = readCertificate(folder, path);
  if (!hasKeyOf(server))
    throw new CertificateUnusable(`${path} does not hold its certificate's key`);
  return server;
}

export function readFileOf(folder: string, path: string): string {
  const text = readIfThere(path);
  if (text !== null) return text;
  throw new CertificateUnusable(
    `there is no ${path}; to make it: secure-atm cert init --data ${folder}`,
  );
}

function readCertificate(folder: string, path: string): ReadCertificate {
  const pem = readFileOf(folder, path);
  try {
    return { pem, certificate: new X509Certificate(pem) };
  } catch {
    throw new CertificateUnusable(`${path} does not hold a certificate`);
  }
}

function hasKeyOf({ pem, certificate }: ReadCertificate): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(pem));
  } catch {
    return false;
  }
}
